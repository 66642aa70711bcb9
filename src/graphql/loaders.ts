import DataLoader from 'dataloader';
import type { Account } from '../domain/account.ts';
import { ProviderError } from '../domain/errors.ts';
import type { Gateway, ThreadRead } from '../domain/gateway.ts';
import type {
  AccountId,
  AttachmentId,
  BookingId,
  ConversationId,
  LeadId,
  MessageId,
  ParticipantId,
} from '../domain/ids.ts';
import type { Booking, Conversation, Lead, Message } from '../domain/messaging.ts';
import type { Erasure } from '../domain/people.ts';
import { accountsByIds, type SyncProgress, syncProgress } from '../store/account-reads.ts';
import { type Attachment, attachmentsByIds, attachmentsOfMessages } from '../store/attachments.ts';
import { bookingsByIds } from '../store/bookings.ts';
import { conversationsByIds, conversationsOfBookings, conversationsOfLeads } from '../store/conversations.ts';
import type { Database } from '../store/database.ts';
import { type Delivery, deliveries } from '../store/deliveries.ts';
import { erasuresOf } from '../store/erasures.ts';
import { feedHead } from '../store/events.ts';
import { leadsByIds } from '../store/leads.ts';
import { messageCounts, messageSlices, messagesByIds } from '../store/messages.ts';
import { type Participant, participantsByIds } from '../store/participants.ts';
import type { TenantScope } from '../store/scope.ts';
import type { Slice, SliceRequest } from '../store/slice.ts';

/** A page of one conversation's messages. */
export interface MessageAsk {
  readonly conversationId: ConversationId;
  readonly accountId: AccountId;
  readonly slice: SliceRequest;
}

/** A booking as its provider calls it. */
export interface BookingName {
  readonly property: string;
  readonly booking: string;
}

/**
 * The resolvers' only door to the store's rows and to the providers' threads. Asks of the same moment become one statement, or one
 * upstream call per `batchSize` threads of an account. Fresh for each operation and for each event of a subscription.
 */
export interface Loaders {
  readonly accounts: DataLoader<AccountId, Account | null>;
  readonly progress: DataLoader<AccountId, SyncProgress | null>;
  readonly conversations: DataLoader<ConversationId, Conversation | null>;
  readonly participants: DataLoader<ParticipantId, Participant | null>;
  readonly erasures: DataLoader<ParticipantId, Erasure | null>;
  readonly messages: DataLoader<MessageId, Message | null>;
  readonly messagePages: DataLoader<MessageAsk, Slice<Message>, string>;
  readonly messageCounts: DataLoader<ConversationId, number>;
  readonly deliveries: DataLoader<MessageId, Delivery | null>;
  readonly attachments: DataLoader<AttachmentId, Attachment | null>;
  readonly attachmentsOf: DataLoader<MessageId, readonly Attachment[]>;
  readonly bookings: DataLoader<BookingId, Booking | null>;
  readonly leads: DataLoader<LeadId, Lead | null>;
  readonly conversationsOfBookings: DataLoader<BookingId, readonly Conversation[]>;
  readonly conversationsOfLeads: DataLoader<LeadId, readonly Conversation[]>;
  /** Which numbering the tenant's feed is in. */
  epoch(): Promise<string>;
  /** Reads a thread at its provider, into the store; tells why that failed, or null. */
  readThread(account: Account, read: ThreadRead): Promise<ProviderError | null>;
  /** Looks a booking's conversation up at these accounts, into the store; tells which failed. Asked again, it is not looked up again. */
  findConversation(
    accounts: readonly Account[],
    of: BookingName,
  ): Promise<readonly { readonly accountId: AccountId; readonly error: ProviderError }[]>;
  /** Forgets all that was read: what is asked from here on shows what was just written. */
  forget(): void;
}

/** What loaders read from, and for whom. */
export interface LoaderSources {
  readonly db: Database;
  readonly scope: TenantScope;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
}

/** Loaders that have read nothing yet. */
export function createLoaders(sources: LoaderSources): Loaders {
  const { db, scope } = sources;
  const rows = {
    accounts: batched((ids: readonly AccountId[]) => accountsByIds(db, scope, ids)),
    progress: batched((ids: readonly AccountId[]) => syncProgress(db, scope, ids)),
    conversations: batched((ids: readonly ConversationId[]) => conversationsByIds(db, scope, ids)),
    participants: batched((ids: readonly ParticipantId[]) => participantsByIds(db, scope, ids)),
    messages: batched((ids: readonly MessageId[]) => messagesByIds(db, scope, ids)),
    messagePages: batched((asks: readonly MessageAsk[]) => messageSlices(db, scope, asks), pageKey),
    messageCounts: batched((ids: readonly ConversationId[]) => messageCounts(db, scope, ids)),
    deliveries: batched((ids: readonly MessageId[]) => deliveries(db, scope, ids)),
    attachments: batched((ids: readonly AttachmentId[]) => attachmentsByIds(db, scope, ids)),
    attachmentsOf: batched((ids: readonly MessageId[]) => attachmentsOfMessages(db, scope, ids)),
    bookings: batched((ids: readonly BookingId[]) => bookingsByIds(db, scope, ids)),
    erasures: batched((ids: readonly ParticipantId[]) => erasuresOf(db, scope.tenantId, ids)),
    leads: batched((ids: readonly LeadId[]) => leadsByIds(db, scope, ids)),
    conversationsOfBookings: batched((ids: readonly BookingId[]) => conversationsOfBookings(db, scope, ids)),
    conversationsOfLeads: batched((ids: readonly LeadId[]) => conversationsOfLeads(db, scope, ids)),
  };
  const threads = new Map<AccountId, ThreadLoader>();
  const lookUps = new Map<string, ReturnType<Loaders['findConversation']>>();
  let epoch: Promise<string> | undefined;
  return {
    ...rows,
    epoch() {
      epoch ??= feedHead(db, scope).then((head) => head.epoch);
      return epoch;
    },
    async readThread(account, read) {
      const loader = threads.get(account.id) ?? threadsOf(account, sources);
      threads.set(account.id, loader);
      return (await loader.load(read)).error;
    },
    findConversation(accounts, of) {
      const key = JSON.stringify([of.property, of.booking, ...accounts.map(({ id }) => id)]);
      const found = lookUps.get(key) ?? findConversation(accounts, of, sources);
      lookUps.set(key, found);
      return found;
    },
    forget() {
      for (const loader of Object.values(rows)) loader.clearAll();
      threads.clear();
    },
  };
}

/** Slot i answers key i, as the store's functions do. */
function batched<Key, Value, CacheKey = Key>(
  read: (keys: readonly Key[]) => Promise<readonly Value[]>,
  cacheKeyFn?: (key: Key) => CacheKey,
): DataLoader<Key, Value, CacheKey> {
  return new DataLoader(read, cacheKeyFn && { cacheKeyFn });
}

function pageKey({ conversationId, slice }: MessageAsk): string {
  const place = (at: SliceRequest['after']) => (at ? `${at.at.getTime()}.${at.id}` : '');
  return `${conversationId} ${slice.from} ${slice.limit} ${place(slice.after)} ${place(slice.before)}`;
}

// The error stands in an object, because a loader throws what is an error itself.
type ThreadLoader = DataLoader<ThreadRead, { readonly error: ProviderError | null }, string>;

function threadsOf(account: Account, { gateway, scope, signal }: LoaderSources): ThreadLoader {
  const face = gateway.providers.find(({ id }) => id === account.provider);
  const loader: ThreadLoader = new DataLoader(
    async (reads) => {
      try {
        const errors = await gateway.readThreads(scope.tenantId, account.id, reads, signal);
        return reads.map((_read, slot) => ({ error: errors[slot] ?? null }));
      } catch (thrown) {
        const error = providerErrorOf(thrown, account, signal);
        return reads.map(() => ({ error }));
      } finally {
        // Asked for again, `older` is the next page; the newest page is read once an operation.
        for (const read of reads) if (read.page === 'older') loader.clear(read);
      }
    },
    { maxBatchSize: face?.batchSize ?? 1, cacheKeyFn: (read) => `${read.conversationId} ${read.page}` },
  );
  return loader;
}

async function findConversation(
  accounts: readonly Account[],
  of: BookingName,
  { gateway, scope, signal }: LoaderSources,
) {
  const ids = accounts.map(({ id }) => id);
  try {
    return await gateway.findConversation(scope.tenantId, ids, of, signal);
  } catch (thrown) {
    return accounts.map((account) => ({ accountId: account.id, error: providerErrorOf(thrown, account, signal) }));
  }
}

/** What a read that ended in an exception tells its callers. Throws what is no provider's fault. */
export function providerErrorOf(error: unknown, account: Account, signal: AbortSignal): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!signal.aborted) throw error;
  const message = 'not answered within the deadline of this operation';
  return new ProviderError({ provider: account.provider, operation: 'read', kind: 'timeout', message, cause: error });
}
