import type { ConversationId, ExternalConversationId, ExternalMessageId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Page, ProviderMessage } from '../domain/messaging.ts';
import type { AccountRow } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/** How far a thread is known: without holes from its oldest page read up to `completeId`. */
export interface ThreadMark {
  readonly id: ConversationId;
  readonly completeId: ExternalMessageId | null;
  readonly completeAt: Date | null;
  readonly everRead: boolean;
  readonly historyComplete: boolean;
  readonly historyCursor: string | null;
}

/** The marks of some conversations, by id. */
export async function threadMarks(
  tx: Pick<Transaction, '$queryRaw'>,
  ids: readonly ConversationId[],
): Promise<ReadonlyMap<ConversationId, ThreadMark>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.$queryRaw<
    {
      id: string;
      complete_id: string | null;
      complete_at: Date | null;
      messages_read_at: Date | null;
      history_complete: boolean;
      history_cursor: string | null;
    }[]
  >`
    SELECT id, complete_id, complete_at, messages_read_at, history_complete, history_cursor
    FROM conversation WHERE id = ANY(${ids})`;
  return new Map(
    rows.map((row) => {
      const id = brand<ConversationId>(row.id);
      const mark = {
        id,
        completeId: row.complete_id === null ? null : brand<ExternalMessageId>(row.complete_id),
        completeAt: row.complete_at,
        everRead: row.messages_read_at !== null,
        historyComplete: row.history_complete,
        historyCursor: row.history_cursor,
      };
      return [id, mark];
    }),
  );
}

/** Whether a page reaches back to what is known without holes: nothing can be missing between the two. */
export function reachesMark(mark: ThreadMark, page: Page<ProviderMessage>): boolean {
  if (page.older === null || !mark.everRead) return true;
  const { completeAt } = mark;
  if (page.items.some((item) => item.externalId === mark.completeId)) return true;
  // Strictly older: of two messages of one instant the missing one could be on the next page.
  return completeAt !== null && page.items.some((item) => item.sentAt !== null && item.sentAt < completeAt);
}

/** The newest message of a page, where a mark is to be set. */
export function newestOf(page: Page<ProviderMessage>): { id: ExternalMessageId; at: Date | null } | null {
  const item = page.items.at(-1);
  return item ? { id: item.externalId, at: item.sentAt } : null;
}

/** What reading the newest end of a thread showed. */
export interface ThreadMove {
  readonly id: ConversationId;
  /** The newest message known without holes; null where the thread is empty. */
  readonly newest: { readonly id: ExternalMessageId; readonly at: Date | null } | null;
  /** For a first read: where history continues, null at the beginning. Absent when a gap was closed: history stays where it was. */
  readonly history?: { readonly older: string | null };
}

/** Moves marks after first reads and closed gaps. Nothing else moves them. */
export async function moveThreads(tx: Transaction, moves: readonly ThreadMove[], now: Date): Promise<void> {
  if (moves.length === 0) return;
  const records = moves.map((move) => ({
    id: move.id,
    newest: move.newest?.id ?? null,
    at: move.newest?.at ?? null,
    first: move.history !== undefined,
    older: move.history?.older ?? null,
  }));
  await tx.$executeRaw`
    UPDATE conversation c SET messages_read_at = ${now}, stale_since = NULL,
      complete_id = coalesce(r.newest, c.complete_id), complete_at = CASE WHEN r.newest IS NULL THEN c.complete_at ELSE r.at END,
      history_cursor = CASE WHEN r.first THEN r.older ELSE c.history_cursor END,
      history_complete = CASE WHEN r.first THEN r.older IS NULL ELSE c.history_complete END
    FROM json_to_recordset(${asRecords(records)}::json) AS r(id text, newest text, at timestamptz, first bool, older text)
    WHERE c.id = r.id`;
}

/** After a page beyond the oldest known one. `from` must still be where history stood: a page read twice moves it once. */
export async function extendHistory(
  tx: Transaction,
  id: ConversationId,
  from: string,
  older: string | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE conversation SET history_cursor = ${older}, history_complete = ${older === null}
    WHERE id = ${id} AND history_cursor = ${from}`;
}

/**
 * Every message of the account's threads has been told by other means than reading them: those never read are complete up to their newest
 * message as stored.
 */
export async function completeThreads(tx: Transaction, account: AccountRow, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE conversation c SET messages_read_at = ${now}, history_cursor = NULL, history_complete = true,
      complete_id = newest.external_id, complete_at = newest.sent_at
    FROM conversation told LEFT JOIN LATERAL (
      SELECT m.external_id, m.sent_at FROM message m WHERE m.conversation_id = told.id AND m.external_id IS NOT NULL
      ORDER BY m.order_at DESC, m.id DESC LIMIT 1
    ) newest ON true
    WHERE told.account_id = ${account.id} AND told.messages_read_at IS NULL AND told.external_id IS NOT NULL AND c.id = told.id`;
}

/** The provider no longer takes our place in a thread: from `at` on its newest page is read again, and the walk begins anew there. */
export async function restartThread(db: Database, id: ConversationId, at: Date): Promise<void> {
  await db.prisma.$executeRaw`
    UPDATE conversation SET complete_id = NULL, complete_at = NULL, history_cursor = NULL, history_complete = false,
      messages_read_at = NULL, stale_since = ${at}
    WHERE id = ${id}`;
}

/** Threads that cannot be read now are left alone until `at`, so that they block nothing behind them. */
export async function postponeThreads(db: Database, ids: readonly ConversationId[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction((tx) => tx.$executeRaw`UPDATE conversation SET stale_since = ${at} WHERE id = ANY(${ids})`);
}

/** Threads that their provider no longer has: there is nothing more to be read. What is stored stays. */
export async function closeThreads(db: Database, ids: readonly ConversationId[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction(
    (tx) => tx.$executeRaw`
      UPDATE conversation SET stale_since = NULL, history_cursor = NULL, history_complete = true,
        messages_read_at = coalesce(messages_read_at, ${now})
      WHERE id = ANY(${ids})`,
  );
}

/** Remembers threads with a gap, so that it is closed also where whoever found it is not there to do so. */
export async function markOpen(tx: Transaction, ids: readonly ConversationId[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE conversation SET stale_since = coalesce(stale_since, ${now}) WHERE id = ANY(${ids})`;
}

/** Remembers that the provider has something in there that we have not read. */
export async function markStale(
  tx: Transaction,
  account: AccountRow,
  ids: readonly ExternalConversationId[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE conversation SET stale_since = coalesce(stale_since, ${now})
    WHERE account_id = ${account.id} AND external_id = ANY(${ids})`;
}
