import { brand, type ConversationId, type MessageId } from '../domain/ids.ts';
import type { AccountRow } from './account-lock.ts';
import type { Transaction } from './database.ts';
import { appendEvents } from './feed.ts';
import { deriveConversations, type MessageRef } from './message-writes.ts';

/** A message that is to lose what people wrote in it. */
export interface DoomedMessage extends MessageRef {
  readonly externalId: string | null;
}

/** A row of it as SQL gives it. */
export interface DoomedRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly external_id: string | null;
}

/** Messages that one transaction erases at most: nobody waits long behind it. */
export const ERASED_AT_ONCE = 500;

/**
 * Takes texts, raw payloads and files off messages, and the words of providers off their sends, for good. The rows stay, so that a message
 * told again is known, and what counts on them stays right. Passes over those that are to be sent after all. To be called with the
 * account's row held; the feed tells of it, and of what was `cancelled`.
 */
export async function eraseMessages(
  tx: Transaction,
  account: AccountRow,
  doomed: readonly DoomedMessage[],
  { now, cancelled = [] }: { readonly now: Date; readonly cancelled?: readonly MessageRef[] },
): Promise<void> {
  if (doomed.length === 0) return;
  const wanted = await undecidedOf(tx, doomed);
  const gone = doomed.filter((one) => !wanted.has(one.id));
  const ids = gone.map((one) => one.id);
  await tx.$executeRaw`
    UPDATE message SET body = NULL, raw = NULL, erased_at = ${now},
      read_local = CASE WHEN sent_by = 'participant' THEN true ELSE read_local END, urgent_local = false
    WHERE id = ANY(${ids})`;
  await tx.$executeRaw`DELETE FROM attachment WHERE message_id = ANY(${ids})`;
  await tx.$executeRaw`
    UPDATE attempt SET error = error || '{"message": "erased"}' WHERE message_id = ANY(${ids}) AND error IS NOT NULL`;
  await tx.$executeRaw`
    UPDATE outbox SET error = error || '{"message": "erased"}' WHERE message_id = ANY(${ids}) AND error IS NOT NULL`;
  await deriveConversations(tx, [...new Set(gone.map((one) => one.conversationId))]);
  const changed = new Map([...gone, ...cancelled].map((one) => [one.id, one]));
  const events = [...changed.values()].map(({ id, conversationId }) => ({
    ...{ type: 'MessageChanged' as const, accountId: account.id, conversationId, messageId: id },
  }));
  await appendEvents(tx, account.tenant_id, events, now);
}

/** Somebody may have asked for another attempt of a failed send meanwhile: from here on nobody can. */
async function undecidedOf(tx: Transaction, doomed: readonly DoomedMessage[]): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ message_id: string; state: string }[]>`
    SELECT message_id, state FROM outbox WHERE message_id = ANY(${doomed.map((one) => one.id)}) ORDER BY message_id FOR UPDATE`;
  const decided = new Set(['ACCEPTED', 'FAILED', 'CANCELLED']);
  return new Set(rows.filter((row) => !decided.has(row.state)).map((row) => row.message_id));
}

/** Reads a row. */
export function toDoomed({ id, conversation_id, external_id }: DoomedRow): DoomedMessage {
  return {
    id: brand<MessageId>(id),
    conversationId: brand<ConversationId>(conversation_id),
    externalId: external_id,
  };
}
