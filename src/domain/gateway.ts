import type { Account } from './account.ts';
import type { ProviderError } from './errors.ts';
import type { AccountId, AttachmentId, ConversationId, MessageId, ParticipantId, TenantId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { ConversationFacts, SentBy } from './messaging.ts';
import type { Erasure } from './people.ts';

/** A provider as callers see it. */
export interface ProviderFace {
  readonly id: string;
  readonly title: string;
  readonly speaksAs: 'property' | 'guest';
  readonly abilities: readonly string[];
  readonly credentialFields: readonly CredentialField[];
  /** Conversations that are read upstream in one go, in as few calls as its provider allows. */
  readonly batchSize: number;
  /** Characters that a message may have; null where none is known. */
  readonly maxTextLength: number | null;
  /** What files a message may carry; null where none. */
  readonly attachments: { readonly types: readonly string[]; readonly maxBytes: number } | null;
  /** Null where no such rule is known. */
  readonly replyWindow: ReplyWindow | null;
  /** How often an account is looked at, in milliseconds: an older look is stale. */
  readonly pullEveryMs: number;
}

/** A provider's rule of how long a conversation can be answered and read, in days; null where a part has no such rule. */
export interface ReplyWindow {
  readonly afterCheckOut: number;
  /** After the participant's last message, where that is later. */
  readonly afterTheirMessage: number | null;
  /** After check-out, for reading. */
  readonly readable: number | null;
}

export interface CredentialField {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
}

/** One thread to be read at its provider: its newest page, or the page beyond the oldest message stored. */
export interface ThreadRead {
  readonly conversationId: ConversationId;
  readonly page: 'newest' | 'older';
}

/** The requests that a provider takes in an hour, as they stand. */
export interface RequestBudget {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}

/** How a look at an account went. */
export interface SyncReport {
  readonly accountId: AccountId;
  /** Messages that were new to us. */
  readonly received: number;
  /** False where the look goes on behind (8 s are over) or was not made (inside the provider's gap, budget low). */
  readonly finished: boolean;
  readonly error: ProviderError | null;
}

/**
 * What callers' requests may ask of the providers. Made by the composition root out of sync; the only door from graphql to a provider.
 * Everything that is read goes through ingest into the store: answers are then read from there.
 */
export interface Gateway {
  readonly providers: readonly ProviderFace[];
  /**
   * Stores, verifies, and removes it again or goes live. The same upstream identity again replaces the credentials.
   * Throws DomainError: INVALID, BAD_CREDENTIALS, ACCOUNT_TAKEN, PROVIDER_FAILED (cause: the ProviderError).
   */
  connectAccount(
    tenantId: TenantId,
    input: { readonly provider: string; readonly title: string | null; readonly credentials: JsonObject },
    signal: AbortSignal,
  ): Promise<AccountId>;
  /** Keeps rows and ids, cancels what is queued. Throws DomainError NOT_FOUND. */
  disconnectAccount(tenantId: TenantId, accountId: AccountId): Promise<void>;
  /** Looks now, and answers when that is done or after 8 s with how far it came. Throws DomainError NOT_FOUND. */
  syncAccount(tenantId: TenantId, accountId: AccountId, signal: AbortSignal): Promise<SyncReport>;
  /** One look per account that was not looked at within `maxAgeMs`; merged with looks in flight, never inside a provider's gap. */
  refreshAccounts(
    tenantId: TenantId,
    accountIds: readonly AccountId[],
    maxAgeMs: number,
    signal: AbortSignal,
  ): Promise<readonly SyncReport[]>;
  /**
   * Reads threads of one account, at most its provider's batchSize, in one upstream call. Slot i tells why read i failed, or null.
   * Equal reads in flight are merged.
   */
  readThreads(
    tenantId: TenantId,
    accountId: AccountId,
    reads: readonly ThreadRead[],
    signal: AbortSignal,
  ): Promise<readonly (ProviderError | null)[]>;
  /** Tells the provider that our side has read messages of a conversation; nothing where it cannot be told. Throws ProviderError. */
  markRead(tenantId: TenantId, messageIds: readonly MessageId[], signal: AbortSignal): Promise<void>;
  /** Tells the provider whether a conversation wants an answer, and notes it. Throws ProviderError, DomainError NOT_FOUND, UNSUPPORTED. */
  setNoReplyNeeded(tenantId: TenantId, id: ConversationId, value: boolean, signal: AbortSignal): Promise<void>;
  /** Closes or reopens a conversation at its provider, and notes it. Throws ProviderError, DomainError NOT_FOUND, UNSUPPORTED. */
  setClosed(tenantId: TenantId, id: ConversationId, closed: boolean, signal: AbortSignal): Promise<void>;
  /** What is left of the hour's requests of an account's provider; null where that counts none. */
  budget(tenantId: TenantId, accountId: AccountId): Promise<RequestBudget | null>;
  /** Looks a booking's conversation up at every account that can, into the store. Tells which accounts failed. */
  findConversation(
    tenantId: TenantId,
    accountIds: readonly AccountId[],
    of: { readonly property: string; readonly booking: string },
    signal: AbortSignal,
  ): Promise<readonly { readonly accountId: AccountId; readonly error: ProviderError }[]>;
  /** Puts a file at the provider for a message of that conversation. Throws ProviderError, DomainError NOT_FOUND, UNSUPPORTED. */
  upload(
    tenantId: TenantId,
    conversationId: ConversationId,
    file: { readonly name: string; readonly contentType: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<AttachmentId>;
  /** Streams a file from its provider; null where it is unknown or foreign. Throws ProviderError. */
  download(tenantId: TenantId, id: AttachmentId, signal: AbortSignal): Promise<FileStream | null>;
  /** Forgets somebody; what the signal leaves undone is done behind. Throws DomainError NOT_FOUND. */
  eraseParticipant(tenantId: TenantId, id: ParticipantId, signal: AbortSignal): Promise<Erasure>;
  /** What the author of a message should know before it is sent. */
  warnings(account: Account, facts: ConversationFacts | null, body: string): readonly SendWarning[];
  /** Tells the sender that something was queued. */
  wakeSender(): void;
}

/** A file on its way to a caller. */
export interface FileStream {
  readonly name: string | null;
  readonly contentType: string | null;
  /** Bytes; null where the provider does not say. */
  readonly size: number | null;
  readonly body: ReadableStream<Uint8Array>;
}

/** Something about a send that its author should know. */
export type SendWarning = 'GUEST_GETS_EMAIL' | 'LINKS_MAY_BE_REMOVED' | 'ANSWERS_SELF_SERVICE_REQUEST';

/** A message that we are asked to send, checked for form. */
export interface SendRequest {
  readonly conversationId: ConversationId;
  readonly body: string;
  readonly sentBy: SentBy;
  /** Files uploaded for this conversation. */
  readonly attachmentIds: readonly string[];
  /** Null: one is made. */
  readonly idempotencyKey: string | null;
  /** Seconds after which it is given up; null: the default. */
  readonly giveUpAfter: number | null;
}
