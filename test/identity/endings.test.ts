import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TOKENS_TOPIC } from '../../src/graphql/vigil.ts';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { createToken } from '../../src/store/tokens.ts';
import { testDatabase } from '../helpers/database.ts';
import { openRaw, type RawSocket } from '../helpers/raw-socket.ts';
import { type Served, serve } from '../helpers/transport.ts';

const LIVE = 'subscription { messageAdded { message { body } } }';
const VIEWER = '{ viewer { scopes } }';
const DAY_MS = 86_400_000;

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
beforeEach(async () => {
  served = await serve(db);
});
afterEach(() => served.close());

const by = (token: string) => ({ authorization: `Bearer ${token}` });

const tokenUntil = (expiresAt: Date | null): Promise<string> =>
  createToken(db, served.estate.scope.tenantId, {
    ...{ name: 'ending', scopes: ['messages:read'], now: served.clock.now(), expiresAt },
  });

/** As another process does it that tells nobody. */
const revoke = (): Promise<unknown> => db.pool.query(`UPDATE token SET revoked_at = now() WHERE name = 'ending'`);

/** Lets what the clock has set off be done. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await served.post(VIEWER);
}

/** Moves time on until the socket is closed; answers how long that took, to the half second. */
async function closesWithin(socket: RawSocket, mostMs: number): Promise<number> {
  for (let passed = 0; passed <= mostMs; passed += 500) {
    await settle();
    if (!socket.isOpen) return passed;
    served.clock.advance(500);
  }
  throw new Error(`it is still open after ${mostMs} ms`);
}

describe('a socket whose token is revoked elsewhere, with nobody told', () => {
  it('is closed with 4403 within 5 seconds, though it does nothing', async () => {
    const socket = await openRaw(served.url, by(await tokenUntil(null)));
    await settle();
    await revoke();
    expect(await closesWithin(socket, 4_500)).toBeLessThan(5_000);
    expect(await socket.closed).toBe(4403);
  });

  it('is told so on each of its subscriptions, and then nothing more', async () => {
    const socket = await openRaw(served.url, by(await tokenUntil(null)));
    for (const id of ['a', 'b']) socket.begin(id, LIVE);
    while (served.transport.feeds.readers < 2) await settle();
    await served.say('for you');
    await Promise.all(['a', 'b'].map((id) => socket.answer(id)));
    await revoke();
    await closesWithin(socket, 4_500);
    await served.say('not for you');
    expect(await socket.closed).toBe(4403);
    const told = socket.heard.filter(({ id }) => id === 'a').map(({ type, payload }) => [type, payload]);
    expect(told).toEqual([
      ['next', { data: { messageAdded: { message: { body: 'for you' } } } }],
      ['next', { errors: [expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } })] }],
    ]);
    expect(JSON.stringify(socket.heard)).not.toContain('not for you');
  });

  it('is closed at once where a hint says so', async () => {
    const socket = await openRaw(served.url, by(await tokenUntil(null)));
    await settle();
    await revoke();
    served.wakes.hear(TOKENS_TOPIC);
    expect(await socket.closed).toBe(4403);
  });

  it('takes one query, however many tokens are in use', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenUntil(null)));
    const sockets = await Promise.all(tokens.map((token) => openRaw(served.url, by(token))));
    await settle();
    const { query } = db.pool;
    let asked = 0;
    db.pool.query = ((...args: Parameters<typeof query>) => {
      if (JSON.stringify(args[0]).includes('FROM token')) asked += 1;
      return query.apply(db.pool, args);
    }) as typeof query;
    // The look of this moment; what is asked by HTTP would be one more.
    served.clock.advance(3_000);
    await db.pool.query('SELECT 1');
    db.pool.query = query;
    expect(asked).toBe(1);
    for (const socket of sockets) expect(socket.isOpen).toBe(true);
    for (const socket of sockets) socket.close();
  });
});

describe('a socket whose token runs out', () => {
  it('is closed with 4403 at that moment, though it does nothing', async () => {
    const socket = await openRaw(served.url, by(await tokenUntil(new Date(served.clock.now().getTime() + 60_250))));
    await settle();
    served.clock.advance(60_249);
    await settle();
    expect(socket.isOpen).toBe(true);
    served.clock.advance(1);
    expect(await socket.closed).toBe(4403);
  });

  it('in 30 days, which is longer than a timer can be, is not closed at once', async () => {
    await served.close();
    served = await serve(db, { clock: systemClock });
    const socket = await openRaw(served.url, by(await tokenUntil(new Date(systemClock.now().getTime() + 30 * DAY_MS))));
    socket.begin('a', LIVE);
    while (served.transport.feeds.readers < 1) await settle();
    await settle();
    expect([socket.isOpen, served.transport.feeds.readers]).toEqual([true, 1]);
    socket.close();
  });

  it('is closed within 2 seconds where the time of day jumps ahead of the timers', async () => {
    const clock = createManualClock(new Date('2026-05-01T12:00:00Z'));
    let jumped = 0;
    await served.close();
    served = await serve(db, { clock: { ...clock, now: () => new Date(clock.now().getTime() + jumped) } });
    const socket = await openRaw(served.url, by(await tokenUntil(new Date(clock.now().getTime() + DAY_MS))));
    await settle();
    jumped = DAY_MS;
    clock.advance(2_000);
    expect(await socket.closed).toBe(4403);
  });

  it('is not closed before its time where the time of day is set back', async () => {
    const clock = createManualClock(new Date('2026-05-01T12:00:00Z'));
    let jumped = 0;
    await served.close();
    served = await serve(db, { clock: { ...clock, now: () => new Date(clock.now().getTime() + jumped) } });
    const socket = await openRaw(served.url, by(await tokenUntil(new Date(clock.now().getTime() + 10_000))));
    await settle();
    jumped = -10_000;
    clock.advance(10_000);
    await settle();
    expect(socket.isOpen).toBe(true);
    clock.advance(10_000);
    expect(await socket.closed).toBe(4403);
  });

  it('comes back with the next one, and goes on', async () => {
    const tokens = [await tokenUntil(new Date(served.clock.now().getTime() + 60_000)), served.token];
    const codes: unknown[] = [];
    const client = served.socket({ fresh: () => tokens.shift() ?? served.token });
    client.on('closed', (event) => codes.push((event as { code: number }).code));
    const stream = client.iterate({ query: LIVE });
    const first = stream.next();
    while (served.transport.feeds.readers < 1) await settle();
    served.clock.advance(60_000);
    expect((await first).value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    while (tokens.length > 0 || served.transport.feeds.readers < 1) await settle();
    const next = stream.next();
    await served.say('still with you');
    expect((await next).value).toEqual({ data: { messageAdded: { message: { body: 'still with you' } } } });
    expect(codes).toEqual([4403]);
    await client.dispose();
  });
});

describe('a token that came with an operation only', () => {
  it('ends that operation only', async () => {
    const socket = await openRaw(served.url);
    socket.begin('short', LIVE, { headers: by(await tokenUntil(null)) });
    socket.begin('long', LIVE, { headers: by(served.token) });
    while (served.transport.feeds.readers < 2) await settle();
    await revoke();
    for (let passed = 0; passed < 5_000; passed += 500) {
      served.clock.advance(500);
      await settle();
    }
    expect(await socket.answer('short')).toMatchObject({
      type: 'next',
      payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    await served.say('for the other');
    expect(await socket.answer('long')).toMatchObject({ payload: { data: expect.anything() } });
    expect(socket.heard.filter(({ id }) => id === 'short').map(({ type }) => type)).toEqual(['next', 'complete']);
    expect(socket.isOpen).toBe(true);
    socket.close();
  });
});

describe('server-sent events', () => {
  const listen = (token: string): Promise<Response> =>
    served.post(LIVE, { token, headers: { accept: 'text/event-stream' } });

  it.each([
    ['revoked', null],
    ['run out', 3_000],
  ])('end within 5 seconds of their token’s being %s', async (_title, lastsMs) => {
    const until = lastsMs === null ? null : new Date(served.clock.now().getTime() + lastsMs);
    const answer = await listen(await tokenUntil(until));
    expect(answer.status).toBe(200);
    const body = answer.text();
    while (served.transport.feeds.readers < 1) await settle();
    if (lastsMs === null) await revoke();
    for (let passed = 0; passed < 5_000; passed += 500) {
      served.clock.advance(500);
      await settle();
    }
    await served.say('not for you');
    expect(await body).toContain('UNAUTHENTICATED');
    expect(await body).not.toContain('not for you');
    expect(served.transport.feeds.readers).toBe(0);
  });
});
