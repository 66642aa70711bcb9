import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(() => served.close());

describe('a page that opens a websocket', () => {
  const open = (origin?: string, path = '/graphql') =>
    new Promise<number>((resolve, reject) => {
      const { host } = new URL(served.url);
      const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
      const headers = { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...(origin && { origin }) };
      const asked = request(`http://${host}${path}`, { headers });
      asked.on('response', (answer) => resolve(answer.statusCode ?? 0));
      asked.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', reject).end();
    });

  it('may where it is the server’s own or listed, or no page at all', async () => {
    served = await serve(db, { allowedOrigins: ['https://inbox.example'] });
    expect(await open()).toBe(101);
    expect(await open(new URL(served.url).origin)).toBe(101);
    expect(await open('https://inbox.example')).toBe(101);
  });

  it.each(['https://evil.example', 'http://localhost:1', 'null', 'inbox.example'])(
    'may not from %s',
    async (origin) => {
      served = await serve(db, { allowedOrigins: ['https://inbox.example'] });
      expect(await open(origin)).toBe(403);
    },
  );

  it('may from any port of this machine where loopback is allowed', async () => {
    served = await serve(db, { allowedOrigins: ['*loopback*'] });
    expect(await open('http://localhost:1')).toBe(101);
    expect(await open('http://127.0.0.1:8080')).toBe(101);
    expect(await open('http://127.0.0.1.evil.example')).toBe(403);
  });

  it('may not from what is no page of the web, whatever host it names', async () => {
    served = await serve(db, { allowedOrigins: ['*loopback*'] });
    const { host } = new URL(served.url);
    for (const origin of [`ftp://${host}`, `chrome-extension://${host}`, 'x://localhost', `http://user@${host}`])
      expect(await open(origin)).toBe(403);
  });

  it('finds it on /graphql only', async () => {
    served = await serve(db);
    expect(await open(undefined, '/')).toBe(404);
  });
});

describe('a socket', () => {
  it('is closed for a message over 64 KiB', async () => {
    served = await serve(db);
    const socket = new WebSocket(served.url.replace('http', 'ws'), 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send('x'.repeat(65_537)));
    expect(await closed).toBe(1009);
  });

  it('is given up when it answers no ping until the next is due', async () => {
    served = await serve(db);
    const open = (options: object) =>
      new Promise<WebSocket>((resolve) => {
        const socket = new WebSocket(served.url.replace('http', 'ws'), 'graphql-transport-ws', options);
        socket.on('open', () => resolve(socket));
      });
    const [alive, dead] = [await open({}), await open({ autoPong: false })];
    const closed = new Promise((resolve) => dead.on('close', resolve));
    const pinged = new Promise((resolve) => alive.on('ping', resolve));
    served.clock.advance(12_000);
    await pinged;
    for (let i = 0; i < 3; i += 1) await served.post('{ eventCursor }');
    served.clock.advance(12_000);
    expect(await closed).toBe(1006);
    expect(alive.readyState).toBe(WebSocket.OPEN);
    alive.terminate();
  });

  it('is told to come back, by 1001, when the server goes away', async () => {
    served = await serve(db);
    const socket = served.socket();
    const closed = new Promise((resolve) => socket.on('closed', resolve));
    socket
      .iterate({ query: 'subscription { messageAdded { cursor } }' })
      .next()
      .catch(() => {});
    await readers(1);
    await served.close();
    expect(await closed).toMatchObject({ code: 1001 });
    expect(served.transport.feeds.readers).toBe(0);
    served = await serve(db);
    await socket.dispose();
  });
});

it('sends no more to a client that does not read than its socket may hold, and goes on when it reads again', async () => {
  served = await serve(db);
  const socket = new WebSocket(served.url.replace('http', 'ws'), 'graphql-transport-ws');
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${served.token}` } }));
  while (received.length === 0) await served.post('{ eventCursor }');
  const query = 'subscription { messageAdded { message { body } } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await readers(1);
  socket.pause();
  const long = 'x'.repeat(20_000);
  for (let i = 0; i < 600; i += 1) await served.say(`${i} ${long}`);
  socket.resume();
  while (received.length < 601) await served.post('{ eventCursor }');
  const numbers = received.slice(1).map((text) => Number(/"body":"(\d+) /.exec(text)?.[1]));
  expect(numbers).toEqual(Array.from({ length: 600 }, (_, i) => i));
  socket.terminate();
});

/** Resolves when that many subscriptions are open here. */
async function readers(count: number): Promise<void> {
  while (served.transport.feeds.readers !== count) await served.post('{ eventCursor }');
}
