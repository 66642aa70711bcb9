import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { allScopes, createToken } from '../../src/store/tokens.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Follower, follow } from '../helpers/follower.ts';
import { type Served, serve } from '../helpers/transport.ts';
import { createEstate } from '../store/reads-estate.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(() => served.close());

const followers = async (tokens: readonly string[]): Promise<readonly Follower[]> => {
  const joined = tokens.map((token) => follow(served.url.replace(/\/graphql$/, ''), token));
  while (served.transport.feeds.readers !== tokens.length) await served.post('{ eventCursor }');
  return joined;
};

/** Has five messages written, waits for those who are to hear of them, and counts the executions that took: one reads a conversation once. */
async function executionsFor(hearers: readonly Follower[]): Promise<number> {
  let read = 0;
  const query = db.pool.query.bind(db.pool);
  db.pool.query = ((...args: Parameters<typeof query>) => {
    if (JSON.stringify(args[0]).includes('FROM conversation')) read += 1;
    return query(...args);
  }) as typeof query;
  const said = Array.from({ length: 5 }, (_, i) => `message ${i}`);
  for (const body of said) await served.say(body);
  for (const one of hearers) {
    await one.has(said.length);
    expect(one.told.map(({ message }) => message.body)).toEqual(said);
  }
  db.pool.query = query;
  return read / said.length;
}

describe('an event', () => {
  it('is executed once for all equal subscribers, and each gets every one in order', async () => {
    served = await serve(db);
    const equal = await followers(Array.from({ length: 25 }, () => served.token));
    expect(await executionsFor(equal)).toBe(1);
  });

  it('is never shared between subscribers of different rights', async () => {
    served = await serve(db);
    const readers = [await served.tokenFor(['messages:read']), await served.tokenFor(['messages:read'])];
    const all = await followers([served.token, ...readers]);
    // Once for the one who may do everything, once for the two who may only read.
    expect(await executionsFor(all)).toBe(2);
  });

  it('is never told to a subscriber of another tenant who asks for the same', async () => {
    served = await serve(db);
    const { scope } = await createEstate(db);
    const rival = await createToken(db, scope.tenantId, { name: 'rival', scopes: allScopes, now: new Date(0) });
    const [mine, theirs] = await followers([served.token, rival]);
    if (!mine || !theirs) throw new Error('nobody follows');
    expect(await executionsFor([mine])).toBe(1);
    expect(theirs.told).toEqual([]);
  });
});
