import type { ExecutionResult } from 'graphql';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Database } from '../../src/store/database.ts';
import { createPruner } from '../../src/sync/pruner.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

const DAY = 24 * 3_600_000;

const EVENTS = `subscription($after: EventCursor) {
  told: events(after: $after) { __typename cursor ... on MessageAdded { message { body } } }
}`;
const ADDED = 'subscription($after: EventCursor) { told: messageAdded(after: $after) { cursor message { body } } }';
const PAGE = `query($after: EventCursor) {
  events(after: $after) { nodes { ... on MessageAdded { message { body } } } endCursor }
}`;

interface Item {
  readonly __typename?: string;
  readonly cursor: string;
  readonly message?: { readonly body: string };
}
type Live = AsyncIterableIterator<ExecutionResult<{ told: Item }>>;

let db: Database;
let served: Served;
const clients: Client[] = [];

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
beforeEach(async () => {
  served = await serve(db);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await served.close();
});

function subscribe(query: string, after: string | null = null): Live {
  const client = served.socket();
  clients.push(client);
  return client.iterate({ query, variables: { after } }) as unknown as Live;
}

/** What is told next: a message's words, a mark, or why it is refused. */
async function next(live: Live): Promise<string> {
  const { value } = await live.next();
  const refusal = value.errors?.[0]?.extensions?.code;
  return refusal ?? value.data.told.message?.body ?? value.data.told.__typename;
}

async function told(query: string, after: string, count: number): Promise<readonly string[]> {
  const live = subscribe(query, after);
  const seen: string[] = [];
  while (seen.length < count) seen.push(await next(live));
  return seen;
}

async function page(after: string | null): Promise<readonly string[] | string> {
  const answer = await served.post(PAGE, { variables: { after } });
  const { data, errors } = JSON.parse(await answer.text());
  return errors?.[0].extensions.code ?? data.events.nodes.map((one: Item) => one.message?.body);
}

const cursor = (seq: number): string => Buffer.from(`epoch.${seq}`).toString('base64url');

/** Deletes what is old, as a server does. */
async function prune(): Promise<void> {
  const pruner = createPruner({ db, clock: served.clock, times: defaultTimes, log: silentLog });
  pruner.start();
  await pruner.settle();
  await pruner.stop();
}

async function kept(): Promise<readonly number[]> {
  const sql = 'SELECT seq::int AS seq FROM event WHERE tenant_id = $1 ORDER BY seq';
  return (await db.pool.query<{ seq: number }>(sql, [served.estate.scope.tenantId])).rows.map(({ seq }) => seq);
}

/** Five messages: three of them eight days old, two four days. */
async function week(): Promise<void> {
  for (const body of ['one', 'two', 'three']) await served.say(body, { hint: false });
  served.clock.advance(4 * DAY);
  for (const body of ['four', 'five']) await served.say(body, { hint: false });
  served.clock.advance(4 * DAY);
  await prune();
}

describe('events older than a week', () => {
  it('are deleted, and no younger ones, and numbering goes on', async () => {
    await week();
    expect(await kept()).toEqual([4, 5]);
    await served.say('six', { hint: false });
    await prune();
    expect(await kept()).toEqual([4, 5, 6]);
  });

  it('are told as lost to every cursor before them, and what is kept is told to every other', async () => {
    await week();
    expect(await page(null)).toEqual(['four', 'five']);
    expect(await page(cursor(3))).toEqual(['four', 'five']);
    expect(await told(EVENTS, cursor(3), 3)).toEqual(['four', 'five', 'CaughtUp']);
    expect(await told(ADDED, cursor(3), 2)).toEqual(['four', 'five']);
    for (const seq of [0, 1, 2]) {
      expect(await page(cursor(seq))).toBe('RESYNC_REQUIRED');
      expect(await told(EVENTS, cursor(seq), 2)).toEqual(['FeedGap', 'CaughtUp']);
      expect(await told(ADDED, cursor(seq), 1)).toEqual(['RESYNC_REQUIRED']);
    }
  });

  it('are told as lost also where no event at all is kept', async () => {
    await week();
    served.clock.advance(8 * DAY);
    await prune();
    expect(await kept()).toEqual([]);
    for (const seq of [0, 3, 4]) {
      expect(await page(cursor(seq))).toBe('RESYNC_REQUIRED');
      expect(await told(EVENTS, cursor(seq), 2)).toEqual(['FeedGap', 'CaughtUp']);
      expect(await told(ADDED, cursor(seq), 1)).toEqual(['RESYNC_REQUIRED']);
    }
  });

  it('leave a cursor at the head good, and what comes after it is told', async () => {
    await week();
    served.clock.advance(8 * DAY);
    await prune();
    expect([await page(null), await page(cursor(5))]).toEqual([[], []]);
    await served.say('six', { hint: false });
    expect(await page(cursor(5))).toEqual(['six']);
    expect(await told(EVENTS, cursor(5), 2)).toEqual(['six', 'CaughtUp']);
    expect(await told(ADDED, cursor(5), 1)).toEqual(['six']);
  });

  it('are told as lost to those who follow, had they come and gone between two looks', async () => {
    const everything = subscribe(EVENTS);
    expect(await next(everything)).toBe('CaughtUp');
    const messages = subscribe(ADDED, cursor(0));
    const [gap, refusal] = [next(everything), next(messages)];
    await served.post(PAGE);
    await db.pool.query('UPDATE tenant SET seq = seq + 3 WHERE id = $1', [served.estate.scope.tenantId]);
    served.clock.advance(defaultTimes.lookEveryMs);
    expect(await Promise.all([gap, refusal])).toEqual(['FeedGap', 'RESYNC_REQUIRED']);
    await served.say('after that');
    expect([await next(everything), await next(everything)]).toEqual(['CaughtUp', 'after that']);
  });
});
