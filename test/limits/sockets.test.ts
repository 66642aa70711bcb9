import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { defaultLimits, type Limits } from '../../src/domain/limits.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await served.close();
});

const limited = async (limits: Partial<Limits> = {}): Promise<void> => {
  served = await serve(db, { limits: { ...defaultLimits, ...limits } });
};

/** A new socket, or the HTTP status that it was refused with. */
async function open(forwardedFor?: string): Promise<WebSocket | number> {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  const socket = new WebSocket(served.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  sockets.push(socket);
  socket.on('error', () => undefined);
  return Promise.race([
    once(socket, 'open').then(() => socket),
    once(socket, 'unexpected-response').then(([, answer]) => (answer as { statusCode: number }).statusCode),
  ]);
}

async function opened(forwardedFor?: string): Promise<WebSocket> {
  const socket = await open(forwardedFor);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

/** A socket that has introduced itself, and what it is told. */
async function introduced(): Promise<{ socket: WebSocket; told: string[] }> {
  const socket = await opened();
  const told: string[] = [];
  socket.on('message', (data) => told.push(String(data)));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${served.token}` } }));
  await until(() => told.length === 1);
  return { socket, told };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await served.post('{ eventCursor }');
}

const closeOf = async (socket: WebSocket): Promise<[number, string]> => {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return [code, String(reason)];
};

describe('an address', () => {
  it('may hold 50 sockets open, and one more when one is closed', async () => {
    await limited();
    const all = await Promise.all(Array.from({ length: 50 }, () => opened()));
    expect(await open()).toBe(429);
    all[0]?.close();
    await until(() => all[0]?.readyState === WebSocket.CLOSED);
    await opened();
  });

  it('is the caller’s own behind proxies that are trusted, whatever callers say', async () => {
    await limited({ socketsPerAddress: 1, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
    await opened('203.0.113.1');
    await opened('203.0.113.2, 10.1.1.1');
    expect(await open('203.0.113.1')).toBe(429);
    expect(await open('198.51.100.1, 203.0.113.1')).toBe(429);
  });

  it('cannot make itself up where no proxy is trusted', async () => {
    await limited({ socketsPerAddress: 1 });
    await opened('203.0.113.1');
    expect(await open('203.0.113.2')).toBe(429);
  });

  it('counts its event streams, too, and not its answers', async () => {
    await limited({ socketsPerAddress: 2 });
    const stream = (query: string, signal?: AbortSignal) =>
      fetch(served.url, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
          authorization: `Bearer ${served.token}`,
        },
        body: JSON.stringify({ query }),
        ...(signal && { signal }),
      });
    const gone = new AbortController();
    for (let i = 0; i < 5; i += 1) await (await stream('{ eventCursor }')).text();
    await opened();
    const first = await stream('subscription { messageAdded { cursor } }', gone.signal);
    expect(first.status).toBe(200);
    const refused = await stream('subscription { messageAdded { cursor } }');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.text()).toContain('PARLEY_MAX_SOCKETS_PER_ADDRESS');
    gone.abort();
    await until(() => served.transport.feeds.readers === 0);
    await opened();
  });
});

it('no more sockets are taken in all than the server may hold', async () => {
  await limited({ sockets: 3, trustedProxies: ['127.0.0.1'] });
  for (let i = 0; i < 3; i += 1) await opened(`203.0.113.${i}`);
  expect(await open('203.0.113.9')).toBe(503);
});

describe('a socket is closed with the reason', () => {
  it('when it does not introduce itself within 3 s', async () => {
    await limited();
    const start = systemClock.monotonic();
    const [code] = await closeOf(await opened());
    expect(code).toBe(4408);
    expect(systemClock.monotonic() - start).toBeGreaterThan(2_500);
  });

  it('when it introduces itself with 8 KB or more', async () => {
    await limited();
    const socket = await opened();
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'x'.repeat(9_000) } }));
    expect(await closeOf(socket)).toEqual([4400, 'The parameters of the connection are too long']);
  });

  it('when it says more than 50 things a second, once it has used up what it may save for coming back', async () => {
    await limited();
    const { socket, told } = await introduced();
    const ping = JSON.stringify({ type: 'ping' });
    for (let i = 0; i < 149; i += 1) socket.send(ping);
    await until(() => told.length === 150);
    served.clock.advance(1_000);
    for (let i = 0; i < 50; i += 1) socket.send(ping);
    await until(() => told.length === 200);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.send(ping);
    expect(await closeOf(socket)).toEqual([4429, 'Too many messages']);
    expect(told.length).toBe(200);
  });

  it('when it pings too often by frames', async () => {
    await limited();
    const { socket } = await introduced();
    let answered = 0;
    socket.on('pong', () => {
      answered += 1;
    });
    const closed = closeOf(socket);
    for (let round = 1; round <= 7; round += 1) {
      for (let i = 0; i < 21; i += 1) socket.ping();
      await until(() => answered === round * 21);
    }
    for (let i = 0; i < 5; i += 1) socket.ping();
    expect(await closed).toEqual([4429, 'Too many messages']);
  });

  it('when it subscribes 20,000 times, and nothing is left of that', async () => {
    await limited();
    const { socket } = await introduced();
    const query = 'subscription { messageAdded { cursor } }';
    for (let id = 0; id < 20_000; id += 1)
      socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
    expect(await closeOf(socket)).toEqual([4429, 'Too many messages']);
    await until(() => served.transport.feeds.readers === 0);
  });
});

describe('a client that does not read', () => {
  it('is told to come back when more than 1 MiB has waited for 10 s, and its neighbours are told everything', async () => {
    await limited();
    const { socket: stalled } = await introduced();
    const { socket: reading, told } = await introduced();
    const query = 'subscription { messageAdded { message { body } } }';
    for (let id = 0; id < 100; id += 1)
      stalled.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
    reading.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await until(() => served.transport.feeds.readers === 101);
    stalled.pause();
    const long = 'x'.repeat(20_000);
    for (let i = 0; i < 30; i += 1) await served.say(`${i} ${long}`);
    await until(() => told.length === 31);
    expect(served.unsent()).toBeGreaterThan(1024 * 1024);
    served.clock.advance(2_000);
    const closed = closeOf(stalled);
    served.clock.advance(8_000);
    expect(served.unsent()).toBeGreaterThan(1024 * 1024);
    served.clock.advance(2_000);
    stalled.resume();
    expect(await closed).toEqual([1013, 'Too much unread: resume from your last cursor']);
    expect(reading.readyState).toBe(WebSocket.OPEN);
  });

  it('is gone 5 s later where it does not even read that', async () => {
    await limited();
    const { socket: stalled } = await introduced();
    const query = 'subscription { messageAdded { message { body } } }';
    for (let id = 0; id < 100; id += 1)
      stalled.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
    await until(() => served.transport.feeds.readers === 100);
    stalled.pause();
    for (let i = 0; i < 30; i += 1) await served.say('x'.repeat(20_000));
    await until(() => served.unsent() > 1024 * 1024);
    served.clock.advance(12_000);
    served.clock.advance(5_000);
    await until(() => served.transport.feeds.readers === 0);
    expect(served.unsent()).toBe(0);
  });
});
