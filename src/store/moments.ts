import { type AccountId, brand, type ConversationId } from '../domain/ids.ts';
import type { Message } from '../domain/messaging.ts';
import type { Database } from './database.ts';
import { type EventCells, type FeedEvent, toEvent } from './events.ts';
import { type MessageCells, messageColumns, toMessage } from './message-row.ts';
import type { TenantScope } from './scope.ts';
import { readRows } from './statement.ts';

/** An event with the message that it is about. */
export interface StoredMoment {
  readonly event: FeedEvent;
  /** Null where it is about none, or that was taken back. */
  readonly message: Message | null;
}

/** Events after a number, in order, at most `limit`, with their messages as they are now: one statement for both. */
export async function readMoments(
  db: Database,
  scope: TenantScope,
  after: bigint,
  limit: number,
): Promise<readonly StoredMoment[]> {
  const rows = await readRows<MomentCells>(db, {
    name: 'feed-moments',
    text,
    values: [scope.tenantId, String(after), limit],
  });
  return rows.map(toMoment);
}

const text = `SELECT e.seq, e.type, e.account_id, e.conversation_id, e.message_id, m.conversation_id, m.account_id,
    ${messageColumns('0')}
  FROM event e LEFT JOIN message m ON m.tenant_id = e.tenant_id AND m.id = e.message_id AND m.removed_at IS NULL
  WHERE e.tenant_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`;

type MomentCells = [...EventCells, conversationId: string, accountId: string, ...MessageCells];

function toMoment(cells: MomentCells): StoredMoment {
  const [seq, type, account, conversation, id, conversationId, accountId, ...message] = cells;
  const event = toEvent([seq, type, account, conversation, id]);
  if (message[1] === null) return { event, message: null };
  const home = { conversationId: brand<ConversationId>(conversationId), accountId: brand<AccountId>(accountId) };
  return { event, message: toMessage(message, home) };
}
