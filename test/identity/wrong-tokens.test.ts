import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { keys, type Visit, visit } from './jwt-visit.ts';

const VIEWER = '{ viewer { scopes } }';
const ROUNDS = 25;
const TOGETHER = 40;

let db: Database;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());

const headers = (token: string | null): Record<string, string> => ({
  'content-type': 'application/json',
  ...(token !== null && { authorization: `Bearer ${token}` }),
});

const ask = ({ served }: Visit, token: string | null): Promise<Response> => {
  const body = JSON.stringify({ query: VIEWER });
  return served.transport.fetch(
    new Request('http://parley.test/graphql', { method: 'POST', headers: headers(token), body }),
  );
};

/** How long good requests take, each among forty others, which bring those tokens. None is believed from the time before. */
async function timeAmong(v: Visit, tokens: () => string | null): Promise<number> {
  let taken = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    v.clock.advance(2_000);
    const others = Array.from({ length: TOGETHER }, () => ask(v, tokens()));
    const start = systemClock.monotonic();
    expect((await ask(v, v.served.token)).status).toBe(200);
    taken += systemClock.monotonic() - start;
    await Promise.all(others);
  }
  return taken;
}

describe('a thousand wrong tokens', () => {
  it('do not slow good ones down, take few queries, and are never logged', async () => {
    const v = await visit(db);
    const tried: string[] = [];
    const wrong = (): string => {
      const token = `parley_${crypto.randomUUID()}`;
      tried.push(token);
      return token;
    };
    const { query } = db.pool;
    let queries = 0;
    db.pool.query = ((...args: Parameters<typeof query>) => {
      queries += 1;
      return query.apply(db.pool, args);
    }) as typeof query;
    await timeAmong(v, () => null);
    const quiet = await timeAmong(v, () => null);
    queries = 0;
    const loud = await timeAmong(v, wrong);
    db.pool.query = query;
    expect(tried).toHaveLength(ROUNDS * TOGETHER);
    expect(loud / quiet).toBeLessThan(4);
    // A look-up for each would be a thousand.
    expect(queries).toBeLessThan(ROUNDS * 8);
    const log = v.log.join('');
    expect(tried.filter((token) => log.includes(token))).toEqual([]);
  });

  it('that are JWTs of nobody make no call to the identity provider but the first', async () => {
    const v = await visit(db);
    const tried = await Promise.all(
      Array.from({ length: 200 }, (_, i) => v.idp.sign(keys.other, { sub: `guess ${i}` }, { kid: `guess ${i}` })),
    );
    const answers = await Promise.all(tried.map((token) => ask(v, token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const log = v.log.join('');
    expect([v.idp.asked, tried.filter((token) => log.includes(token))]).toEqual([1, []]);
  });
});
