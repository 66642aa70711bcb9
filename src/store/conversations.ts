import type { BookingId, ConversationId, LeadId } from '../domain/ids.ts';
import type { Conversation } from '../domain/messaging.ts';
import { type ConversationFilter, filterConditions } from './conversation-filter.ts';
import { type ConversationCells, conversationColumns, conversationSource, toConversation } from './conversation-row.ts';
import type { Database } from './database.ts';
import type { TenantScope } from './scope.ts';
import { cutSlice, type Slice, type SliceRequest } from './slice.ts';
import { createParameters, groupUp, lineUp, type Parameters, readRows } from './statement.ts';

export type { ConversationFilter } from './conversation-filter.ts';

/**
 * A part of the tenant's inbox, newest first by (last message's time, else when first seen; id). Conversations of disconnected accounts
 * stay in it. One statement.
 */
export async function listConversations(
  db: Database,
  scope: TenantScope,
  filter: ConversationFilter,
  slice: SliceRequest,
  now: Date,
): Promise<Slice<Conversation>> {
  const parameters = createParameters(scope.tenantId);
  const filtered = filterConditions(filter, now, parameters);
  const conditions = ['c.tenant_id = $1', ...filtered, ...boundConditions(slice, parameters)];
  const rows = await readRows<ConversationCells>(db, {
    name:
      filtered.length === 0
        ? `inbox-${slice.from}${slice.after ? '-after' : ''}${slice.before ? '-before' : ''}`
        : undefined,
    text: `SELECT ${conversationColumns} FROM ${conversationSource} WHERE ${conditions.join(' AND ')}
      ORDER BY ${slice.from === 'start' ? 'c.order_at DESC, c.id DESC' : 'c.order_at, c.id'}
      LIMIT ${parameters.add(slice.limit + 1)}`,
    values: parameters.values,
  });
  return cutSlice(rows.map(toConversation), slice);
}

/** How many conversations meet the filter. */
export async function countConversations(
  db: Database,
  scope: TenantScope,
  filter: ConversationFilter,
  now: Date,
): Promise<number> {
  const parameters = createParameters(scope.tenantId);
  const conditions = ['c.tenant_id = $1', ...filterConditions(filter, now, parameters)];
  const rows = await readRows<[count: string]>(db, {
    text: `SELECT count(*) FROM ${conversationSource} WHERE ${conditions.join(' AND ')}`,
    values: parameters.values,
  });
  return Number(rows[0]?.[0] ?? 0);
}

/** Slot i answers id i; null where it is unknown or foreign. */
export async function conversationsByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly ConversationId[],
): Promise<readonly (Conversation | null)[]> {
  return lineUp(ids, await conversationsWhere(db, scope, 'id', ids), (conversation) => conversation.id);
}

/** List i has the conversations of booking i, oldest first: those first seen first. */
export async function conversationsOfBookings(
  db: Database,
  scope: TenantScope,
  ids: readonly BookingId[],
): Promise<readonly (readonly Conversation[])[]> {
  return groupUp(ids, await conversationsWhere(db, scope, 'booking_id', ids), (conversation) => conversation.bookingId);
}

/** List i has the conversations of lead i, oldest first: those first seen first. */
export async function conversationsOfLeads(
  db: Database,
  scope: TenantScope,
  ids: readonly LeadId[],
): Promise<readonly (readonly Conversation[])[]> {
  return groupUp(ids, await conversationsWhere(db, scope, 'lead_id', ids), (conversation) => conversation.leadId);
}

function boundConditions({ after, before }: SliceRequest, parameters: Parameters): readonly string[] {
  const bound = (operator: string, at: Date, id: string): string =>
    `(c.order_at, c.id) ${operator} (${parameters.add(at.toISOString())}::timestamptz, ${parameters.add(id)})`;
  return [...(after ? [bound('<', after.at, after.id)] : []), ...(before ? [bound('>', before.at, before.id)] : [])];
}

async function conversationsWhere(
  db: Database,
  scope: TenantScope,
  column: 'id' | 'booking_id' | 'lead_id',
  ids: readonly string[],
): Promise<readonly Conversation[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<ConversationCells>(db, {
    name: `conversations-by-${column}`,
    text: `SELECT ${conversationColumns} FROM ${conversationSource}
      WHERE c.tenant_id = $1 AND c.${column} = ANY($2::text[]) ORDER BY c.first_seen_at, c.id`,
    values: [scope.tenantId, ids],
  });
  return rows.map(toConversation);
}
