import type { AccountId, ConversationId, TenantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { AccountRow } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { appendEvents } from './feed.ts';
import type { AccountLease } from './leases.ts';
import { asRecords } from './rows.ts';

/*
 * What a walk over everything comes to. It begins by counting rows: where there are fewer than were ever stored, that many are lost, and
 * what of the thread the walk itself does not bring back is read again from its newest message to its first. What has not come back then
 * is gone at the provider, too.
 */

/** Begins a walk: opens its report and finds out where rows are lost. Nothing where the lease has been replaced. */
export async function beginWalk(db: Database, { accountId, fence }: AccountLease, now: Date): Promise<void> {
  const damaged = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT c.id FROM conversation c WHERE c.account_id = ${accountId}
      AND c.stored_count > (SELECT count(*) FROM message m WHERE m.conversation_id = c.id)`;
  const ids = damaged.map(({ id }) => id);
  await db.transaction(async (tx) => {
    const begun = await tx.$executeRaw`
      UPDATE account SET sweep_started_at = ${now}, sweep_since = coalesce(last_pulled_at, ${now}), sweep_read = 0, sweep_repaired = 0
      WHERE id = ${accountId} AND lease_fence = ${fence}`;
    if (begun === 0 || ids.length === 0) return;
    // Counted again under their locks: a message that was stored meanwhile is in one of the two numbers only.
    await tx.$queryRaw`SELECT 1 FROM conversation WHERE id = ANY(${ids}) ORDER BY id FOR NO KEY UPDATE`;
    await tx.$executeRaw`
      UPDATE conversation c SET lost_count = c.stored_count - kept.count, stored_count = kept.count
      FROM (SELECT asked.id, (SELECT count(*) FROM message m WHERE m.conversation_id = asked.id)::int AS count
        FROM unnest(${ids}::text[]) AS asked(id)) kept
      WHERE c.id = kept.id AND kept.count < c.stored_count`;
  });
}

/** A message that was first stored while a walk's report is open, sent before the walk could be the first to know of it. */
export interface LateMessage {
  readonly conversationId: ConversationId;
  /** Nobody else is going to tell it. Others count where rows of their thread are lost. */
  readonly missed: boolean;
}

/** Adds to the report of the walk under way. */
export async function noteWalk(
  tx: Transaction,
  account: AccountRow,
  read: number,
  late: readonly LateMessage[],
): Promise<void> {
  const records = late.map((one) => ({ id: one.conversationId, missed: one.missed }));
  await tx.$executeRaw`
    WITH back AS (
      SELECT c.id, count(*)::int AS count FROM json_to_recordset(${asRecords(records)}::json) AS r(id text, missed bool)
      JOIN conversation c ON c.id = r.id WHERE c.lost_count > 0 OR r.missed GROUP BY c.id
    ), found AS (
      UPDATE conversation c SET lost_count = greatest(c.lost_count - back.count, 0) FROM back
      WHERE c.id = back.id AND c.lost_count > 0
    )
    UPDATE account SET sweep_read = sweep_read + ${read}, sweep_repaired = sweep_repaired
      + CASE WHEN imported_at IS NULL THEN 0 ELSE (SELECT coalesce(sum(count), 0) FROM back) END
    WHERE id = ${account.id}`;
}

/** Has threads of which rows are still lost read again from their newest message to their first. */
export async function rereadLost(tx: Transaction, account: AccountRow, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE conversation SET complete_id = NULL, complete_at = NULL, history_cursor = NULL, history_complete = false,
      messages_read_at = NULL, stale_since = ${now}
    WHERE account_id = ${account.id} AND lost_count > 0 AND external_id IS NOT NULL`;
}

/** Threads with lost rows that are not read to their beginning yet. */
export async function lostThreads(
  db: Database,
  accountId: AccountId,
  limit: number,
): Promise<readonly ConversationId[]> {
  const rows = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM conversation
    WHERE account_id = ${accountId} AND lost_count > 0 AND history_cursor IS NOT NULL AND stale_since IS NULL
    ORDER BY order_at DESC LIMIT ${limit}`;
  return rows.map((row) => brand<ConversationId>(row.id));
}

/** All that a walk asked for has been read: closes its report. After the first one the account is no longer importing. */
export async function finishWalk(db: Database, id: AccountId, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ tenant_id: string }[]>`
      UPDATE account SET imported_at = coalesce(imported_at, ${now}), sweep_since = NULL,
        last_sweep = CASE WHEN sweep_since IS NULL THEN last_sweep
          ELSE jsonb_build_object('at', ${now.toISOString()}::text, 'read', sweep_read, 'repaired', sweep_repaired) END
      WHERE id = ${id} AND (sweep_since IS NOT NULL OR imported_at IS NULL) RETURNING tenant_id`;
    const row = rows[0];
    if (!row) return;
    await tx.$executeRaw`UPDATE conversation SET lost_count = 0 WHERE account_id = ${id} AND lost_count > 0`;
    await appendEvents(tx, brand<TenantId>(row.tenant_id), [{ type: 'AccountChanged', accountId: id }], now);
  });
}
