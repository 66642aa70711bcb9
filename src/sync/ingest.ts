import type { ConversationId, ExternalConversationId, TenantId } from '../domain/ids.ts';
import type { ProviderConversation, ProviderEvent } from '../domain/messaging.ts';
import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Wakes } from '../lib/wake.ts';
import { type AccountRow, lockAccount } from '../store/account-lock.ts';
import { dropReplaced, saveAttachments } from '../store/attachments.ts';
import { saveBookings, saveLeads } from '../store/booking-writes.ts';
import { linkConversations } from '../store/conversation-links.ts';
import { type ConversationRef, saveConversations } from '../store/conversation-writes.ts';
import type { Database, Transaction } from '../store/database.ts';
import { appendEvents, feedTopic, type NewEvent } from '../store/feed.ts';
import { moveStream } from '../store/leases.ts';
import {
  deriveConversations,
  insertMessages,
  type MessageRef,
  readUpTo,
  removeMessages,
  type ToldMessage,
  updateMessages,
} from '../store/message-writes.ts';
import {
  completeThreads,
  extendHistory,
  markOpen,
  markStale,
  moveThreads,
  newestOf,
  reachesMark,
  type ThreadMove,
  threadMarks,
} from '../store/thread-marks.ts';
import { adoptUnwritten, saveUnwritten } from '../store/unwritten.ts';
import { rereadLost } from '../store/walks.ts';
import { keepUnreadable } from '../store/webhooks.ts';
import { type Batch, type Ingested, LeaseLostError, type ReadPage } from './batch.ts';
import { siftEchoes } from './echoes.ts';
import { report } from './report.ts';
import { lastOfEach, mentions, sort } from './sorting.ts';
import { withholdingOf } from './withholding.ts';

/** The one door in: whatever told it, and in whatever order. */
export type Ingest = (batch: Batch) => Promise<Ingested>;

export interface IngestParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly times: Times;
  readonly wakes: Wakes;
  readonly sealer: Sealer;
}

/**
 * Takes in what a provider told as one transaction: rows, the stream's checkpoint and the feed, then a hint to those who follow.
 * Taking in the same thing again changes nothing. Throws LeaseLostError where the batch's lease was replaced.
 */
export function createIngest({ db, clock, times, wakes, sealer }: IngestParts): Ingest {
  return async (batch) => {
    const now = clock.now();
    const nothing: Ingested = { added: 0, open: [] };
    let tenantId: TenantId | null = null;
    const ingested = await db.transaction(async (tx) => {
      const account = await lockAccount(tx, batch.accountId);
      if (!account) return nothing;
      if (batch.step && !(await moveStream(tx, batch.step.lease, batch.step.move, now))) throw new LeaseLostError();
      const taken = await takeIn(tx, account, batch, { now, windowMs: times.echoWindowMs, sealer });
      if (taken.events.length > 0) {
        await appendEvents(tx, account.tenant_id, taken.events, now);
        tenantId = account.tenant_id;
      }
      return taken;
    });
    if (tenantId) wakes.notify(feedTopic(tenantId));
    return { added: ingested.added, open: ingested.open };
  };
}

interface Taken extends Ingested {
  readonly events: readonly NewEvent[];
}

async function takeIn(
  tx: Transaction,
  account: AccountRow,
  batch: Batch,
  options: { readonly now: Date; readonly windowMs: number; readonly sealer: Sealer },
): Promise<Taken> {
  const { now } = options;
  const withholding = withholdingOf(tx, account, { batch, ...options });
  const of = sort(withholding ? await withholding.people(batch.events) : batch.events);
  await saveBookings(tx, account, lastOfEach(of.booking.map((event) => event.booking)), now);
  await saveLeads(tx, account, lastOfEach(of.lead.map((event) => event.lead)), now);
  const conversations = lastOfEach(of.conversation.map((event) => event.conversation));
  await adoptUnwritten(tx, account, conversations);
  const refs = await saveConversations(tx, account, conversations, now);
  const unwritten = await saveUnwritten(
    tx,
    account,
    of.unwritten.map((event) => event.conversation),
    now,
  );
  const linked = await linkConversations(tx, account, mentions(batch.events), now);
  const pages = [...newestPages(conversations, refs), ...(batch.pages ?? [])];
  const everything = lastOfEach([
    ...of.message.flatMap((event) => told(linked.get(event.conversation), event)),
    ...pages.flatMap(itemsOf),
  ]);
  const all = withholding ? await withholding.messages(everything) : everything;
  const sifted = await siftEchoes(tx, account, all, options);
  const added = await insertMessages(tx, account, sifted.told, now);
  const isNew = new Set(added.map((ref) => ref.externalId));
  const known = sifted.told.filter((one) => !isNew.has(one.message.externalId));
  await dropReplaced(tx, account, known);
  const changed = await updateMessages(tx, account, known);
  const read = await readUpTo(tx, readMarked(conversations, refs));
  await saveAttachments(tx, account, sifted.told, now);
  const removed = await removeMessages(
    tx,
    account,
    of['message-removed'].map((event) => event.message),
    now,
  );
  if (account.sweep_since) await report(tx, account, account.sweep_since, { batch, told: all, added });
  const open = await moveMarks(tx, pages, now);
  await markStale(
    tx,
    account,
    of.stale.map((event) => event.conversation),
    now,
  );
  await keepUnreadable(tx, account, of.unreadable, now);
  if (batch.threadsTold) await completeThreads(tx, account, now);
  // Where every message was told, what has not come back is gone.
  else if (batch.step?.move.stream === 'sweep' && batch.step.move.ended) await rereadLost(tx, account, now);
  const touched = new Set([...added, ...changed, ...read, ...removed].map((ref) => ref.conversationId));
  const derived = await deriveConversations(tx, [...touched], added);
  const told_ = [...refs.values()].filter((ref) => ref.isNew || ref.changed).map((ref) => ref.id);
  const events = announce(account, {
    added,
    changed: together(changed, read),
    conversations: [...told_, ...unwritten, ...derived],
  });
  return { added: added.length, open, events: [...sifted.events, ...events] };
}

function announce(
  account: AccountRow,
  rows: {
    readonly added: Awaited<ReturnType<typeof insertMessages>>;
    readonly changed: Awaited<ReturnType<typeof updateMessages>>;
    readonly conversations: readonly ConversationId[];
  },
): readonly NewEvent[] {
  const accountId = account.id;
  const live = rows.added.filter((row) => !row.backfilled);
  const announced = new Set(live.map((row) => row.conversationId));
  // A conversation with a new message is told by that; history and everything else is one change a conversation.
  const quiet = new Set(rows.conversations.filter((id) => !announced.has(id)));
  return [
    ...[...quiet].map((id): NewEvent => ({ type: 'ConversationChanged', accountId, conversationId: id })),
    ...live.map(
      (row): NewEvent => ({ type: 'MessageAdded', accountId, conversationId: row.conversationId, messageId: row.id }),
    ),
    ...rows.changed.map(
      (row): NewEvent => ({ type: 'MessageChanged', accountId, conversationId: row.conversationId, messageId: row.id }),
    ),
  ];
}

/** Moves the marks of threads as far as the pages allow, and returns those where a gap stays open. */
async function moveMarks(tx: Transaction, pages: readonly ReadPage[], now: Date): Promise<readonly ConversationId[]> {
  const marks = await threadMarks(tx, [...new Set(pages.map((one) => one.conversationId))]);
  const open: ConversationId[] = [];
  const moves: ThreadMove[] = [];
  for (const { conversationId, page, part } of pages) {
    const mark = marks.get(conversationId);
    if (!mark) continue;
    if (part.kind === 'history') await extendHistory(tx, conversationId, part.from, page.older);
    else if (!reachesMark(mark, page)) open.push(conversationId);
    else {
      const newest = part.kind === 'gap' ? part.newest : newestOf(page);
      moves.push({ id: conversationId, newest, ...(mark.everRead ? {} : { history: { older: page.older } }) });
    }
  }
  await moveThreads(tx, moves, now);
  await markOpen(tx, open, now);
  return open;
}

function newestPages(
  conversations: readonly ProviderConversation[],
  refs: ReadonlyMap<ExternalConversationId, ConversationRef>,
): readonly ReadPage[] {
  return conversations.flatMap((one) => {
    const ref = refs.get(one.externalId);
    return ref && one.newest ? [{ conversationId: ref.id, page: one.newest, part: { kind: 'newest' as const } }] : [];
  });
}

/** Conversations of which it was told up to when they are read. */
function readMarked(
  conversations: readonly ProviderConversation[],
  refs: ReadonlyMap<ExternalConversationId, ConversationRef>,
): readonly ConversationId[] {
  return conversations.flatMap((one) => (one.readUpTo ? (refs.get(one.externalId)?.id ?? []) : []));
}

/** Each row once. */
function together(...lists: readonly (readonly MessageRef[])[]): readonly MessageRef[] {
  return [...new Map(lists.flat().map((ref) => [ref.id, ref])).values()];
}

function told(
  conversationId: ConversationId | undefined,
  event: Extract<ProviderEvent, { type: 'message' }>,
): readonly ToldMessage[] {
  return conversationId ? [{ conversationId, message: event.message }] : [];
}

function itemsOf({ conversationId, page }: ReadPage): readonly ToldMessage[] {
  return page.items.map((message) => ({ conversationId, message }));
}
