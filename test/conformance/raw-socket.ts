import { request } from 'node:http';
import { WebSocket } from 'ws';
import type { Served } from '../helpers/transport.ts';

/** How a socket ended. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** What the server sends. */
export interface Told {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A websocket whose client says exactly what a test has it say. */
export interface RawSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<Closing>;
  /** Everything that came so far. */
  readonly received: readonly Told[];
  /** A message as JSON; a text or bytes as they are. */
  say(message: object | string | Buffer): void;
  /** The next message that nobody has taken yet. */
  next(): Promise<Told>;
  /** Resolves when that holds for what has come. */
  until(holds: (received: readonly Told[]) => boolean): Promise<void>;
  /** Introduces itself and takes the acknowledgement. */
  greet(token: string): Promise<void>;
  subscribe(id: string, query: string, more?: object): void;
}

/** Opens a websocket; without a protocol if that is null. */
export async function rawSocket(
  served: Pick<Served, 'url'>,
  protocol: string | null = 'graphql-transport-ws',
): Promise<RawSocket> {
  const socket = new WebSocket(served.url.replace('http', 'ws'), protocol ?? []);
  const received: Told[] = [];
  let taken = 0;
  let seen = (): void => undefined;
  socket.on('message', (data) => {
    received.push(JSON.parse(String(data)) as Told);
    seen();
  });
  const closed = new Promise<Closing>((resolve) =>
    socket.on('close', (code, reason) => {
      resolve({ code, reason: String(reason) });
      seen();
    }),
  );
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const say: RawSocket['say'] = (message) =>
    socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  const until: RawSocket['until'] = async (holds) => {
    while (!holds(received)) {
      if (socket.readyState === WebSocket.CLOSED) throw new Error(`The socket has closed after ${received.length}.`);
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
    }
  };
  const next: RawSocket['next'] = async () => {
    await until(() => received.length > taken);
    taken += 1;
    return received[taken - 1] as Told;
  };
  return {
    ...{ socket, closed, received, say, next, until },
    async greet(token) {
      say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      const told = await next();
      if (told.type !== 'connection_ack') throw new Error(`not acknowledged: ${JSON.stringify(told)}`);
    },
    subscribe: (id, query, more = {}) => say({ id, type: 'subscribe', payload: { query, ...more } }),
  };
}

/** Asks for a websocket with exactly those headers. Answers the status, and how a socket that was opened is closed if that is awaited. */
export function upgrade(
  url: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Promise<{ readonly status: number; readonly closed: Promise<number> }> {
  const { hostname, port, pathname } = new URL(url);
  const own = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: pathname, headers: { ...own, ...key, ...headers } as never });
    asked.on('response', (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, closed: Promise.resolve(0) });
    });
    asked.on('upgrade', (answer, socket, head) => {
      const closed = new Promise<number>((done) => {
        const look = (bytes: Buffer): void => {
          // The first frame of all is the close: two bytes of header, then its code.
          done((bytes[0] ?? 0) === CLOSE_FRAME ? bytes.readUInt16BE(2) : 0);
          socket.destroy();
        };
        if (head.length > 0) look(head);
        else socket.once('data', look);
      });
      socket.on('error', () => undefined);
      resolve({ status: answer.statusCode ?? 0, closed });
    });
    asked.on('error', reject).end();
  });
}

const CLOSE_FRAME = 0x88;
