import type { ConversationId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { ProviderConversation, UnwrittenConversation } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { AccountRow } from './account-lock.ts';
import { unwrittenParticipantKey } from './conversation-keys.ts';
import type { Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/*
 * A conversation in which nobody has written has no id at its provider: it is stored under its booking, so that the first message can be
 * sent, and takes its id when that is first seen.
 */

/** Stores unwritten conversations, one a booking; a booking that has any conversation already gets none. */
export async function saveUnwritten(
  tx: Transaction,
  account: AccountRow,
  conversations: readonly UnwrittenConversation[],
  now: Date,
): Promise<readonly ConversationId[]> {
  if (conversations.length === 0) return [];
  const records = conversations.map((one) => ({
    id: createId<ConversationId>('Conversation'),
    booking_id: createId('Booking'),
    booking: one.booking,
    participant_id: one.participant && createId('ConversationParticipant'),
    participant: unwrittenParticipantKey(one),
    name: one.participant?.name ?? null,
    email: one.participant?.email ?? null,
    address: one.address,
    channel: one.channel,
    facts: one.facts,
  }));
  const json = asRecords(records);
  await tx.$executeRaw`
    INSERT INTO booking (id, tenant_id, account_id, external_id, address, raw, observed_at)
    SELECT r.booking_id, ${account.tenant_id}, ${account.id}, r.booking, '{}', '{}', ${now}
    FROM json_to_recordset(${json}::json) AS r(booking_id text, booking text) ON CONFLICT (account_id, external_id) DO NOTHING`;
  await tx.$executeRaw`
    INSERT INTO participant (id, tenant_id, account_id, external_id, name, email)
    SELECT r.participant_id, ${account.tenant_id}, ${account.id}, r.participant, r.name, r.email
    FROM json_to_recordset(${json}::json) AS r(participant_id text, participant text, name text, email text)
    WHERE r.participant IS NOT NULL ON CONFLICT (account_id, external_id) DO NOTHING`;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO conversation (id, tenant_id, account_id, external_id, address, participant_id, booking_id, channel, facts,
      first_seen_at, observed_at, order_at, messages_read_at, history_complete)
    SELECT r.id, ${account.tenant_id}, ${account.id}, NULL, r.address, p.id, b.id, r.channel, r.facts, ${now}, ${now}, ${now}, ${now}, true
    FROM json_to_recordset(${json}::json) AS r(id text, booking text, participant text, address jsonb, channel text, facts jsonb)
    JOIN booking b ON b.account_id = ${account.id} AND b.external_id = r.booking
    LEFT JOIN participant p ON p.account_id = ${account.id} AND p.external_id = r.participant
    WHERE NOT EXISTS (SELECT 1 FROM conversation c WHERE c.account_id = ${account.id} AND c.booking_id = b.id)
    RETURNING id`;
  return rows.map((row) => brand<ConversationId>(row.id));
}

/** Gives unwritten conversations the id under which their provider now tells of them: no second one is stored for the same booking. */
export async function adoptUnwritten(
  tx: Transaction,
  account: AccountRow,
  told: readonly ProviderConversation[],
): Promise<void> {
  const records = told.flatMap((one) =>
    one.booking === null ? [] : [{ external_id: one.externalId, booking: one.booking }],
  );
  if (records.length === 0) return;
  await tx.$executeRaw`
    UPDATE conversation c SET external_id = r.external_id, messages_read_at = NULL, history_complete = false
    FROM (SELECT DISTINCT ON (booking) booking, external_id
      FROM json_to_recordset(${asRecords(records)}::json) AS t(external_id text, booking text)) r
    JOIN booking b ON b.account_id = ${account.id} AND b.external_id = r.booking
    WHERE c.account_id = ${account.id} AND c.booking_id = b.id AND c.external_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM conversation other WHERE other.account_id = ${account.id} AND other.external_id = r.external_id)`;
}
