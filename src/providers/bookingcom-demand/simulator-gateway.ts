import { createHash } from 'node:crypto';
import type { Arrival, Handling, Service } from '../../simulator/host.ts';
import { download, metadata, upload } from './simulator-attachments.ts';
import { type Answer, type Asked, type Desk, type Dialect, fail, readFields } from './simulator-desk.ts';
import type { Feed } from './simulator-feed.ts';
import { send, type Taken } from './simulator-sending.ts';
import { readConversation } from './simulator-threads.ts';

export interface Key {
  readonly token: string;
  readonly affiliateId: string;
}

const operations: Readonly<Record<string, string>> = {
  '/messages/send': 'sendMessage',
  '/messages/latest': 'latest',
  '/messages/latest/confirm': 'confirm',
  '/messages/conversations': 'conversation',
  '/messages/attachments/upload': 'uploadAttachment',
  '/messages/attachments/download': 'downloadAttachment',
  '/messages/attachments/metadata': 'attachmentMetadata',
};

/** The whole API behind one door: versions in the path, keys in the headers, everything a POST. */
export function createGateway(desk: Desk, key: Key, feed: Feed, onTaken: (taken: Taken) => void): Service {
  const busy = createBlock(desk);
  let asked = 0;
  const act = (operation: string, request: Asked): Answer => {
    switch (operation) {
      case 'latest':
        return feed.latest(request);
      case 'confirm':
        return feed.confirm(request);
      case 'conversation':
        return readConversation(desk, request);
      case 'uploadAttachment':
        return upload(desk, request);
      case 'downloadAttachment':
        return download(desk, request);
      case 'attachmentMetadata':
        return metadata(desk, request);
      default: {
        const sending = send(desk, request);
        if ('refusal' in sending) return sending.refusal;
        onTaken(sending);
        return { data: { message: sending.messageExternalId } };
      }
    }
  };
  return {
    name: (arrival) => placeOf(arrival).operation,
    answer(arrival, handling) {
      asked += 1;
      const id = requestIdOf(key.affiliateId, asked);
      handling.nameRequest(id);
      const { operation, version } = placeOf(arrival);
      const refusal = admit(arrival, operation, key) ?? (busy() ? fail(429, 'too_many_requests', 'Slow down') : null);
      return wrap(refusal ?? read(desk, arrival, operation, version, handling, act), id);
    },
  };
}

type Act = (operation: string, asked: Asked) => Answer;

function read(desk: Desk, arrival: Arrival, operation: string, version: string, handling: Handling, act: Act): Answer {
  const dialect: Dialect = version !== '3.1' ? '3.2' : desk.switches.shapesOn31 === 'guide' ? 'guide' : '3.1';
  // Whatever body the feed is asked with is ignored.
  if (operation === 'latest') return act(operation, { dialect, fields: {}, handling });
  const fields = readFields(arrival);
  return fields ? act(operation, { dialect, fields, handling }) : fail(400, 'malformed_request', 'The body is no JSON');
}

function placeOf({ url }: Arrival): { readonly operation: string; readonly version: string } {
  const [, version = '', path = ''] = /^\/(3\.[123])(\/.*)$/.exec(url.pathname) ?? [];
  return { operation: operations[path] ?? 'unknown', version };
}

/** Paths, methods and types, then who asks: in the order in which a gateway looks. */
function admit({ method, headers }: Arrival, operation: string, key: Key): Answer | null {
  if (operation === 'unknown') return fail(404, 'not_found', 'Not found');
  if (method !== 'POST') return fail(405, 'method_not_allowed', 'Use POST');
  if (!/application\/json/i.test(headers.get('content-type') ?? '')) {
    return fail(415, 'unsupported_media_type', 'Content-Type must be application/json');
  }
  if (!/application\/json|\*\/\*/i.test(headers.get('accept') ?? '')) {
    return fail(406, 'not_acceptable', 'Accept must be application/json');
  }
  if (headers.get('authorization') !== `Bearer ${key.token}`) return fail(401, 'unauthorized', 'The key is not valid');
  const affiliate = headers.get('x-affiliate-id');
  if (affiliate === null) return fail(400, 'missing_parameter', 'X-Affiliate-Id is required');
  return affiliate === key.affiliateId ? null : fail(403, 'forbidden', 'The affiliate is not yours');
}

/** Over the limit, everything is refused for a minute. */
function createBlock({ clock, switches }: Desk): () => boolean {
  let taken: number[] = [];
  let blockedUntil = 0;
  return () => {
    const now = clock.now().getTime();
    if (switches.requestsPerMinute === null) return false;
    taken = [...taken.filter((at) => at > now - 60_000), now];
    if (now >= blockedUntil && taken.length > switches.requestsPerMinute) blockedUntil = now + 60_000;
    return now < blockedUntil;
  };
}

function wrap(answer: Answer, id: string): Response {
  if ('error' in answer) {
    // Errors carry a ULID in the samples, answers a UUID.
    const requestId = id.replaceAll('-', '').slice(0, 26).toUpperCase();
    const errors = [{ id: answer.error, message: answer.message }];
    return Response.json({ request_id: requestId, errors }, { status: answer.status });
  }
  return Response.json({ request_id: id, ...(answer.data ? { data: answer.data } : {}), ...answer.beside });
}

function requestIdOf(affiliate: string, count: number): string {
  const hex = createHash('sha256').update(`${affiliate}:${count}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
