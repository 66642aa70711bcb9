import { type AccountId, brand, type ConversationId, type MessageId } from '../domain/ids.ts';
import type { Message } from '../domain/messaging.ts';
import type { Database } from './database.ts';
import { type MessageCells, type MessageHome, messageColumns, slotOf, toMessage } from './message-row.ts';
import type { TenantScope } from './scope.ts';
import { cutSlice, type Position, type Slice, type SliceRequest } from './slice.ts';
import { lineUp, readRows, type Statement } from './statement.ts';

/** A part of one thread. */
export interface ThreadAsk {
  readonly conversationId: ConversationId;
  /** Its account, repeated in its messages: a thousand of them need not bring it along. */
  readonly accountId: AccountId;
  readonly slice: SliceRequest;
}

/**
 * Parts of any number of threads, each with its own limit, bounds and direction, in one statement. Slot i answers ask i; an unknown or
 * foreign conversation has no messages. Threads are ordered newest first; messages that their provider took back are left out.
 */
export async function messageSlices(
  db: Database,
  scope: TenantScope,
  asks: readonly ThreadAsk[],
): Promise<readonly Slice<Message>[]> {
  if (asks.length === 0) return [];
  const walked: Message[][] = asks.map(() => []);
  for (const cells of await readRows<MessageCells>(db, headsStatement(scope, asks) ?? slicesStatement(scope, asks))) {
    const slot = slotOf(cells);
    const ask = asks[slot];
    if (ask) walked[slot]?.push(toMessage(cells, ask));
  }
  return asks.map(({ slice }, slot) => cutSlice((walked[slot] ?? []).sort(walkingOrder[slice.from]), slice));
}

/** Slot i answers id i; null where it is unknown, foreign or taken back. */
export async function messagesByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly MessageId[],
): Promise<readonly (Message | null)[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<[...MessageCells, conversationId: string, accountId: string]>(db, {
    name: 'messages-by-ids',
    text: byIds,
    values: [scope.tenantId, ids],
  });
  const messages = rows.map((cells) => toMessage(cells, homeOf(cells[11], cells[12])));
  return lineUp(ids, messages, (message) => message.id);
}

/** How many messages each thread has stored. Slot i answers id i; 0 where it is unknown or foreign. */
export async function messageCounts(
  db: Database,
  scope: TenantScope,
  ids: readonly ConversationId[],
): Promise<readonly number[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<[conversationId: string, count: string]>(db, {
    text: `SELECT m.conversation_id, count(*) FROM message m
      WHERE m.tenant_id = $1 AND m.conversation_id = ANY($2::text[]) AND m.removed_at IS NULL GROUP BY m.conversation_id`,
    values: [scope.tenantId, ids],
  });
  const counts = new Map(rows);
  return ids.map((id) => Number(counts.get(id) ?? 0));
}

/** An inbox asks for the newest N of every thread. Without bounds to compare with, that is a tenth cheaper than the general form. */
function headsStatement(scope: TenantScope, asks: readonly ThreadAsk[]): Statement | null {
  const limit = asks[0]?.slice.limit ?? 0;
  const same = asks.every(
    ({ slice }) => slice.from === 'start' && !slice.after && !slice.before && slice.limit === limit,
  );
  if (!same) return null;
  return { name: 'message-heads', text: heads, values: [scope.tenantId, idsOf(asks), limit + 1] };
}

function slicesStatement(scope: TenantScope, asks: readonly ThreadAsk[]): Statement {
  // An absent bound is one that everything lies within, so that a bound is always a condition of the index and never a filter.
  const newest = { at: 'infinity', id: '' };
  const oldest = { at: '-infinity', id: '' };
  const after = asks.map(({ slice }) => place(slice.after) ?? newest);
  const before = asks.map(({ slice }) => place(slice.before) ?? oldest);
  return {
    name: 'message-slices',
    text: slices,
    values: [
      scope.tenantId,
      idsOf(asks),
      asks.map(({ slice }) => slice.limit + 1),
      asks.map(({ slice }) => slice.from === 'end'),
      after.map(({ at }) => at),
      after.map(({ id }) => id),
      before.map(({ at }) => at),
      before.map(({ id }) => id),
    ],
  };
}

function place(position: Position | null): { at: string; id: string } | null {
  return position && { at: position.at.toISOString(), id: position.id };
}

function homeOf(conversationId: string, accountId: string): MessageHome {
  return { conversationId: brand<ConversationId>(conversationId), accountId: brand<AccountId>(accountId) };
}

function idsOf(asks: readonly ThreadAsk[]): readonly ConversationId[] {
  return asks.map((ask) => ask.conversationId);
}

const thread = `FROM message m WHERE m.tenant_id = $1 AND m.conversation_id = ask.id AND m.removed_at IS NULL`;
const within = `(m.order_at, m.id) < (ask.after_at, ask.after_id) AND (m.order_at, m.id) > (ask.before_at, ask.before_id)`;
const columns = messageColumns('(ask.slot - 1)');

const heads = `SELECT m.* FROM unnest($2::text[]) WITH ORDINALITY AS ask(id, slot)
  CROSS JOIN LATERAL (SELECT ${columns} ${thread} ORDER BY m.order_at DESC, m.id DESC LIMIT $3) m`;

const slices = `WITH ask AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::int[], $4::bool[], $5::timestamptz[], $6::text[], $7::timestamptz[], $8::text[])
      WITH ORDINALITY AS ask(id, rows, backwards, after_at, after_id, before_at, before_id, slot)
  )
  SELECT m.* FROM ask
  CROSS JOIN LATERAL (SELECT ${columns} ${thread} AND ${within} ORDER BY m.order_at DESC, m.id DESC LIMIT ask.rows) m
  WHERE NOT ask.backwards
  UNION ALL
  SELECT m.* FROM ask
  CROSS JOIN LATERAL (SELECT ${columns} ${thread} AND ${within} ORDER BY m.order_at, m.id LIMIT ask.rows) m
  WHERE ask.backwards`;

const byIds = `SELECT ${messageColumns('0')}, m.conversation_id, m.account_id FROM message m
  WHERE m.tenant_id = $1 AND m.id = ANY($2::text[]) AND m.removed_at IS NULL`;

// The rows of a thread come in walking order, but no SQL promises that without sorting them all; sorted runs cost next to nothing here.
const newestFirst = (a: Message, b: Message): number =>
  b.orderAt.getTime() - a.orderAt.getTime() || (a.id < b.id ? 1 : -1);
const walkingOrder = { start: newestFirst, end: (a: Message, b: Message): number => newestFirst(b, a) };
