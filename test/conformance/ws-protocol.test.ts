import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';
import { malformed } from './malformed-messages.ts';
import { type Closing, type RawSocket, rawSocket, type Told, upgrade } from './raw-socket.ts';

let db: Database;
let served: Served;
const open: RawSocket[] = [];
/** A socket that only pings from the beginning of this file on, and how many milliseconds it lived. */
let idle: Promise<{ readonly closing: Closing; readonly ms: number }>;

beforeAll(async () => {
  db = await testDatabase('embedded');
  served = await serve(db);
  idle = pinging();
});
afterAll(async () => {
  await served.close();
  await db.close();
});
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.terminate();
});

async function connect(protocol?: string | null): Promise<RawSocket> {
  const raw = await rawSocket(served, protocol);
  open.push(raw);
  return raw;
}

async function greeted(): Promise<RawSocket> {
  const raw = await connect();
  await raw.greet(served.token);
  return raw;
}

async function pinging() {
  const start = performance.now();
  const { socket, closed } = await rawSocket(served);
  const turn = setInterval(() => socket.readyState === socket.OPEN && socket.send('{"type":"ping"}'), 250);
  const closing = await closed;
  clearInterval(turn);
  return { closing, ms: performance.now() - start };
}

/** Holds every read of the store back until it is released. */
function hold(): () => void {
  const { query } = db.pool;
  const gate = Promise.withResolvers<void>();
  db.pool.query = (async (...args: unknown[]) => {
    await gate.promise;
    return Reflect.apply(query, db.pool, args) as unknown;
  }) as typeof query;
  return () => {
    db.pool.query = query;
    gate.resolve();
  };
}

/** Resolves when that many subscriptions are open. */
async function readers(count: number): Promise<void> {
  while (served.transport.feeds.readers !== count) await served.post('{ eventCursor }');
}

const HEAD = '{ eventCursor }';
const NEW = 'subscription { messageAdded { message { body } } }';
const next = (id: string, payload: unknown = expect.anything()) => ({ id, type: 'next', payload });
const completes = (told: readonly Told[]): number => told.filter(({ type }) => type === 'complete').length;
const complete = (id: string) => ({ id, type: 'complete' });

describe('a message that the protocol does not have closes the socket with 4400', () => {
  it.each(malformed)('%s', async (_title, message) => {
    const early = await connect();
    const late = await greeted();
    for (const raw of [early, late]) {
      raw.say(message);
      expect(await raw.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
    }
  });

  it('and nothing that follows it is done any more', async () => {
    const raw = await greeted();
    raw.say('hello');
    raw.subscribe('1', HEAD);
    await raw.closed;
    expect(raw.received).toHaveLength(1);
  });
});

describe('a socket', () => {
  it('that never introduces itself is closed with 4408 after 3 s, however often it pings', async () => {
    const { closing, ms } = await idle;
    expect(closing).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
    expect(ms).toBeGreaterThan(2_700);
  });

  it('that asks before it is acknowledged is closed with 4401', async () => {
    const raw = await connect();
    raw.subscribe('1', HEAD);
    expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  it('that introduces itself twice is closed with 4429, also while the first is under way', async () => {
    const raw = await greeted();
    raw.say({ type: 'connection_init' });
    expect((await raw.closed).code).toBe(4429);
    const hasty = await connect();
    hasty.say({ type: 'connection_init' });
    hasty.say({ type: 'connection_init' });
    expect((await hasty.closed).code).toBe(4429);
  });

  it.each(['graphql-ws', 'mqtt', null])('of the protocol %s is closed with 4406', async (protocol) => {
    const { closed } = await upgrade(served.url, protocol === null ? {} : { 'sec-websocket-protocol': protocol });
    expect(await closed).toBe(4406);
  });

  it('that offers ours among others is given ours', async () => {
    const raw = await connect('graphql-transport-ws');
    expect(raw.socket.protocol).toBe('graphql-transport-ws');
    const asked = await upgrade(served.url, { 'sec-websocket-protocol': 'graphql-ws, graphql-transport-ws' });
    expect(asked.status).toBe(101);
  });

  it('is answered each ping with its own payload, before it is acknowledged and after', async () => {
    const raw = await connect();
    raw.say({ type: 'ping' });
    expect(await raw.next()).toEqual({ type: 'pong' });
    raw.say({ type: 'ping', payload: { at: 1 } });
    expect(await raw.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    raw.say({ type: 'pong', payload: { nobody: 'asked' } });
    await raw.greet(served.token);
    raw.say({ type: 'ping', payload: { at: 2 } });
    expect(await raw.next()).toEqual({ type: 'pong', payload: { at: 2 } });
  });

  it('that leaves while it is being acknowledged leaves nothing behind', async () => {
    const raw = await connect();
    raw.say({ type: 'connection_init', payload: { authorization: `Bearer ${served.token}` } });
    raw.subscribe('1', NEW);
    raw.socket.close(1000);
    await raw.closed;
    await readers(0);
    const again = await greeted();
    again.subscribe('1', HEAD);
    expect(await again.next()).toEqual(next('1'));
  });
});

describe('an id', () => {
  it('that is in use closes the socket with 4409, while its operation runs and while it is prepared', async () => {
    const raw = await greeted();
    raw.subscribe('same', NEW);
    await readers(1);
    raw.subscribe('same', HEAD);
    expect(await raw.closed).toEqual({ code: 4409, reason: 'Subscriber for same already exists' });
    const hasty = await greeted();
    hasty.subscribe('same', HEAD);
    hasty.subscribe('same', HEAD);
    expect((await hasty.closed).code).toBe(4409);
    await readers(0);
  });

  it('too long to be named in a close has the same code', async () => {
    const raw = await greeted();
    const id = 'é'.repeat(5_000);
    raw.subscribe(id, HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next(id), complete(id)]);
    raw.subscribe(id, HEAD);
    raw.subscribe(id, HEAD);
    expect(await raw.closed).toEqual({ code: 4409, reason: 'Subscriber already exists' });
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', '"', '\\', '0', ' ', '1 1', '\u2028', '🛎️'])(
    '%j is as good as any',
    async (id) => {
      const raw = await greeted();
      raw.subscribe(id, NEW);
      await readers(1);
      await served.say('hello');
      expect(await raw.next()).toEqual(next(id, { data: { messageAdded: { message: { body: 'hello' } } } }));
      raw.say(complete(id));
      await readers(0);
      raw.subscribe(id, HEAD);
      expect([await raw.next(), await raw.next()]).toEqual([next(id), complete(id)]);
    },
  );

  it('may be used again as soon as it is completed, and what was asked before never answers to it', async () => {
    const raw = await greeted();
    const release = hold();
    raw.subscribe('1', '{ accounts { title } }');
    raw.say(complete('1'));
    raw.subscribe('1', '{ eventCursor }');
    raw.say(complete('1'));
    raw.subscribe('1', '{ viewer { tenant { id } } }');
    raw.say({ type: 'ping' });
    await raw.until((told) => told.some(({ type }) => type === 'pong'));
    release();
    await raw.until((told) => completes(told) === 1);
    raw.subscribe('1', '{ again: eventCursor }');
    await raw.until((told) => completes(told) === 2);
    const data = { viewer: { tenant: { id: served.estate.scope.tenantId } } };
    const told = raw.received.filter(({ id }) => id !== undefined);
    expect(told).toEqual([
      next('1', { data }),
      complete('1'),
      next('1', { data: { again: expect.any(String) } }),
      complete('1'),
    ]);
  });

  it('of a subscription may go on as another one while the first still ends', async () => {
    const raw = await greeted();
    for (let i = 0; i < 20; i += 1) {
      raw.subscribe('1', `subscription { a${i}: messageAdded { message { body } } }`);
      if (i < 19) raw.say(complete('1'));
    }
    raw.subscribe('marker', HEAD);
    await raw.until((told) => told.some(({ id }) => id === 'marker'));
    await readers(1);
    await served.say('only once');
    await raw.until((told) => told.some(({ id }) => id === '1'));
    expect(raw.received.filter(({ id }) => id === '1')).toEqual([
      next('1', { data: { a19: { message: { body: 'only once' } } } }),
    ]);
    raw.subscribe('1', HEAD);
    expect((await raw.closed).code).toBe(4409);
  });
});

describe('an operation', () => {
  it('is answered by next, then complete', async () => {
    const raw = await greeted();
    raw.subscribe('q', HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next('q'), complete('q')]);
    const mutation = 'mutation { disconnectAccount(input: { accountId: "x" }) { errors { code } } }';
    raw.subscribe('m', mutation);
    expect([await raw.next(), await raw.next()]).toEqual([
      next('m', { data: { disconnectAccount: { errors: [{ code: 'NOT_FOUND' }] } } }),
      complete('m'),
    ]);
  });

  it('that cannot run is answered by one error and no complete, and its id is free again', async () => {
    const raw = await greeted();
    for (const query of ['{ nothing }', '{', '', HEAD]) raw.subscribe(query.length > 2 ? query : `${query}!`, query);
    const told = [await raw.next(), await raw.next(), await raw.next(), await raw.next(), await raw.next()];
    expect(told.map(({ type }) => type).sort()).toEqual(['complete', 'error', 'error', 'error', 'next']);
    raw.subscribe('{ nothing }', HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next('{ nothing }'), complete('{ nothing }')]);
  });

  it('may be completed twice, or never have been', async () => {
    const raw = await greeted();
    raw.say(complete('nobody'));
    raw.subscribe('1', NEW);
    await readers(1);
    raw.say(complete('1'));
    raw.say(complete('1'));
    await readers(0);
    raw.subscribe('2', HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next('2'), complete('2')]);
  });

  it('is answered under its own id, whatever else runs: a hundred at once', async () => {
    const raw = await greeted();
    const ids = Array.from({ length: 100 }, (_, i) => `op${i}`);
    for (const id of ids) raw.subscribe(id, `{ ${id}: eventCursor }`);
    await raw.until((told) => completes(told) === 100);
    for (const id of ids)
      expect(raw.received.filter((told) => told.id === id)).toEqual([
        next(id, { data: { [id]: expect.any(String) } }),
        complete(id),
      ]);
  });
});
