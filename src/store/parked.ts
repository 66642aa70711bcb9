import type { ConversationId, ExternalMessageId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { ProviderMessage } from '../domain/messaging.ts';
import type { AccountRow } from './account-lock.ts';
import type { Transaction } from './database.ts';
import type { ToldMessage } from './message-writes.ts';
import { asRecords } from './rows.ts';

/*
 * Our own sends come back by every door, often before the send's own answer is committed. While a conversation has an undecided send,
 * a message of our side with an unknown id is kept here, not shown: it is either that send (then it is bound to it) or a colleague's
 * (then it becomes a message of its own) and only the end of the attempt tells which.
 */

/** Keeps messages until their conversation's send is decided. A repeat replaces what is kept. */
export async function park(
  tx: Transaction,
  account: AccountRow,
  told: readonly ToldMessage[],
  now: Date,
): Promise<void> {
  if (told.length === 0) return;
  const records = told.map((one) => ({
    external_id: one.message.externalId,
    conversation_id: one.conversationId,
    message: one.message,
  }));
  await tx.$executeRaw`
    INSERT INTO parked_message (account_id, external_id, tenant_id, conversation_id, message, parked_at)
    SELECT ${account.id}, r.external_id, ${account.tenant_id}, r.conversation_id, r.message, ${now}
    FROM json_to_recordset(${asRecords(records)}::json) AS r(external_id text, conversation_id text, message jsonb)
    ON CONFLICT (account_id, external_id) DO UPDATE SET message = excluded.message`;
}

/** What is kept of a conversation, oldest first. */
export async function parkedOf(tx: Transaction, conversationId: ConversationId): Promise<readonly ProviderMessage[]> {
  const rows = await tx.$queryRaw<{ message: ParkedJson }[]>`
    SELECT message FROM parked_message WHERE conversation_id = ${conversationId} ORDER BY message->>'sentAt', external_id`;
  return rows.map((row) => revive(row.message));
}

/** Forgets what was kept of a conversation: it has been bound or released. */
export async function unpark(tx: Transaction, conversationId: ConversationId): Promise<void> {
  await tx.$executeRaw`DELETE FROM parked_message WHERE conversation_id = ${conversationId}`;
}

type ParkedJson = Omit<ProviderMessage, 'sentAt' | 'snoozeUntil' | 'externalId'> & {
  readonly externalId: string;
  readonly sentAt: string | null;
  readonly snoozeUntil: string | null;
};

function revive(json: ParkedJson): ProviderMessage {
  return {
    ...json,
    externalId: brand<ExternalMessageId>(json.externalId),
    sentAt: json.sentAt === null ? null : new Date(json.sentAt),
    snoozeUntil: json.snoozeUntil === null ? null : new Date(json.snoozeUntil),
  };
}
