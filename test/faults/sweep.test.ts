import { describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { HeadDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { eventsOf } from '../helpers/desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Report {
  readonly at: string;
  readonly read: number;
  readonly repaired: number;
}

/** Whatever is repaired is repaired by a walk: looks are so rare that none is made. */
const unseen = { app: { pullEveryMs: 20 * DAY } };

async function lastSweep(t: TestApp): Promise<Report | null> {
  const { data } = await t.ask<{ accounts: { lastSweep: Report | null }[] }>(
    '{ accounts { lastSweep { at read repaired } } }',
  );
  return data.accounts[0]?.lastSweep ?? null;
}

/** A connected account with long threads, all of them stored to their beginnings. */
async function estate(provider: string): Promise<TestApp> {
  const t = await testApp({ provider, ...unseen });
  const createdAt = new Date(t.clock.now().getTime() - 20 * DAY);
  for (let i = 0; i < 8; i += 1) t.simulator().addConversation({ messages: 20 + 20 * i, createdAt });
  await t.connect();
  await t.pass(61_000);
  return t;
}

async function rows<Row extends object>(t: TestApp, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return (await t.db.pool.query<Row>(sql, [...values])).rows;
}

async function stored(t: TestApp): Promise<readonly string[]> {
  const all = await rows<{ id: string }>(
    t,
    'SELECT external_id AS id FROM message WHERE removed_at IS NULL ORDER BY 1',
  );
  return all.map(({ id }) => id);
}

function truth(t: TestApp): readonly string[] {
  const messages = t
    .simulator()
    .conversations()
    .flatMap((one) => one.messages);
  return messages.map(({ externalId }) => externalId).sort();
}

/** Deletes that many rows of complete threads, from anywhere in them, the newest and the oldest of a long one among them. */
async function lose(t: TestApp, count: number): Promise<readonly string[]> {
  const lost = await rows<{ external_id: string }>(
    t,
    `WITH placed AS (
      SELECT m.id, row_number() OVER thread AS place, count(*) OVER (PARTITION BY m.conversation_id) AS length
      FROM message m JOIN conversation c ON c.id = m.conversation_id
      WHERE c.history_complete AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.message_id = m.id)
      WINDOW thread AS (PARTITION BY m.conversation_id ORDER BY m.order_at DESC, m.id DESC))
    DELETE FROM message WHERE id IN (
      SELECT id FROM placed ORDER BY (length > 100 AND place IN (1, length)) DESC, md5(id) LIMIT $1)
    RETURNING external_id`,
    [count],
  );
  return lost.map((row) => row.external_id);
}

describe.each(providers.map(({ id }) => id))('a walk over everything at %s', (provider) => {
  it('brings back all rows that were lost, wherever in their threads, and says how many that were', async () => {
    const t = await estate(provider);
    const before = await stored(t);
    expect(before).toEqual(truth(t));
    const lost = await lose(t, 12);
    expect([lost.length, (await stored(t)).length]).toEqual([12, before.length - 12]);
    await t.pass(7 * HOUR);
    expect(await stored(t)).toEqual(before);
    expect(await lastSweep(t)).toMatchObject({ repaired: 12 });
    const incomplete = await rows(t, 'SELECT 1 FROM conversation WHERE NOT history_complete OR lost_count > 0');
    expect(incomplete).toEqual([]);
  });

  it('counts nothing as repaired in the first import, nor where nothing was missing', async () => {
    const t = await estate(provider);
    const imported = await lastSweep(t);
    expect(imported).toMatchObject({ repaired: 0 });
    const [truth] = t.simulator().conversations();
    t.simulator().guestWrites(truth?.externalId ?? '', 'just before the walk');
    await t.pass(7 * HOUR);
    const walked = await lastSweep(t);
    expect(walked).toMatchObject({ repaired: 0 });
    expect(walked?.at).not.toBe(imported?.at);
  });

  it('does not go on looking for what its provider has no more', async () => {
    const t = await estate(provider);
    const [gone] = t.simulator().conversations();
    await rows(
      t,
      `DELETE FROM message WHERE id = (SELECT max(m.id) FROM message m JOIN conversation c ON c.id = m.conversation_id
      WHERE c.external_id = $1)`,
      [gone?.externalId],
    );
    t.simulator().removeConversation(gone?.externalId ?? '');
    await t.pass(7 * HOUR);
    expect(await lastSweep(t)).toMatchObject({ repaired: 0 });
    t.simulator().calls.reset();
    await t.pass(6 * HOUR);
    expect(await lastSweep(t)).toMatchObject({ repaired: 0 });
    const first = t.simulator().calls.count();
    t.simulator().calls.reset();
    await t.pass(6 * HOUR);
    expect(t.simulator().calls.count()).toBe(first);
  });

  it('reads no more of threads for it than of those where rows are lost', async () => {
    const t = await estate(provider);
    const callsOfWalk = async (): Promise<number> => {
      t.simulator().calls.reset();
      await t.pass(6 * HOUR + 61_000);
      return t.simulator().calls.count();
    };
    await callsOfWalk();
    const healthy = await callsOfWalk();
    await lose(t, 1);
    // The longest thread is seven pages of the smallest kind.
    expect(await callsOfWalk()).toBeLessThanOrEqual(healthy + 8);
    expect(await lastSweep(t)).toMatchObject({ repaired: 1 });
    expect(await callsOfWalk()).toBe(healthy);
  });
});

describe('the report of a walk', () => {
  it('counts what looks had missed, and what was read', async () => {
    const t = await testApp(unseen);
    const { externalId } = t
      .simulator()
      .addConversation({ messages: 3, createdAt: new Date(t.clock.now().getTime() - DAY) });
    const accountId = await t.connect();
    await t.pass(HOUR);
    await t.gql(SyncAccountDocument, { accountId });
    for (const minutes of [10, 20]) {
      const at = new Date(t.clock.now().getTime() - minutes * 60_000);
      t.simulator().guestWrites(externalId, `overlooked ${minutes}`, { at });
    }
    await t.pass(5 * HOUR + 61_000);
    expect(await lastSweep(t)).toMatchObject({ read: 5, repaired: 2 });
  });

  it('is there when all that the walk asked for is read, and is told', async () => {
    const t = await testApp(unseen);
    t.simulator().addConversation({ messages: 60, createdAt: new Date(t.clock.now().getTime() - DAY) });
    await t.connect();
    const imported = await lastSweep(t);
    await lose(t, 1);
    t.simulator().faults.always({ kind: 'status', status: 503 }, { operation: 'conversations' });
    await t.pass(6 * HOUR + 61_000);
    expect(await lastSweep(t)).toEqual(imported);
    t.simulator().faults.clear();
    const { data } = await t.gql(HeadDocument);
    await t.pass(10 * 60_000);
    expect(await lastSweep(t)).toMatchObject({ repaired: 1 });
    expect((await eventsOf(t, data.eventCursor)).at(-1)).toMatchObject({ __typename: 'AccountChanged' });
  });
});
