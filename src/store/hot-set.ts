import type { AccountId, ConversationId, ExternalConversationId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Address } from '../domain/messaging.ts';
import type { Database } from './database.ts';

/** Names a conversation to its provider, with our id beside it where we have one. */
export interface ThreadKey {
  readonly id: ConversationId | null;
  readonly externalId: ExternalConversationId | null;
  readonly address: Address;
}

/**
 * What is worth reading often where a provider tells no changes: conversations with a message in the last 14 days or a stay from 30 days
 * ago to 60 ahead, and such stays whose conversation has not appeared yet. The liveliest first.
 */
export async function hotThreads(db: Database, accountId: AccountId, now: Date): Promise<readonly ThreadKey[]> {
  const rows = await db.prisma.$queryRaw<{ id: string | null; external_id: string | null; address: Address }[]>`
    SELECT * FROM (
      SELECT c.id, c.external_id, c.address, c.order_at AS at
      FROM conversation c LEFT JOIN booking b ON b.id = c.booking_id LEFT JOIN lead l ON l.id = c.lead_id
      WHERE c.account_id = ${accountId} AND c.external_id IS NOT NULL AND (
        c.last_message_at > ${now}::timestamptz - interval '14 days'
        OR daterange(coalesce(b.check_in, l.check_in), coalesce(b.check_out, l.check_out), '[]')
          && daterange((${now}::timestamptz - interval '30 days')::date, (${now}::timestamptz + interval '60 days')::date, '[]'))
      UNION ALL
      SELECT NULL, NULL, b.address, b.observed_at FROM booking b
      WHERE b.account_id = ${accountId} AND b.address <> '{}' AND b.check_in <= b.check_out
        AND daterange(b.check_in, b.check_out, '[]')
          && daterange((${now}::timestamptz - interval '30 days')::date, (${now}::timestamptz + interval '60 days')::date, '[]')
        AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.booking_id = b.id)
      UNION ALL
      SELECT NULL, NULL, l.address, l.observed_at FROM lead l
      WHERE l.account_id = ${accountId} AND l.address <> '{}' AND l.observed_at > ${now}::timestamptz - interval '14 days'
        AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.lead_id = l.id)
    ) hot ORDER BY at DESC`;
  return rows.map(toKey);
}

/** Conversations known to have something that we have not read, the longest waiting first; those put off beyond now are left out. */
export async function staleThreads(
  db: Database,
  accountId: AccountId,
  limit: number,
  now: Date,
): Promise<readonly ConversationId[]> {
  const rows = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM conversation WHERE account_id = ${accountId} AND stale_since <= ${now} AND external_id IS NOT NULL
    ORDER BY stale_since, order_at DESC LIMIT ${limit}`;
  return rows.map((row) => brand<ConversationId>(row.id));
}

/** Threads whose beginning is not stored yet, the liveliest first. */
export async function unfinishedThreads(
  db: Database,
  accountId: AccountId,
  limit: number,
): Promise<readonly ConversationId[]> {
  const rows = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM conversation WHERE account_id = ${accountId} AND history_cursor IS NOT NULL AND stale_since IS NULL
    ORDER BY order_at DESC LIMIT ${limit}`;
  return rows.map((row) => brand<ConversationId>(row.id));
}

/** How the provider knows these conversations; those without an id of its own are left out. */
export async function threadKeys(db: Database, ids: readonly ConversationId[]): Promise<readonly ThreadKey[]> {
  const rows = await db.prisma.$queryRaw<{ id: string; external_id: string; address: Address }[]>`
    SELECT id, external_id, address FROM conversation WHERE id = ANY(${ids}) AND external_id IS NOT NULL`;
  return rows.map(toKey);
}

function toKey(row: { id: string | null; external_id: string | null; address: Address }): ThreadKey {
  return {
    id: row.id === null ? null : brand<ConversationId>(row.id),
    externalId: row.external_id === null ? null : brand<ExternalConversationId>(row.external_id),
    address: row.address,
  };
}
