import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { claimSends, nextDueMs } from '../../src/store/sending.ts';
import { testApp } from '../helpers/app.ts';
import { type DatabaseKind, databaseKinds } from '../helpers/database.ts';

/** Ten accounts with five messages each that wait, behind one account with ten thousand in so many conversations, where thirty thousand went out before. */
async function longQueue(kind: DatabaseKind, conversations: number) {
  const t = await testApp({ kind, idle: true });
  await t.db.pool.query(`
    INSERT INTO account (id, tenant_id, provider, title, state, credentials, live_from, connected_at)
      SELECT 'a' || i, t.id, 'p', 'x', 'LIVE', ''::bytea, now(), now() FROM generate_series(0, 10) i, tenant t;
    INSERT INTO conversation (id, tenant_id, account_id, external_id, address, first_seen_at, observed_at, order_at)
      SELECT 'c' || i, t.id, CASE WHEN i < ${conversations} THEN 'a0' ELSE 'a' || (1 + (i - ${conversations}) % 10) END, 'x' || i, '{}',
        now(), now(), now() FROM generate_series(0, ${conversations} + 49) i, tenant t;
    INSERT INTO message (id, tenant_id, account_id, conversation_id, recorded_at, order_at, sent_by, backfilled)
      SELECT 'm' || i, c.tenant_id, c.account_id, c.id, now(), now(), 'us', false FROM generate_series(1, 40050) i
      JOIN conversation c ON c.id = 'c' || CASE WHEN i <= 40000 THEN i % ${conversations} ELSE ${conversations} + i - 40001 END;
    INSERT INTO outbox (message_id, tenant_id, account_id, conversation_id, state, created_at, due_at, give_up_at)
      SELECT id, tenant_id, account_id, conversation_id,
        CASE WHEN substr(id, 2)::int <= 30000 THEN 'ACCEPTED' ELSE 'QUEUED' END, now() + substr(id, 2)::int * interval '1 microsecond',
        now() - interval '1 hour' + substr(id, 2)::int * interval '1 ms', now() + interval '1 day' FROM message;
    ANALYZE;`);
  return t.db;
}

describe.each(databaseKinds)('with ten thousand messages of one account waiting (%s)', (kind) => {
  // Without an index for each question the first takes minutes on PostgreSQL, the second a quarter of one.
  it.each([1, 20, 5000])('in %i conversations, the others are not kept waiting', async (conversations) => {
    const db = await longQueue(kind, conversations);
    const from = systemClock.monotonic();
    const claims = await claimSends(db, { owner: 'test', limit: 100, leaseMs: 60_000 });
    await nextDueMs(db);
    expect(systemClock.monotonic() - from).toBeLessThan(3_000);
    const of = (account: number) => claims.filter((claim) => claim.accountId === `a${account}`).length;
    expect([of(0), of(1), of(10)]).toEqual([Math.min(conversations, 4), 4, 4]);
  });
});
