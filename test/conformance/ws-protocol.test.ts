import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Served } from '../helpers/transport.ts';
import { malformed } from './malformed-messages.ts';
import { type Closing, rawSocket, type Told, upgrade } from './raw-socket.ts';
import { serving } from './serving.ts';

/** A socket that only pings from the beginning of this file on, and how many milliseconds it lived. */
let idle: Promise<{ readonly closing: Closing; readonly ms: number }>;
const api = serving({}, (served) => {
  idle = pinging(served);
});

async function pinging(served: Served) {
  const start = systemClock.monotonic();
  const { socket, closed, say } = await rawSocket(served);
  const again = (): void => {
    if (socket.readyState === socket.OPEN) say({ type: 'ping' });
    systemClock.after(250, again);
  };
  again();
  return { closing: await closed, ms: systemClock.monotonic() - start };
}

const HEAD = '{ eventCursor }';
const NEW = 'subscription { messageAdded { message { body } } }';
const next = (id: string, payload: object = {}) => ({ id, type: 'next', payload: expect.objectContaining(payload) });
const completes = (told: readonly Told[]): number => told.filter(({ type }) => type === 'complete').length;
const complete = (id: string) => ({ id, type: 'complete' });

describe('a message that the protocol does not have closes the socket with 4400', () => {
  it.each(malformed)('%s', async (_title, message) => {
    const early = await api.connect();
    const late = await api.greeted();
    for (const raw of [early, late]) {
      raw.say(message);
      expect(await raw.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
    }
  });

  it.each([
    ['objects', '{"a":', '}'],
    // These are written out by another way than those, which goes one call deeper for each of them.
    ['objects by number', '{"0":', '}'],
    ['lists', '[', ']'],
  ])('that is deep in %s, wherever it is, and others are served on', async (_title, opening, closing) => {
    const depth = Math.floor(60_000 / (opening.length + closing.length));
    const deep = `{"deep":${opening.repeat(depth)}1${closing.repeat(depth)}}`;
    for (const message of [
      `{"type":"ping","payload":${deep}}`,
      `{"type":"pong","payload":${deep}}`,
      `{"type":"subscribe","id":"1","payload":{"query":"${HEAD}","variables":${deep}}}`,
      `{"type":"subscribe","id":"1","payload":{"query":"${HEAD}","extensions":${deep}}}`,
    ]) {
      const raw = await api.greeted();
      raw.say(message);
      expect((await raw.closed).code).toBe(4400);
    }
    expect((await api.served.post(HEAD)).status).toBe(200);
  });

  it('and nothing that follows it is done any more', async () => {
    const raw = await api.greeted();
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
    const raw = await api.connect();
    raw.subscribe('1', HEAD);
    expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  it('that introduces itself twice is closed with 4429, also while the first is under way', async () => {
    const raw = await api.greeted();
    raw.say({ type: 'connection_init' });
    expect((await raw.closed).code).toBe(4429);
    const hasty = await api.connect();
    hasty.say({ type: 'connection_init' });
    hasty.say({ type: 'connection_init' });
    expect((await hasty.closed).code).toBe(4429);
  });

  it.each(['graphql-ws', 'mqtt', null])('of the protocol %s is closed with 4406', async (protocol) => {
    const { closed } = await upgrade(api.served.url, protocol === null ? {} : { 'sec-websocket-protocol': protocol });
    expect(await closed).toBe(4406);
  });

  it('that offers ours among others is given ours', async () => {
    const raw = await api.connect('graphql-transport-ws');
    expect(raw.socket.protocol).toBe('graphql-transport-ws');
    const asked = await upgrade(api.served.url, { 'sec-websocket-protocol': 'graphql-ws, graphql-transport-ws' });
    expect(asked.status).toBe(101);
  });

  it('is answered each ping with its own payload, before it is acknowledged and after', async () => {
    const raw = await api.connect();
    raw.say({ type: 'ping' });
    expect(await raw.next()).toEqual({ type: 'pong' });
    raw.say({ type: 'ping', payload: { at: 1 } });
    expect(await raw.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    raw.say({ type: 'pong', payload: { nobody: 'asked' } });
    await raw.greet(api.served.token);
    raw.say({ type: 'ping', payload: { at: 2 } });
    expect(await raw.next()).toEqual({ type: 'pong', payload: { at: 2 } });
  });

  it('that leaves while it is being acknowledged leaves nothing behind', async () => {
    const raw = await api.connect();
    raw.say({ type: 'connection_init', payload: { authorization: `Bearer ${api.served.token}` } });
    raw.subscribe('1', NEW);
    raw.socket.close(1000);
    await raw.closed;
    await api.readers(0);
    const again = await api.greeted();
    again.subscribe('1', HEAD);
    expect(await again.next()).toEqual(next('1'));
  });
});

describe('an operation', () => {
  it('is answered by next, then complete', async () => {
    const raw = await api.greeted();
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
    const raw = await api.greeted();
    for (const query of ['{ nothing }', '{', '', HEAD]) raw.subscribe(query.length > 2 ? query : `${query}!`, query);
    const told = [await raw.next(), await raw.next(), await raw.next(), await raw.next(), await raw.next()];
    expect(told.map(({ type }) => type).sort()).toEqual(['complete', 'error', 'error', 'error', 'next']);
    raw.subscribe('{ nothing }', HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next('{ nothing }'), complete('{ nothing }')]);
  });

  it.each([
    ['of a name that the document does not have', HEAD, 'Nobody'],
    ['of an empty name', HEAD, ''],
    ['of a subscription under another name', `${NEW.replace('{', 'New {')}`, 'Old'],
    ['of several without a name', 'query One { eventCursor } query Two { eventCursor }', undefined],
    ['of a document that has none', 'fragment Part on Query { eventCursor }', undefined],
  ])('%s is refused in our words, and the socket goes on', async (_title, query, operationName) => {
    const raw = await api.greeted();
    raw.subscribe('1', query, { operationName });
    const { type, payload } = await raw.next();
    expect(type).toBe('error');
    for (const error of payload as object[]) expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    raw.subscribe('1', HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next('1'), complete('1')]);
  });

  it('with a number beyond all numbers is refused as over HTTP: it is not taken for none at all', async () => {
    const raw = await api.greeted();
    const query = 'query ($n: Int) { conversations(first: $n) { totalCount } }';
    for (const [id, number] of [
      ['1', '1e999'],
      ['2', '-1e999'],
      ['3', `1${'0'.repeat(400)}`],
    ] as const) {
      raw.say(`{"id":"${id}","type":"subscribe","payload":{"query":"${query}","variables":{"n":${number}}}}`);
      const { type, payload } = await raw.next();
      expect([type, payload]).toMatchObject(['next', { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
      expect(await raw.next()).toEqual(complete(id));
    }
  });

  it('may be completed twice, or never have been', async () => {
    const raw = await api.greeted();
    raw.say(complete('nobody'));
    raw.subscribe('1', NEW);
    await api.readers(1);
    raw.say(complete('1'));
    raw.say(complete('1'));
    await api.readers(0);
    raw.subscribe('2', HEAD);
    expect([await raw.next(), await raw.next()]).toEqual([next('2'), complete('2')]);
  });

  it('is answered under its own id, whatever else runs: a hundred at once', async () => {
    const raw = await api.greeted();
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
