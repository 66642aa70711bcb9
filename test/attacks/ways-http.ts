import { request } from 'node:http';
import { systemClock } from '../../src/lib/clock.ts';
import type { Heard, Payload, Posted, Site } from './attack.ts';
import { answersIn, toldIn } from './http-answers.ts';
import { openWire } from './wire.ts';

/** How long is waited for what does not come. */
export const PATIENCE_MS = 6_000;
/** How long nothing is said by a server that has nothing to say. */
export const SILENCE_MS = 400;

const json = { 'content-type': 'application/json' };

/** By POST, with exactly that body. */
export function post(site: Site, { headers = {}, body, chunked }: Posted, way = 'POST'): Promise<Heard> {
  const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) };
  const own = { authorization: `Bearer ${site.token}`, ...length, ...headers };
  return ask(site, way, { method: 'POST', path: '/graphql', headers: own }, body);
}

/** By POST, asking for events. */
export function postForEvents(site: Site, text: string): Promise<Heard> {
  return post(site, { headers: { ...json, accept: 'text/event-stream' }, body: text }, 'events');
}

/** By POST, as JSON. */
export function postText(site: Site, text: string): Promise<Heard> {
  return post(site, { headers: json, body: text });
}

/** By GET, everything in its address. */
export function get(site: Site, { query, variables, operationName, extensions, documentId }: Payload): Promise<Heard> {
  const said = { query, operationName, documentId, variables, extensions };
  const search = Object.entries(said).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text =
      typeof value === 'string' && !['variables', 'extensions'].includes(name) ? value : JSON.stringify(value);
    return `${name}=${encodeURIComponent(text.toWellFormed())}`;
  });
  const headers = { authorization: `Bearer ${site.token}`, 'x-parley-client': 'test' };
  return ask(site, 'GET', { method: 'GET', path: `/graphql?${search.join('&')}`, headers });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

function ask({ url }: Site, way: string, { headers, ...asked }: Asked, body?: string | Buffer): Promise<Heard> {
  const { hostname, port } = new URL(url);
  const start = systemClock.monotonic();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let statuses: readonly number[] = [];
    let head = '';
    const over = (ended: boolean, cut: boolean): void => {
      cancel();
      const text = Buffer.concat(chunks).toString();
      const ms = systemClock.monotonic() - start;
      resolve({ way, statuses, closed: null, text: head + text, answers: toldIn(text), ended, cut, ms });
      sent.destroy();
    };
    const sent = request({ hostname, port, agent: false, headers: headers as Record<string, string>, ...asked });
    const cancel = systemClock.after(PATIENCE_MS, () => over(false, false));
    sent.on('error', () => over(true, statuses.length === 0));
    sent.on('response', (answer) => {
      statuses = [answer.statusCode ?? 0];
      head = `${answer.rawHeaders.join(': ')}\n`;
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
      answer.on('end', () => over(true, false)).on('close', () => over(true, false));
    });
    sent.end(body);
  });
}

/** Exactly those bytes on a connection of their own; then no more, once the server has been silent so long. */
export async function writeBytes({ url }: Site, bytes: Buffer, silenceMs = SILENCE_MS): Promise<Heard> {
  const wire = await openWire(url);
  const start = systemClock.monotonic();
  wire.write(bytes);
  // A client that says no more is left without the answer that is being made.
  await wire.until(
    () => wire.silentMs > silenceMs || (wire.silentMs > 30 && answersIn(wire.received).length > 0),
    PATIENCE_MS,
  );
  const heardMs = systemClock.monotonic() - start - wire.silentMs;
  const endedAt = systemClock.monotonic();
  await wire.end(PATIENCE_MS);
  const ms = Math.max(heardMs, wire.isClosed ? systemClock.monotonic() - endedAt - wire.silentMs : PATIENCE_MS);
  const answers = answersIn(wire.received);
  wire.destroy();
  return {
    way: 'bytes',
    statuses: answers.map(({ status }) => status),
    closed: null,
    text: String(wire.received),
    answers: answers.flatMap(({ body }) => toldIn(body)),
    ended: wire.isClosed,
    cut: answers.length === 0 && wire.isClosed,
    ms,
  };
}
