import { DomainError } from '../domain/errors.ts';
import type { AccountId, ConversationId, MessageId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Database, Transaction } from './database.ts';
import { appendEvents, type NewEvent } from './feed.ts';
import { deriveConversations } from './message-writes.ts';
import type { TenantScope } from './scope.ts';

/** Marks to be set; an absent one stays. A snooze of null ends it. */
export interface MarkChanges {
  readonly read?: boolean;
  readonly urgent?: boolean;
  readonly priority?: number;
  readonly snoozeUntil?: Date | null;
}

// A local null means "as the provider says", so an end of the provider's own snooze is written as a moment that is over.
const SNOOZE_ENDED = new Date(0);

/** Sets our own marks on a message. They hold until the provider's value changes. Throws DomainError NOT_FOUND. */
export async function updateMarks(
  db: Database,
  scope: TenantScope,
  messageId: MessageId,
  changes: MarkChanges,
  now: Date,
): Promise<void> {
  const snooze = changes.snoozeUntil === null ? SNOOZE_ENDED : (changes.snoozeUntil ?? null);
  await db.transaction(async (tx) => {
    const rows = await tx.$queryRaw<Touched[]>`
      UPDATE message SET read_local = coalesce(${changes.read ?? null}::bool, read_local),
        urgent_local = coalesce(${changes.urgent ?? null}::bool, urgent_local),
        priority_local = coalesce(${changes.priority ?? null}::float8, priority_local),
        snooze_local = coalesce(${snooze}::timestamptz, snooze_local)
      WHERE tenant_id = ${scope.tenantId} AND id = ${messageId} AND removed_at IS NULL
      RETURNING id, account_id, conversation_id`;
    if (rows.length === 0) throw new DomainError('NOT_FOUND', 'There is no such message.', ['messageId']);
    await announceMarks(tx, scope, rows, now);
  });
}

/**
 * What the participant wrote and nobody has read, oldest first: up to a message of that conversation, or all that is stored.
 * Throws DomainError NOT_FOUND.
 */
export async function unreadMessages(
  db: Database,
  scope: TenantScope,
  conversationId: ConversationId,
  upTo: MessageId | null,
): Promise<readonly MessageId[]> {
  const known = await db.prisma.conversation.count({ where: { tenant_id: scope.tenantId, id: conversationId } });
  if (known === 0) throw new DomainError('NOT_FOUND', 'There is no such conversation.', ['conversationId']);
  const last = upTo === null ? null : await placeOf(db.prisma, conversationId, upTo);
  const rows = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM message
    WHERE conversation_id = ${conversationId} AND sent_by = 'participant' AND removed_at IS NULL
      AND coalesce(read_local, read_upstream) IS NOT TRUE
      AND (${last?.at ?? null}::timestamptz IS NULL OR (order_at, id) <= (${last?.at ?? null}::timestamptz, ${last?.id ?? null}))
    ORDER BY order_at, id`;
  return rows.map((row) => brand<MessageId>(row.id));
}

/** Marks messages of one conversation as read. What came since they were listed stays as it is: nobody has seen it. */
export async function markMessagesRead(
  db: Database,
  scope: TenantScope,
  conversationId: ConversationId,
  ids: readonly MessageId[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction(async (tx) => {
    await tx.$queryRaw`
      SELECT 1 FROM conversation WHERE tenant_id = ${scope.tenantId} AND id = ${conversationId} FOR NO KEY UPDATE`;
    const rows = await tx.$queryRaw<Touched[]>`
      UPDATE message SET read_local = true
      WHERE tenant_id = ${scope.tenantId} AND conversation_id = ${conversationId} AND id = ANY(${ids})
        AND coalesce(read_local, read_upstream) IS NOT TRUE
      RETURNING id, account_id, conversation_id`;
    await announceMarks(tx, scope, rows, now);
  });
}

interface Touched {
  readonly id: string;
  readonly account_id: string;
  readonly conversation_id: string;
}

async function placeOf(
  tx: Pick<Transaction, '$queryRaw'>,
  conversationId: ConversationId,
  id: MessageId,
): Promise<{ at: Date; id: string }> {
  const rows = await tx.$queryRaw<{ order_at: Date }[]>`
    SELECT order_at FROM message WHERE conversation_id = ${conversationId} AND id = ${id}`;
  const row = rows[0];
  if (!row) throw new DomainError('NOT_FOUND', 'There is no such message in this conversation.', ['upTo']);
  return { at: row.order_at, id };
}

async function announceMarks(tx: Transaction, scope: TenantScope, rows: readonly Touched[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  const events = rows.map(
    (row): NewEvent => ({
      type: 'MessageChanged',
      accountId: brand<AccountId>(row.account_id),
      conversationId: brand<ConversationId>(row.conversation_id),
      messageId: brand<MessageId>(row.id),
    }),
  );
  const ids = [...new Set(rows.map((row) => brand<ConversationId>(row.conversation_id)))];
  for (const id of await deriveConversations(tx, ids)) {
    const accountId = events[0]?.accountId;
    if (accountId) events.push({ type: 'ConversationChanged', accountId, conversationId: id });
  }
  await appendEvents(tx, scope.tenantId, events, now);
}
