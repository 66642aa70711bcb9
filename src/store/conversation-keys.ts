import { brand, type ConversationId, type ExternalConversationId } from '../domain/ids.ts';
import type { ProviderConversation, UnwrittenConversation } from '../domain/messaging.ts';
import type { Transaction } from './database.ts';

/** What a conversation's participant is stored under. One without an id of its own is known by its conversation. */
export function participantKey(one: Pick<ProviderConversation, 'externalId' | 'participant'>): string | null {
  return one.participant && (one.participant.externalId ?? `of ${one.externalId}`);
}

/** The same of a conversation that has no id either: its participant is known by its booking. */
export function unwrittenParticipantKey(one: UnwrittenConversation): string | null {
  return one.participant && (one.participant.externalId ?? `of booking ${one.booking}`);
}

/** How their provider names conversations; those that it has not named yet are left out. */
export async function externalIdsOf(
  tx: Transaction,
  ids: readonly ConversationId[],
): Promise<ReadonlyMap<ConversationId, ExternalConversationId>> {
  const rows = await tx.$queryRaw<{ id: string; external_id: string }[]>`
    SELECT id, external_id FROM conversation WHERE id = ANY(${ids}) AND external_id IS NOT NULL`;
  return new Map(rows.map((row) => [brand<ConversationId>(row.id), brand<ExternalConversationId>(row.external_id)]));
}
