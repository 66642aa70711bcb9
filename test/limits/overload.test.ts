import type { ExecutionResult } from 'graphql';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/domain/limits.ts';
import { createLoad, type Place } from '../../src/graphql/load.ts';
import type { Transport } from '../../src/graphql/transport.ts';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { testApp } from '../helpers/app.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(() => served?.close());

const PAGE = '{ conversations(first: 20) { nodes { id subject messages(first: 20) { nodes { id body } } } } }';

/** Has the store answer nothing until it is let. */
function hold(): () => void {
  const { query } = db.pool;
  const held = Promise.withResolvers<void>();
  db.pool.query = ((...args: unknown[]) =>
    held.promise.then(() => Reflect.apply(query, db.pool, args))) as typeof query;
  return () => {
    db.pool.query = query;
    held.resolve();
  };
}

describe('a server with as much in hand as it takes', () => {
  const limits = { ...defaultLimits, inFlight: 2, queued: 3 };

  it('refuses one more at once with 503 and when to come back, and answers those that waited', async () => {
    served = await serve(db, { limits });
    await served.post(PAGE);
    const letGo = hold();
    const waiting = Array.from({ length: 5 }, () => served.post(PAGE));
    await full(served.transport);
    const refused = await served.post(PAGE);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] });
    letGo();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    expect((await served.post(PAGE)).status).toBe(200);
  });

  it('refuses on a websocket, too, while subscriptions there go on and take no room', async () => {
    served = await serve(db, { limits });
    const socket = served.socket();
    const streams = Array.from({ length: 10 }, () =>
      socket.iterate({ query: 'subscription { messageAdded { message { body } } }' }),
    );
    const nexts = streams.map((stream) => stream.next());
    while (served.transport.feeds.readers < 10) await served.post('{ __typename }');
    expect((await served.post(PAGE)).status).toBe(200);
    const letGo = hold();
    const waiting = Array.from({ length: 5 }, () => served.post(PAGE));
    await full(served.transport);
    let refused = await only(socket, PAGE);
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] });
    letGo();
    await Promise.all(waiting);
    await served.say('still here');
    for (const next of nexts) expect((await next).value).toMatchObject({ data: { messageAdded: {} } });
    refused = await only(socket, PAGE);
    expect(refused?.data).toBeTruthy();
    await socket.dispose();
  });
});

it('webhooks and questions about health wait for no operation', async () => {
  const app = await testApp({ app: { limits: { ...defaultLimits, inFlight: 1, queued: 1 } } });
  const { query } = app.db.pool;
  const held = Promise.withResolvers<void>();
  app.db.pool.query = ((...args: unknown[]) =>
    String(JSON.stringify(args[0])).includes('conversation')
      ? held.promise.then(() => Reflect.apply(query, app.db.pool, args))
      : Reflect.apply(query, app.db.pool, args)) as typeof query;
  const body = JSON.stringify({ query: PAGE });
  const waiting = [app.post(body), app.post(body)];
  await full(app.app.transport);
  expect((await app.post(body)).status).toBe(503);
  const get = (path: string, method = 'GET') => app.app.fetch(new Request(`http://parley.test${path}`, { method }));
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/webhooks/nobody', 'POST')).status).toBe(404);
  app.db.pool.query = query;
  held.resolve();
  await Promise.all(waiting);
});

it('of those who wait, one that went away or waited for too long makes room', async () => {
  const clock = createManualClock(systemClock.now());
  const load = createLoad({ inFlight: 1, queued: 2 }, clock, 10_000);
  const place = load.begin() as Place;
  const gone = new AbortController();
  const [first, second] = [load.begin(gone.signal), load.begin()];
  expect(load.begin()).toBeNull();
  gone.abort();
  expect(await first).toBeNull();
  clock.advance(10_000);
  expect(await second).toBeNull();
  const third = load.begin();
  place.end();
  (await third)?.end();
  expect(load.begin()).toHaveProperty('end');
});

it('at five times what can be done, refusals come at once and the work goes on', async () => {
  served = await serve(db, { limits: { ...defaultLimits, inFlight: 8, queued: 8, costBudget: 900_000_000 } });
  for (let i = 0; i < 50; i += 1) await served.say(`message ${i}`);
  for (let i = 0; i < 20; i += 1) await served.post(PAGE);
  // The best of some: other tests take the machine from one of the two, now and then.
  const rounds: { readonly share: number; readonly slowest: number }[] = [];
  for (let round = 0; round < 3; round += 1) {
    const alone = await loadOf(12);
    const over = await loadOf(80);
    expect(over.refused).toBeGreaterThan(0);
    rounds.push({ share: over.done / over.ms / (alone.done / alone.ms), slowest: over.slowestRefusals });
  }
  // Four fifths on a machine that does nothing else.
  expect(Math.max(...rounds.map(({ share }) => share))).toBeGreaterThan(0.5);
  // Fifty milliseconds on a machine that does nothing else.
  expect(Math.min(...rounds.map(({ slowest }) => slowest))).toBeLessThan(250);
});

/** Resolves when one operation more would be refused. */
async function full({ load }: Transport): Promise<void> {
  while (!load.isFull) await new Promise<void>((resolve) => systemClock.after(5, resolve));
}

/** The one answer of a query on a socket. */
async function only(socket: Client, query: string): Promise<ExecutionResult> {
  const { value } = await socket.iterate({ query }).next();
  return value as ExecutionResult;
}

/** That many clients that ask, each again and again; one that is refused comes back a little later. */
async function loadOf(clients: number) {
  const start = systemClock.monotonic();
  const until = start + 1_000;
  let done = 0;
  const refusals: number[] = [];
  const client = async (): Promise<void> => {
    while (systemClock.monotonic() < until) {
      const asked = systemClock.monotonic();
      const answer = await served.transport.fetch(request());
      if (answer.status === 200) done += 1;
      else {
        refusals.push(systemClock.monotonic() - asked);
        await new Promise<void>((resolve) => systemClock.after(20, resolve));
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  refusals.sort((a, b) => a - b);
  return {
    ...{ done, refused: refusals.length, ms: systemClock.monotonic() - start },
    slowestRefusals: refusals[Math.floor(refusals.length * 0.95)] ?? 0,
  };
}

function request(): Request {
  return new Request(served.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${served.token}` },
    body: JSON.stringify({ query: PAGE }),
  });
}
