import { type AccountId, brand, type ConversationId, type ExternalMessageId, type MessageId } from '../domain/ids.ts';
import type { Database, Transaction } from './database.ts';
import { appendEvents } from './feed.ts';
import type { ThreadKey } from './hot-set.ts';
import { threadKeys } from './hot-set.ts';
import type { TenantScope } from './scope.ts';

/** A conversation as its provider is told of it. */
export interface ThreadTarget {
  readonly accountId: AccountId;
  readonly key: ThreadKey;
}

/** How a caller's conversation is named to its provider; null where it is unknown, foreign, or has no id there. */
export async function threadTarget(db: Database, scope: TenantScope, id: ConversationId): Promise<ThreadTarget | null> {
  const row = await db.prisma.conversation.findFirst({
    where: { tenant_id: scope.tenantId, id },
    select: { account_id: true },
  });
  const [key] = row ? await threadKeys(db, [id]) : [];
  return row && key ? { accountId: brand<AccountId>(row.account_id), key } : null;
}

/** Messages of a participant, as their provider knows them, by conversation. Foreign ones and those without an id there are left out. */
export async function messageTargets(
  db: Database,
  scope: TenantScope,
  ids: readonly MessageId[],
): Promise<ReadonlyMap<ConversationId, readonly ExternalMessageId[]>> {
  const rows = await db.prisma.message.findMany({
    where: { tenant_id: scope.tenantId, id: { in: [...ids] }, sent_by: 'participant', external_id: { not: null } },
    select: { conversation_id: true, external_id: true },
  });
  const groups = Map.groupBy(rows, (row) => brand<ConversationId>(row.conversation_id));
  return new Map(
    [...groups].map(([id, group]) => [
      id,
      group.flatMap((row) => (row.external_id === null ? [] : brand<ExternalMessageId>(row.external_id))),
    ]),
  );
}

/** Notes that a conversation wants an answer, or wants none. */
export async function noteNoReplyNeeded(
  db: Database,
  scope: TenantScope,
  id: ConversationId,
  value: boolean,
  now: Date,
): Promise<void> {
  await noteOf(
    db,
    scope,
    id,
    now,
    (tx) => tx.$queryRaw<AccountOfRow[]>`
    UPDATE conversation SET no_reply_needed = ${value}
    WHERE tenant_id = ${scope.tenantId} AND id = ${id} AND no_reply_needed IS DISTINCT FROM ${value} RETURNING account_id`,
  );
}

/** Notes that a conversation was closed, or reopened where `closedAt` is null. Closed twice, the first time stands. */
export async function noteClosed(
  db: Database,
  scope: TenantScope,
  id: ConversationId,
  closedAt: Date | null,
  now: Date,
): Promise<void> {
  await noteOf(
    db,
    scope,
    id,
    now,
    (tx) => tx.$queryRaw<AccountOfRow[]>`
    UPDATE conversation SET closed_at = ${closedAt}
    WHERE tenant_id = ${scope.tenantId} AND id = ${id} AND (closed_at IS NULL) <> ${closedAt === null} RETURNING account_id`,
  );
}

interface AccountOfRow {
  readonly account_id: string;
}

/** Makes a change to a conversation, told in the feed where it changed something. */
async function noteOf(
  db: Database,
  scope: TenantScope,
  id: ConversationId,
  now: Date,
  change: (tx: Transaction) => Promise<readonly AccountOfRow[]>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await change(tx);
    if (!row) return;
    const event = {
      type: 'ConversationChanged',
      accountId: brand<AccountId>(row.account_id),
      conversationId: id,
    } as const;
    await appendEvents(tx, scope.tenantId, [event], now);
  });
}

/** The property and booking of a conversation as their provider calls them; null where one is not known. */
export async function bookingNameOf(
  db: Database,
  id: ConversationId,
): Promise<{ readonly property: string; readonly booking: string } | null> {
  const row = await db.prisma.conversation.findUnique({ where: { id }, select: { booking: true } });
  const booking = row?.booking;
  return booking?.property_external_id
    ? { property: booking.property_external_id, booking: booking.external_id }
    : null;
}
