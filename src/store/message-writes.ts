import type { ConversationId, ExternalMessageId, MessageId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { ProviderMessage } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { AccountRow } from './account-lock.ts';
import type { Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/** A message as told, with the conversation that it belongs to. */
export interface ToldMessage {
  readonly conversationId: ConversationId;
  readonly message: ProviderMessage;
  /** It is of somebody who was erased, or past keeping: it is stored without what was written, and is no news. */
  readonly erased?: true;
}

/** A row that a batch touched. */
export interface MessageRef {
  readonly id: MessageId;
  readonly conversationId: ConversationId;
}

/** A row that a batch first stored; history from before the account went live is not announced. */
export interface NewMessageRef extends MessageRef {
  readonly externalId: ExternalMessageId;
  readonly backfilled: boolean;
}

/**
 * Stores messages, each under its (account, external id): a repeat changes nothing, and there is no "find, then create" to race.
 * Returns what was first stored, in the order of its thread.
 */
export async function insertMessages(
  tx: Transaction,
  account: AccountRow,
  told: readonly ToldMessage[],
  now: Date,
): Promise<readonly NewMessageRef[]> {
  if (told.length === 0) return [];
  // Ids grow with creation: made in thread order they keep messages of one instant in the order they were told in.
  const ordered = told.toSorted((a, b) => timeOf(a, now) - timeOf(b, now));
  // One row of arrays: Prisma takes a while over each row that it hands on.
  const [row] = await tx.$queryRaw<AddedColumns[]>`
    WITH added AS (
    INSERT INTO message (id, tenant_id, account_id, conversation_id, external_id, body, automated, channel, sent_at, recorded_at,
      order_at, sent_by, kind, read_upstream, urgent_upstream, priority_upstream, snooze_upstream, backfilled, raw,
      erased_at, read_local, urgent_local)
    SELECT r.id, ${account.tenant_id}, ${account.id}, r.conversation_id, r.external_id, r.body, r.automated, r.channel, r.sent_at,
      ${now}, coalesce(r.sent_at, ${now}), r.sent_by, r.kind,
      coalesce(r.read, CASE WHEN r.sent_by = 'participant' AND coalesce(r.sent_at, ${now}) <= c.read_up_to THEN true END),
      r.urgent, r.priority, r.snooze, r.erased OR coalesce(r.sent_at < ${account.live_from}, false), r.raw,
      CASE WHEN r.erased THEN ${now}::timestamptz END, CASE WHEN r.erased THEN true END, CASE WHEN r.erased THEN false END
    FROM json_to_recordset(${asRecords(ordered.map(toRecord))}::json) AS r(id text, conversation_id text, external_id text,
      body text, automated bool, channel text, sent_at timestamptz, sent_by text, kind text, read bool, urgent bool,
      priority float8, snooze timestamptz, raw jsonb, erased bool)
    JOIN conversation c ON c.id = r.conversation_id
    ON CONFLICT (account_id, external_id) DO NOTHING
    RETURNING id, conversation_id, external_id, backfilled)
    SELECT array_agg(id ORDER BY id) AS ids, array_agg(conversation_id ORDER BY id) AS conversations,
      array_agg(external_id ORDER BY id) AS external_ids, array_agg(backfilled ORDER BY id) AS backfilled FROM added`;
  return (row?.ids ?? []).map((id, place) => ({
    id: brand<MessageId>(id),
    conversationId: brand<ConversationId>(row?.conversations[place] ?? ''),
    externalId: brand<ExternalMessageId>(row?.external_ids[place] ?? ''),
    backfilled: row?.backfilled[place] ?? false,
  }));
}

interface AddedColumns {
  /** Null where nothing was added. */
  readonly ids: readonly string[] | null;
  readonly conversations: readonly string[];
  readonly external_ids: readonly string[];
  readonly backfilled: readonly boolean[];
}

/**
 * Brings messages that are stored already up to what was told now. Null means "not told", except for the snooze, which ends by null.
 * A mark of ours holds until the provider's own value changes from what it was when ours was set.
 */
export async function updateMessages(
  tx: Transaction,
  account: AccountRow,
  told: readonly ToldMessage[],
): Promise<readonly MessageRef[]> {
  if (told.length === 0) return [];
  const rows = await tx.$queryRaw<{ id: string; conversation_id: string }[]>`
    UPDATE message m SET
      body = coalesce(r.body, m.body), automated = coalesce(r.automated, m.automated), channel = coalesce(r.channel, m.channel),
      sent_at = coalesce(r.sent_at, m.sent_at), sent_by = coalesce(r.sent_by, m.sent_by), kind = coalesce(r.kind, m.kind),
      read_local = CASE WHEN coalesce(r.read, m.read_upstream) IS DISTINCT FROM m.read_upstream THEN NULL ELSE m.read_local END,
      read_upstream = coalesce(r.read, m.read_upstream),
      urgent_local = CASE WHEN coalesce(r.urgent, m.urgent_upstream) IS DISTINCT FROM m.urgent_upstream THEN NULL ELSE m.urgent_local END,
      urgent_upstream = coalesce(r.urgent, m.urgent_upstream),
      priority_local = CASE WHEN coalesce(r.priority, m.priority_upstream) IS DISTINCT FROM m.priority_upstream
        THEN NULL ELSE m.priority_local END,
      priority_upstream = coalesce(r.priority, m.priority_upstream),
      snooze_local = CASE WHEN r.snooze IS DISTINCT FROM m.snooze_upstream THEN NULL ELSE m.snooze_local END,
      snooze_upstream = r.snooze, raw = r.raw, removed_at = NULL
    FROM json_to_recordset(${asRecords(told.map(toRecord))}::json) AS r(external_id text, body text, automated bool, channel text,
      sent_at timestamptz, sent_by text, kind text, read bool, urgent bool, priority float8, snooze timestamptz, raw jsonb)
    WHERE m.account_id = ${account.id} AND m.external_id = r.external_id AND m.erased_at IS NULL AND (
      m.removed_at IS NOT NULL OR row(m.body, m.automated, m.channel, m.sent_at, m.sent_by, m.kind, m.read_upstream, m.urgent_upstream,
        m.priority_upstream, m.snooze_upstream)
      IS DISTINCT FROM row(coalesce(r.body, m.body), coalesce(r.automated, m.automated), coalesce(r.channel, m.channel),
        coalesce(r.sent_at, m.sent_at), coalesce(r.sent_by, m.sent_by), coalesce(r.kind, m.kind),
        coalesce(r.read, m.read_upstream), coalesce(r.urgent, m.urgent_upstream),
        coalesce(r.priority, m.priority_upstream), r.snooze))
    RETURNING m.id, m.conversation_id`;
  return rows.map(toRef);
}

/** What conversations are now read up to, where that is not marked on their messages one by one. Returns the messages that became read. */
export async function readUpTo(tx: Transaction, ids: readonly ConversationId[]): Promise<readonly MessageRef[]> {
  if (ids.length === 0) return [];
  const rows = await tx.$queryRaw<{ id: string; conversation_id: string }[]>`
    UPDATE message m SET read_upstream = true, read_local = NULL FROM conversation c
    WHERE c.id = ANY(${ids}) AND m.conversation_id = c.id AND m.sent_by = 'participant' AND m.order_at <= c.read_up_to
      AND m.read_upstream IS NOT TRUE
    RETURNING m.id, m.conversation_id`;
  return rows.map(toRef);
}

/** Hides messages that their provider took back. The rows stay. */
export async function removeMessages(
  tx: Transaction,
  account: AccountRow,
  ids: readonly ExternalMessageId[],
  now: Date,
): Promise<readonly MessageRef[]> {
  if (ids.length === 0) return [];
  const rows = await tx.$queryRaw<{ id: string; conversation_id: string }[]>`
    UPDATE message SET removed_at = ${now}
    WHERE account_id = ${account.id} AND external_id = ANY(${ids}) AND removed_at IS NULL
    RETURNING id, conversation_id`;
  return rows.map(toRef);
}

/** Which of these the account holds already. */
export async function knownMessages(
  tx: Transaction,
  account: AccountRow,
  ids: readonly ExternalMessageId[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ external_id: string }[]>`
    SELECT external_id FROM message WHERE account_id = ${account.id} AND external_id = ANY(${ids})`;
  return new Set(rows.map((row) => row.external_id));
}

/**
 * Recomputes what conversations derive from their messages: last message, place in lists, unread count, urgency.
 * From the rows every time, so the counts cannot drift; but for the number of messages ever stored, to which those just `added` are added.
 * Returns the conversations where something changed.
 */
export async function deriveConversations(
  tx: Transaction,
  ids: readonly ConversationId[],
  added: readonly MessageRef[] = [],
): Promise<readonly ConversationId[]> {
  if (ids.length === 0) return [];
  const counts = new Map<ConversationId, number>();
  for (const { conversationId } of added) counts.set(conversationId, (counts.get(conversationId) ?? 0) + 1);
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE conversation c SET last_message_id = last.id, last_message_at = last.order_at,
      order_at = coalesce(last.order_at, c.first_seen_at), unread_count = unread.count, urgent = unread.urgent,
      stored_count = c.stored_count + touched.added
    FROM unnest(${ids}::text[], ${ids.map((id) => counts.get(id) ?? 0)}::int[]) AS touched(id, added)
    LEFT JOIN LATERAL (
      SELECT m.id, m.order_at FROM message m WHERE m.conversation_id = touched.id AND m.removed_at IS NULL
      ORDER BY m.order_at DESC, m.id DESC LIMIT 1
    ) last ON true
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS count, coalesce(bool_or(coalesce(m.urgent_local, m.urgent_upstream)), false) AS urgent
      FROM message m WHERE m.conversation_id = touched.id AND m.sent_by = 'participant' AND m.removed_at IS NULL
        AND coalesce(m.read_local, m.read_upstream) IS NOT TRUE
    ) unread
    WHERE c.id = touched.id AND (touched.added > 0 OR row(c.last_message_id, c.last_message_at, c.unread_count, c.urgent)
      IS DISTINCT FROM row(last.id, last.order_at, unread.count, unread.urgent))
    RETURNING c.id`;
  return rows.map((row) => brand<ConversationId>(row.id));
}

function toRecord({ conversationId, message, erased }: ToldMessage): Readonly<Record<string, unknown>> {
  return {
    id: createId<MessageId>('ConversationMessage'),
    conversation_id: conversationId,
    external_id: message.externalId,
    body: message.body,
    automated: message.automated,
    channel: message.channel,
    sent_at: message.sentAt,
    sent_by: message.sentBy,
    kind: message.kind,
    read: message.read,
    urgent: message.urgent,
    priority: message.priority,
    snooze: message.snoozeUntil,
    raw: message.raw,
    erased: erased ?? false,
  };
}

function timeOf(told: ToldMessage, now: Date): number {
  return (told.message.sentAt ?? now).getTime();
}

function toRef(row: { id: string; conversation_id: string }): MessageRef {
  return { id: brand<MessageId>(row.id), conversationId: brand<ConversationId>(row.conversation_id) };
}
