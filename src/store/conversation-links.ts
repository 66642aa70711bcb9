import type { ConversationId, ExternalConversationId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Address } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { AccountRow } from './account-lock.ts';
import type { Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/** A conversation that something was told of, without being told itself. */
export interface ConversationMention {
  readonly externalId: ExternalConversationId;
  readonly address: Address | null;
}

/**
 * Our ids of conversations that were mentioned. One that we have not seen is stored as a bare row, to be read at its provider:
 * what hangs from it is never dropped for having come first.
 */
export async function linkConversations(
  tx: Transaction,
  account: AccountRow,
  mentions: readonly ConversationMention[],
  now: Date,
): Promise<ReadonlyMap<ExternalConversationId, ConversationId>> {
  if (mentions.length === 0) return new Map();
  const known = await idsOf(tx, account, mentions);
  const unseen = new Map(mentions.filter((one) => !known.has(one.externalId)).map((one) => [one.externalId, one]));
  if (unseen.size === 0) return known;
  const records = [...unseen.values()].map((one) => ({
    id: createId<ConversationId>('Conversation'),
    external_id: one.externalId,
    address: one.address ?? {},
  }));
  await tx.$executeRaw`
    INSERT INTO conversation (id, tenant_id, account_id, external_id, address, first_seen_at, observed_at, order_at, stale_since)
    SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, r.address, ${now}, ${now}, ${now}, ${now}
    FROM json_to_recordset(${asRecords(records)}::json) AS r(id text, external_id text, address jsonb)
    ON CONFLICT (account_id, external_id) DO NOTHING`;
  return idsOf(tx, account, mentions);
}

async function idsOf(
  tx: Transaction,
  account: AccountRow,
  mentions: readonly ConversationMention[],
): Promise<ReadonlyMap<ExternalConversationId, ConversationId>> {
  const rows = await tx.$queryRaw<{ id: string; external_id: string }[]>`
    SELECT id, external_id FROM conversation
    WHERE account_id = ${account.id} AND external_id = ANY(${mentions.map((one) => one.externalId)})`;
  return new Map(
    rows.map((row) => [brand<ExternalConversationId>(row.external_id), brand<ConversationId>(row.id)] as const),
  );
}
