import { badInput, clientError } from './errors.ts';

/** The largest body of an operation, in bytes. */
export const MAX_BODY = 1_000_000;

const MAX_DROPPED = 7 * MAX_BODY;

/** What a request asks for; whether it has the right shape is looked at by the server that executes it. */
export type Params = Readonly<Record<string, unknown>>;

/**
 * Why a request may not be an operation, before anything of it is read; null where it may. A browser sends the kinds that are
 * refused here for any page without asking first: forms, plain text and bare GETs.
 */
export function refusal(request: Request): Response | null {
  if (request.method === 'POST') {
    // A small body can hide an endless one.
    if (!['', 'identity'].includes(request.headers.get('content-encoding') ?? ''))
      return refused(415, 'Send the body as it is, without a content-encoding.');
    if (isMultipart(request) && request.headers.get('x-parley-client') !== null) return null;
    if (mediaTypeOf(request) === 'application/json') return null;
    return refused(
      415,
      'Send operations as application/json, or with a file as multipart/form-data with the header x-parley-client.',
    );
  }
  if (request.method !== 'GET') return refused(405, 'Operations come by POST or GET.', { allow: 'GET, POST' });
  if (request.headers.get('x-parley-client') === null)
    return refused(400, 'Operations by GET need the header x-parley-client, with any value.');
  return null;
}

/** Whether an operation comes with a file. */
export function isMultipart(request: Request): boolean {
  return request.method === 'POST' && mediaTypeOf(request) === 'multipart/form-data';
}

function mediaTypeOf(request: Request): string | undefined {
  return request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
}

function refused(status: number, message: string, headers: Record<string, string> = {}): Response {
  const body = JSON.stringify({ errors: [badInput(message)] });
  return new Response(body, { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } });
}

/** The parameters of an operation by POST. Throws BAD_USER_INPUT with its HTTP status: 400, or 413 for a body over 1 MB. */
export async function readParams(request: Request): Promise<Params> {
  const text = isCounted(request, MAX_BODY)
    ? await request.text().catch(cutOff)
    : utf8.decode(await bytesOf(request, MAX_BODY));
  return parsed(text, 'The body');
}

const utf8 = new TextDecoder();

/** The parameters of an operation by GET. Throws BAD_USER_INPUT. */
export function paramsOfUrl(request: Request): Params {
  const { searchParams } = new URL(request.url);
  const given = (name: string): string | undefined => searchParams.get(name) || undefined;
  const json = (name: string): unknown => {
    const text = given(name);
    return text === undefined ? undefined : parsed(text, `The parameter ${name}`);
  };
  return {
    query: given('query'),
    ...(searchParams.has('documentId') && { documentId: given('documentId') ?? '' }),
    operationName: given('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** A JSON text. Throws BAD_USER_INPUT with its HTTP status. */
export function parsed(text: string, what: string): Params {
  try {
    // Some clients begin with a byte order mark; no JSON text does.
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text) as Params;
  } catch {
    throw clientError('BAD_USER_INPUT', `${what} is not JSON.`, { http: { status: 400 } });
  }
}

/**
 * The body, if it has at most `limit` bytes. What is too much is read and dropped, within reason: a client that is still sending does
 * not hear an answer. Throws BAD_USER_INPUT with its HTTP status, 413.
 */
export async function bytesOf(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (isCounted(request, limit)) return new Uint8Array(await request.arrayBuffer().catch(cutOff));
  const bytes = await countedBytes(request, limit).catch(cutOff);
  if (bytes) return bytes;
  throw clientError('BAD_USER_INPUT', `The body is larger than ${limit} bytes.`, { http: { status: 413 } });
}

/** Null where there are more. */
async function countedBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
    if (size > limit + MAX_DROPPED) break;
  }
  return size <= limit ? Buffer.concat(chunks) : null;
}

/** A body that cannot be read to its end: whoever sent it is gone, or was cut off. */
function cutOff(): never {
  throw clientError('BAD_USER_INPUT', 'The body was cut off.', { http: { status: 400 } });
}

/** Whether the body declares a length within the limit. The HTTP parser holds it to that: it need not be counted again. */
function isCounted(request: Request, limit: number): boolean {
  const length = request.headers.get('content-length') ?? '';
  return /^\d+$/.test(length) && Number(length) <= limit;
}
