import { sleep, systemClock } from '../../src/lib/clock.ts';
import { type RawSocket, rawSocket } from '../conformance/raw-socket.ts';
import type { Heard, Site } from './attack.ts';
import { frame, framesIn, handshake } from './frames.ts';
import { answersIn, toldIn } from './http-answers.ts';
import { PATIENCE_MS, SILENCE_MS } from './ways-http.ts';
import { openWire, type Wire } from './wire.ts';

/** How long operations may still be answered when what followed them was. */
const AFTERWARDS_MS = 40;

/** By websocket: subscribes with a text for a payload, once introduced. */
export async function subscribe(site: Site, payload: string): Promise<Heard> {
  const raw = await open(site, true);
  const start = systemClock.monotonic();
  raw.say(`{"id":"1","type":"subscribe","payload":${payload}}`);
  const holds = (): boolean =>
    raw.received.some(({ id, type }) => id === '1' && (type === 'error' || type === 'complete'));
  const ended = await within(raw, holds);
  return heardBy(raw, systemClock.monotonic() - start, ended);
}

/** Says those messages, by a socket that has introduced itself or not, and pings to see that it is still listened to. */
export async function say(site: Site, messages: readonly (string | Buffer)[], known: boolean): Promise<Heard> {
  const raw = await open(site, known);
  const start = systemClock.monotonic();
  for (const message of messages) raw.say(message);
  raw.say({ type: 'ping', payload: { last: true } });
  const holds = (): boolean => raw.received.some(({ type, payload }) => type === 'pong' && isLast(payload));
  const ended = await within(raw, holds);
  const ms = systemClock.monotonic() - start;
  await sleep(systemClock, AFTERWARDS_MS);
  return heardBy(raw, ms, ended);
}

async function open({ url, token }: Site, known: boolean): Promise<RawSocket> {
  const raw = await rawSocket({ url: `${url}/graphql` });
  raw.socket.on('error', () => undefined);
  if (known) await raw.greet(token);
  return raw;
}

/** Whether that holds, or the socket is closed, in time. */
async function within(raw: RawSocket, holds: () => boolean): Promise<boolean> {
  const late = Symbol('late');
  const first = await Promise.race([
    raw.until(holds).catch(() => undefined),
    raw.closed,
    sleep(systemClock, PATIENCE_MS).then(() => late),
  ]);
  return first !== late;
}

function isLast(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'last' in payload;
}

async function heardBy(raw: RawSocket, ms: number, ended: boolean): Promise<Heard> {
  const { socket, received } = raw;
  const closing = socket.readyState === socket.OPEN ? null : await raw.closed;
  socket.terminate();
  const answers = received.flatMap((told) => payloadOf(told));
  const text = JSON.stringify([received, closing]);
  const closed = closing?.code ?? null;
  return { way: 'websocket', statuses: [101], closed, text, answers, ended, cut: false, ms };
}

/** Those bytes on a websocket that is opened, introduced and acknowledged; then a ping, to see that it is still listened to. */
export async function writeFrames({ url, token }: Site, bytes: Buffer, silenceMs = SILENCE_MS): Promise<Heard> {
  const wire = await openWire(url);
  wire.write(handshake());
  const frames = () => framesIn(answersIn(wire.received)[0]?.rest ?? Buffer.alloc(0));
  await wire.until(() => answersIn(wire.received).length > 0, PATIENCE_MS);
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };
  wire.write(frame({ held: JSON.stringify(init) }));
  await wire.until(() => frames().length > 0, PATIENCE_MS);
  const start = systemClock.monotonic();
  wire.write(bytes);
  wire.write(frame({ opcode: 9, held: 'last' }));
  const isOver = (): boolean =>
    frames().some(({ opcode, held }) => opcode === 8 || (opcode === 10 && String(held) === 'last'));
  await wire.until(() => isOver() || wire.silentMs > silenceMs, PATIENCE_MS);
  const ms = systemClock.monotonic() - start;
  return endOf(wire, ms);
}

/** Those bytes, which ask for a websocket. */
export async function shakeHands({ url }: Site, bytes: Buffer): Promise<Heard> {
  const wire = await openWire(url);
  const start = systemClock.monotonic();
  wire.write(bytes);
  await wire.until(() => wire.silentMs > SILENCE_MS || answersIn(wire.received).length > 0, PATIENCE_MS);
  const ms = systemClock.monotonic() - start;
  // A socket of another protocol is opened, and closed at once.
  await wire.until(() => wire.silentMs > 60, PATIENCE_MS);
  return endOf(wire, ms);
}

/** Says no more, and tells what came until the server did the same. */
async function endOf(wire: Wire, ms: number): Promise<Heard> {
  const start = systemClock.monotonic();
  await wire.end(PATIENCE_MS);
  const endMs = systemClock.monotonic() - start;
  const { received, isClosed } = wire;
  wire.destroy();
  const answers = answersIn(received);
  const [first] = answers;
  const isOpened = first?.status === 101;
  const frames = isOpened ? framesIn(first.rest) : [];
  const close = frames.find(({ opcode }) => opcode === 8);
  const messages = frames.flatMap(({ opcode, held }) => (opcode === 1 ? toldIn(String(held)) : []));
  return {
    way: 'bytes',
    statuses: answers.map(({ status }) => status),
    closed: close && close.held.length >= 2 ? close.held.readUInt16BE(0) : close ? 1005 : null,
    text: String(received),
    answers: isOpened ? messages.flatMap(payloadOf) : answers.flatMap(({ body }) => toldIn(body)),
    ended: isClosed,
    cut: isClosed && (answers.length === 0 || (isOpened && !close)),
    ms: Math.max(ms, endMs),
  };
}

function payloadOf(message: unknown): readonly unknown[] {
  const { type, payload } = message as { readonly type?: string; readonly payload?: unknown };
  return type === 'next' || type === 'error' ? [payload] : [];
}
