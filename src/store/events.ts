import { type AccountId, brand, type ConversationId, type MessageId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import type { TenantScope } from './scope.ts';
import { type Cell, readRows } from './statement.ts';

/** What an event tells of. */
export type EventType = 'MessageAdded' | 'MessageChanged' | 'ConversationChanged' | 'AccountChanged';

/** A row of the feed: which thing changed, not how. */
export interface FeedEvent {
  readonly seq: bigint;
  readonly type: EventType;
  readonly accountId: AccountId;
  readonly conversationId: ConversationId | null;
  readonly messageId: MessageId | null;
}

/** Where the feed stands now. Everything numbered up to `seq` is committed and visible; a number under another epoch says nothing. */
export async function feedHead(
  db: Database,
  scope: TenantScope,
): Promise<{ readonly epoch: string; readonly seq: bigint }> {
  const rows = await readRows<[epoch: string, seq: string]>(db, {
    name: 'feed-head',
    text: 'SELECT epoch, seq FROM tenant WHERE id = $1',
    values: [scope.tenantId],
  });
  const row = rows[0];
  if (!row) throw new Error(`There is no tenant ${scope.tenantId}.`);
  return { epoch: row[0], seq: BigInt(row[1]) };
}

/** Events after a number, in order, at most `limit`. Numbers are dense: a first one that is not `after + 1` means that older ones are gone. */
export async function readEvents(
  db: Database,
  scope: TenantScope,
  after: bigint,
  limit: number,
): Promise<readonly FeedEvent[]> {
  const rows = await readRows<EventCells>(db, {
    name: 'feed-events',
    text: `SELECT seq, type, account_id, conversation_id, message_id FROM event
      WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    values: [scope.tenantId, String(after), limit],
  });
  return rows.map(toEvent);
}

/** The oldest number kept; null where there is none. */
export async function oldestSeq(db: Database, scope: TenantScope): Promise<bigint | null> {
  const rows = await readRows<[seq: string]>(db, {
    text: 'SELECT seq FROM event WHERE tenant_id = $1 ORDER BY seq LIMIT 1',
    values: [scope.tenantId],
  });
  return rows[0] ? BigInt(rows[0][0]) : null;
}

/** How many messages of an account were announced after a number, but for our own sends. */
export async function addedSince(
  db: Database,
  scope: TenantScope,
  accountId: AccountId,
  after: bigint,
): Promise<number> {
  const rows = await readRows<[count: string]>(db, {
    text: `SELECT count(*) FROM event e LEFT JOIN outbox o ON o.message_id = e.message_id
      WHERE e.tenant_id = $1 AND e.seq > $2 AND e.account_id = $3 AND e.type = 'MessageAdded' AND o.message_id IS NULL`,
    values: [scope.tenantId, String(after), accountId],
  });
  return Number(rows[0]?.[0] ?? 0);
}

/** The cells of an event. */
export type EventCells = [seq: string, type: string, accountId: string, conversationId: Cell, messageId: Cell];

/** Reads an event. */
export function toEvent([seq, type, accountId, conversationId, messageId]: EventCells): FeedEvent {
  return {
    seq: BigInt(seq),
    type: type as EventType,
    accountId: brand<AccountId>(accountId),
    conversationId: conversationId === null ? null : brand<ConversationId>(conversationId),
    messageId: messageId === null ? null : brand<MessageId>(messageId),
  };
}
