import type { ProviderError } from '../domain/errors.ts';
import type { ThreadRead } from '../domain/gateway.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { Page, ProviderConversation, ProviderMessage } from '../domain/messaging.ts';
import type { Clock } from '../lib/clock.ts';
import type { Call } from '../providers/contract.ts';
import type { Database } from '../store/database.ts';
import { type ThreadKey, threadKeys } from '../store/hot-set.ts';
import { closeThreads, newestOf, postponeThreads, restartThread, threadMarks } from '../store/thread-marks.ts';
import type { ReadPage } from './batch.ts';
import type { Connection } from './connections.ts';
import type { Ingest } from './ingest.ts';
import { createMerge } from './merge.ts';
import { type Failures, type Pages, type PagesRead, readNewestPages, readPages } from './thread-pages.ts';

/** Reads threads at their providers, into the store. */
export interface Threads {
  /** Slot i tells why read i failed, or null. Equal reads in flight, whoever asked, are one. */
  read(connection: Connection, reads: readonly ThreadRead[], call: Call): Promise<readonly (ProviderError | null)[]>;
}

export interface ThreadParts {
  readonly db: Database;
  readonly ingest: Ingest;
  readonly clock: Clock;
}

export function createThreads(parts: ThreadParts): Threads {
  const merge = createMerge<ThreadRead, ProviderError | null>((one) => `${one.conversationId} ${one.page}`);
  return {
    read: (connection, reads, call) =>
      merge(reads, async (mine) => {
        const outcomes = new Map<ThreadRead, ProviderError | null>();
        for (const page of ['newest', 'older'] as const) {
          const some = mine.filter((one) => one.page === page);
          if (some.length === 0) continue;
          const ids = some.map((one) => one.conversationId);
          const failed =
            page === 'newest'
              ? await readNewest(parts, connection, ids, call)
              : await readOlder(parts, connection, ids, call);
          for (const one of some) outcomes.set(one, failed.get(one.conversationId) ?? null);
        }
        return mine.map((one) => outcomes.get(one) ?? null);
      }),
  };
}

/** Reads newest pages, and pages back where one does not reach what is known, until nothing can be missing between. */
async function readNewest(
  parts: ThreadParts,
  connection: Connection,
  ids: readonly ConversationId[],
  call: Call,
): Promise<Failures> {
  const keys = await threadKeys(parts.db, ids);
  const newest = await readNewestPages(connection, keys, call);
  const open = await takeIn(parts, connection, newest.pages, () => ({ kind: 'newest' }), newest.conversations);
  await settleUnread(parts, idsOf(keys), newest);
  const failures = new Map(newest.failures);
  for (const id of open) {
    const failure = await closeGap(parts, connection, keyOf(keys, id), newest.pages.get(id), call);
    if (failure) failures.set(id, failure);
  }
  return failures;
}

async function closeGap(
  parts: ThreadParts,
  connection: Connection,
  key: ThreadKey | undefined,
  first: Page<ProviderMessage> | undefined,
  call: Call,
): Promise<ProviderError | null> {
  const newest = first && newestOf(first);
  let older = first?.older ?? null;
  while (key?.id && newest && older !== null) {
    const cursor: string = older;
    const read = await readPages(connection, [key], () => cursor, call);
    const page = read.pages.get(key.id);
    if (!page) return read.failures.get(key.id) ?? null;
    const open = await takeIn(parts, connection, read.pages, () => ({ kind: 'gap', newest }));
    older = open.length > 0 ? page.older : null;
  }
  return null;
}

/** Reads the page beyond the oldest message known; a thread that is complete, or was never read from its newest end, has none. */
async function readOlder(
  parts: ThreadParts,
  connection: Connection,
  ids: readonly ConversationId[],
  call: Call,
): Promise<Failures> {
  const marks = await threadMarks(parts.db.prisma, ids);
  const cursorOf = (id: ConversationId | null): string | null => (id && marks.get(id)?.historyCursor) || null;
  const keys = (await threadKeys(parts.db, ids)).filter((key) => cursorOf(key.id) !== null);
  const read = await readPages(connection, keys, (key) => cursorOf(key.id), call);
  await takeIn(parts, connection, read.pages, (id) => ({ kind: 'history', from: cursorOf(id) ?? '' }));
  await settleUnread(parts, idsOf(keys), read);
  const refused = [...read.failures].filter(([, failure]) => failure.kind === 'invalid');
  for (const [id] of refused) await restartThread(parts.db, id, putOff(parts.clock));
  return read.failures;
}

// How long a thread that cannot be read is left alone.
const PUT_OFF_MS = 600_000;

function putOff(clock: Clock): Date {
  return new Date(clock.now().getTime() + PUT_OFF_MS);
}

/** Whether a failure concerns one thread alone: its neighbours can be read. */
export function isOfThread(failure: ProviderError): boolean {
  return ['not-found', 'forbidden', 'invalid', 'protocol'].includes(failure.kind);
}

/** Threads that gave no page: gone ones are done with, those that cannot be read are put off, and nothing waits behind them. */
async function settleUnread(parts: ThreadParts, ids: readonly ConversationId[], read: PagesRead): Promise<void> {
  const isGone = (id: ConversationId): boolean =>
    read.failures.has(id) ? read.failures.get(id)?.kind === 'not-found' : !read.pages.has(id);
  const gone = ids.filter(isGone);
  const unreadable = ids.filter((id) => {
    const failure = read.failures.get(id);
    return failure !== undefined && failure.kind !== 'not-found' && isOfThread(failure);
  });
  await closeThreads(parts.db, gone, parts.clock.now());
  await postponeThreads(parts.db, unreadable, putOff(parts.clock));
}

async function takeIn(
  parts: ThreadParts,
  connection: Connection,
  pages: Pages,
  partOf: (id: ConversationId) => ReadPage['part'],
  conversations: readonly ProviderConversation[] = [],
): Promise<readonly ConversationId[]> {
  if (pages.size === 0) return [];
  const read = [...pages].map(([conversationId, page]) => ({ conversationId, page, part: partOf(conversationId) }));
  // Its page is among the others: told twice, its mark would be moved twice.
  const events = conversations.map((one) => ({
    type: 'conversation' as const,
    conversation: { ...one, newest: null },
  }));
  const taken = await parts.ingest({ accountId: connection.account.id, events, pages: read });
  return taken.open;
}

function idsOf(keys: readonly ThreadKey[]): readonly ConversationId[] {
  return keys.flatMap((key) => key.id ?? []);
}

function keyOf(keys: readonly ThreadKey[], id: ConversationId): ThreadKey | undefined {
  return keys.find((key) => key.id === id);
}
