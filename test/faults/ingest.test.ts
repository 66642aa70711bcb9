import { describe, expect, it } from 'vitest';
import type { ConversationId, ExternalMessageId, TenantId } from '../../src/domain/ids.ts';
import { brand } from '../../src/domain/ids.ts';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { createWakes } from '../../src/lib/wake.ts';
import { enqueue } from '../../src/store/outbox.ts';
import { tenantScope } from '../../src/store/scope.ts';
import { claimSends } from '../../src/store/sending.ts';
import { settle } from '../../src/store/settling.ts';
import { createIngest } from '../../src/sync/ingest.ts';
import { type TestApp, testApp, testSealer } from '../helpers/app.ts';
import { dieEverywhere } from '../helpers/crashes.ts';
import { databaseKinds } from '../helpers/database.ts';
import { deliveryOf, eventsOf, inboxOf, rowCounts } from '../helpers/desk.ts';
import { doorOf, readAll, walk } from '../helpers/listing.ts';

/** Everything that is stored of what providers tell, but for when it was last seen. */
async function contents(t: TestApp): Promise<unknown> {
  const of = async (sql: string) => (await t.db.pool.query<Record<string, unknown>>(sql)).rows;
  return {
    messages: await of('SELECT * FROM message ORDER BY id'),
    conversations: (await of('SELECT * FROM conversation ORDER BY id')).map(
      ({ observed_at: _a, messages_read_at: _b, stale_since: _c, ...rest }) => rest,
    ),
    bookings: (await of('SELECT * FROM booking ORDER BY id')).map(({ observed_at: _, ...rest }) => rest),
    leads: (await of('SELECT * FROM lead ORDER BY id')).map(({ observed_at: _, ...rest }) => rest),
    participants: await of('SELECT * FROM participant ORDER BY id'),
    events: await of('SELECT * FROM event ORDER BY seq'),
  };
}

const idIn = async (t: TestApp, table: 'account' | 'tenant'): Promise<string> =>
  (await t.db.pool.query<{ id: string }>(`SELECT id FROM ${table}`)).rows[0]?.id ?? '';

describe.each(databaseKinds)('what a provider tells (%s)', (kind) => {
  it('three times over, in any order, changes nothing after the first', async () => {
    const t = await testApp({ kind, size: 8 });
    await t.connect();
    await t.app.stop();
    const before = await contents(t);
    const batches = [...(await walk(t)), ...(await readAll(t))];
    const dice = createManualClock(new Date(0), 4);
    const door = doorOf(t);
    const accountId = brand<never>(await idIn(t, 'account'));
    for (const batch of Array.from({ length: 3 }, () => shuffled(batches, dice.random)).flat())
      await door({ accountId, events: shuffled(batch, dice.random) });
    expect(await contents(t)).toEqual(before);
  });

  it('at eight doors at once is stored once', async () => {
    const t = await testApp({ kind, size: 6, idle: true });
    await t.connect();
    const batches = [...(await walk(t)), ...(await readAll(t))];
    const accountId = brand<never>(await idIn(t, 'account'));
    const dice = createManualClock(new Date(0), 9);
    const doors = Array.from({ length: 8 }, () => ({ door: doorOf(t), mine: shuffled(batches, dice.random) }));
    await Promise.all(
      doors.map(async ({ door, mine }) => {
        for (const events of mine) await door({ accountId, events });
      }),
    );
    const truth = t.simulator().conversations();
    const counts = await rowCounts(t);
    expect(counts['conversation']).toBe(truth.length);
    const newest = truth.map((one) => Math.min(one.messages.length, 25)).reduce((sum, one) => sum + one, 0);
    expect(counts['message']).toBe(newest);
    const { rows } = await t.db.pool.query<{ seq: string }>('SELECT seq FROM event ORDER BY seq');
    expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_, place) => place + 1));
  });

  it('leaves nothing half done wherever the process dies while taking it in', async () => {
    const t = await testApp({ kind, size: 2, idle: true });
    await t.connect();
    const events = [...(await walk(t)), ...(await readAll(t))].flat();
    const unreadable: ProviderEvent = { type: 'unreadable', reason: 'no id', raw: { a: 1 } };
    const accountId = brand<never>(await idIn(t, 'account'));
    const before = await rowCounts(t);
    const { clock } = t;
    const work = (db: TestApp['db']) =>
      createIngest({ db, clock, times: defaultTimes, wakes: createWakes(), sealer: testSealer })({
        accountId,
        events: [...events, unreadable],
      });
    const deaths = await dieEverywhere(t.db, work, async () => expect(await rowCounts(t)).toEqual(before));
    expect(deaths).toBeGreaterThan(10);
    const after = await rowCounts(t);
    expect(after).toMatchObject({ conversation: t.simulator().conversations().length, unreadable_item: 1 });
    expect(after['event']).toBeGreaterThan(before['event'] ?? 0);
  });

  it('and cannot be read is kept as it came, and what came with it is stored', async () => {
    const t = await testApp({ kind, idle: true });
    const { externalId } = t.simulator().addConversation({ messages: 1 });
    await t.connect();
    const accountId = brand<never>(await idIn(t, 'account'));
    const [batch = []] = await walk(t);
    const raw = { id: null, body: ['?'] };
    await doorOf(t)({ accountId, events: [{ type: 'unreadable', reason: 'a message without an id', raw }, ...batch] });
    expect((await inboxOf(t)).map((one) => one.externalId)).toEqual([externalId]);
    const { rows } = await t.db.pool.query('SELECT reason, raw FROM unreadable_item');
    expect(rows).toEqual([{ reason: 'a message without an id', raw }]);
  });
});

describe.each(databaseKinds)('a send (%s)', (kind) => {
  async function desk() {
    const t = await testApp({ kind });
    t.simulator().addConversation();
    await t.connect();
    await t.app.stop();
    const id = brand<ConversationId>((await inboxOf(t))[0]?.id ?? '');
    const scope = tenantScope(brand<TenantId>(await idIn(t, 'tenant')));
    const request = {
      conversationId: id,
      body: 'Hello',
      sentBy: 'us',
      idempotencyKey: 'k',
      giveUpAfter: null,
      attachmentIds: [],
    } as const;
    const order = { actor: 'a', request, now: t.clock.now(), giveUpAfterMs: 60_000 };
    return { t, id, queue: (db: TestApp['db']) => enqueue(db, scope, order) };
  }

  it('is queued whole or not at all, wherever the process dies, and its key stays free until it is', async () => {
    const { t, queue } = await desk();
    const before = await rowCounts(t);
    const deaths = await dieEverywhere(t.db, queue, async () => expect(await rowCounts(t)).toEqual(before));
    expect(deaths).toBeGreaterThan(4);
    const after = await rowCounts(t);
    expect(after).toEqual({
      ...before,
      ...{ message: 1, outbox: 1, idempotency_key: 1, event: (before['event'] ?? 0) + 1 },
    });
    expect(await queue(t.db)).toMatchObject({ replayed: true });
  });

  it('is settled whole or not at all, and only by who holds it', async () => {
    const { t, queue } = await desk();
    const { messageId } = await queue(t.db);
    const claim = (await claimSends(t.db, { owner: 'one', limit: 1, leaseMs: 60_000 }))[0];
    if (!claim) throw new Error('nothing to claim');
    const externalId = brand<ExternalMessageId>('ms_777');
    const accepted = { state: 'ACCEPTED', outcome: 'ACCEPTED', evidence: 'PROVIDER', externalId } as const;
    const now = t.clock.now();
    const before = await rowCounts(t);
    const deaths = await dieEverywhere(
      t.db,
      (db) => settle(db, claim, accepted, now),
      async () => {
        expect(await rowCounts(t)).toEqual(before);
        expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'SENDING', externalId: null });
      },
    );
    expect(deaths).toBeGreaterThan(3);
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'ACCEPTED', externalId });
    const late = { state: 'FAILED', outcome: 'REJECTED' } as const;
    expect(await settle(t.db, claim, late, now)).toBe(false);
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'ACCEPTED' });
    expect((await eventsOf(t)).at(-1)).toMatchObject({ __typename: 'MessageChanged' });
  });
});

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
