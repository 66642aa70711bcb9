import type { z } from 'zod';
import type { ProviderError } from '../domain/errors.ts';
import type { SendWarning } from '../domain/gateway.ts';
import type {
  ExternalAttachmentId,
  ExternalBookingId,
  ExternalConversationId,
  ExternalMessageId,
} from '../domain/ids.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type {
  Address,
  ConversationFacts,
  Page,
  ProviderAttachment,
  ProviderBooking,
  ProviderConversation,
  ProviderEvent,
  ProviderMessage,
  UnwrittenConversation,
} from '../domain/messaging.ts';
import type { Allowance, Lane, Limits } from './limits.ts';
import type { ProviderRoute, WebhookDelivery, WebhookVerdict } from './webhook-contract.ts';

/*
 * What a provider is. A provider is one folder beside this file and one line in registry.ts; nothing else may know it.
 *
 * The adapter owes the core:
 * - batches line up with their keys, and a bad key fails alone;
 * - nothing but ProviderError escapes;
 * - `pull`, `sweep` and `glance` may repeat and must not skip; `send` makes one attempt;
 * - it honours `call.signal`, keeps no timer and no global, uses only the `fetch`, `now` and `memory` it was given;
 * - no retries, throttling or logging inside. One exception: a request refused for an expired token is made again once with a new one.
 *
 * The core owes the adapter:
 * - never more than `limits.batchSize` keys in a call;
 * - one `pull`, `sweep` or `glance` per account at a time, over all processes;
 * - `confirm` only after what it covers is committed, once a receipt, never repeated;
 * - retries of reads only; sends of one conversation in order, one in flight; equal reads in flight merged into one.
 */

/** Written once per provider, exported by its index.ts, listed in registry.ts. */
export interface ProviderModule<Credentials = unknown> {
  /** The folder's name. Stored with every account: it never changes. */
  readonly id: string;
  /** What people call it. */
  readonly title: string;
  /** Which side of a conversation its accounts speak for: the one called `us`. */
  readonly speaksAs: 'property' | 'guest';
  /** What it can do, as shown to callers. Must agree with the optional methods of its adapter (held to by the contract suite). */
  readonly abilities: readonly ProviderAbility[];
  /**
   * What connectAccount must be given. Unknown fields are refused. Every module takes `baseUrl`, defaulting to the real host.
   * Fields are described with `.describe()`; secret ones are listed in `secretFields`.
   */
  readonly credentials: z.ZodType<Credentials>;
  /** Names of the credential fields that are never shown again. */
  readonly secretFields: readonly string[];
  /** What the provider counts requests by: the account, or the application behind many accounts. Buckets are per key. */
  budgetKey(credentials: Credentials): string;
  readonly limits: Limits;
  /** Puts an adapter together. No network here: the first call is made when something is first asked. */
  connect(credentials: Credentials, deps: Deps): ProviderAdapter;
  /**
   * Judges one webhook delivery and reads it. Webhooks belong to the module, not to an account: `accounts` are the credentials of all
   * that are connected, and the verdict names them by index. The raw bytes are verified before anything is parsed. No network, no store.
   * Absent: the provider has no webhooks.
   */
  webhook?(delivery: WebhookDelivery, accounts: readonly Credentials[]): WebhookVerdict;
  /** More endpoints of ours that the provider calls, such as a token endpoint. Served under `/webhooks/<id>/<path>`. */
  readonly routes?: readonly ProviderRoute<Credentials>[];
  /** What the author of a message should know before it is sent. Pure; absent: nothing ever. */
  warn?(message: { readonly body: string }, facts: ConversationFacts | null): readonly SendWarning[];
}

/** What a provider can do beyond reading and sending text. */
export type ProviderAbility = 'attachments' | 'markRead' | 'noReplyNeeded' | 'close' | 'findConversation' | 'webhooks';

/** Everything an adapter may use of the world. */
export interface Deps {
  readonly fetch: Fetch;
  now(): Date;
  readonly memory: Memory;
  /** Passes on what an answer said of the hour's budget, of all requests under the account's `budgetKey`. */
  allowance?(told: Allowance): void;
  /** Notes facts of a call for the log, such as the provider's own request id. No secrets, no texts. */
  note?(facts: Readonly<Record<string, string | number | null>>): void;
}

/** The platform's fetch, narrowed to what adapters need. Rejects with ProviderError's causes: never a provider's own answer. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A small sealed JSON value per account: tokens, learned facts. Survives restarts.
 * `update` has one writer at a time over all processes: all who wait are then shown the new value, so a token is refreshed once.
 */
export interface Memory {
  read(): Promise<JsonObject>;
  /** `change` gets the latest value and returns the next one; it may call the provider. Returns what is stored afterwards. */
  update(change: (current: JsonObject) => JsonObject | Promise<JsonObject>): Promise<JsonObject>;
}

/** The circumstances of one call. */
export interface Call {
  /** Aborted when the deadline passes or nobody waits any more. Sends are never aborted for want of a waiting caller. */
  readonly signal: AbortSignal;
  /** Who waits: people go before the looks that keep accounts up to date, and these before sweeps. */
  readonly lane: Lane;
}

/** Names a conversation to its provider: its id where one is known, and how to reach it. */
export interface ConversationKey {
  /** Null: whatever conversation hangs on the address. */
  readonly externalId: ExternalConversationId | null;
  readonly address: Address;
}

/** Names one page of a thread. */
export interface PageKey {
  readonly conversation: ConversationKey;
  /** Where to continue towards older messages, from an earlier page's `older`; null for the newest page. */
  readonly older: string | null;
}

/** Names a booking to its provider. */
export interface BookingKey {
  readonly externalId: ExternalBookingId;
  readonly address: Address;
}

/** The answer to one key of a batch: a value, null where there is none, or why this one key failed. */
export type Slot<Value> =
  | { readonly ok: true; readonly value: Value | null }
  | { readonly ok: false; readonly error: ProviderError };

/** A provider's own place in its stream of changes: opaque to the core, under 4 KiB as JSON. */
export type Checkpoint = JsonObject;

/**
 * Proof of what was read, to be given back once it is stored. Opaque to the core but for `head`: what stands first in the stream,
 * the same in every read as long as nothing was confirmed.
 */
export type Receipt = JsonObject & { readonly head: Json };

/** What a look at the stream brought. */
export interface Pull {
  /** Oldest first where the provider lets that be known. */
  readonly events: readonly ProviderEvent[];
  /** Where to go on from. Stored in the same transaction as the events. */
  readonly checkpoint: Checkpoint | null;
  /** Ask again at once. */
  readonly more: boolean;
  /** To be confirmed after the commit, where the provider wants that. */
  readonly receipt: Receipt | null;
  /** At the end of a sweep that told every message by itself: no thread has to be read for what was there when it began. */
  readonly threadsTold?: true;
}

/** One connected account's way to its provider. */
export interface ProviderAdapter {
  /**
   * One cheap call that proves the credentials.
   * `identity` is the upstream account itself, the same whoever connected it: it is unique over all tenants.
   */
  verify(call: Call): Promise<{ readonly identity: string; readonly title: string | null }>;
  /** Slot i answers key i, with its newest page of messages where that is free. */
  conversations(keys: readonly ConversationKey[], call: Call): Promise<readonly Slot<ProviderConversation>[]>;
  /** Slot i answers page i; within a page, oldest first. A cursor that is no longer accepted is an `invalid` error in its slot. */
  messages(pages: readonly PageKey[], call: Call): Promise<readonly Slot<Page<ProviderMessage>>[]>;
  /** Tries once to deliver, and says what is known of the outcome. Never throws. */
  send(message: OutgoingMessage, call: Call): Promise<SendOutcome>;

  // Optional: present where the provider can. Absence is the capability answer; never "throws not implemented".

  /** What happened since `from` (null: from as early as the provider tells). Absent where there is no change feed. */
  pull?(from: Checkpoint | null, call: Call): Promise<Pull>;
  /** Tells the provider that a receipt's items are safe. A lost answer is not asked about again: the next pull tells. */
  confirm?(receipt: Receipt, call: Call): Promise<void>;
  /** One step of a walk over everything: the first import and the slow healing of what was missed. `more: false` ends the walk. */
  sweep?(from: Checkpoint | null, call: Call): Promise<Pull>;
  /** Where there is no change feed: the newest of what conversations hang from, so that new ones are found between sweeps. */
  glance?(call: Call): Promise<readonly ProviderEvent[]>;
  /** The conversation of a booking, also where nobody has written yet; null where there is no such booking. */
  findConversation?(
    of: { readonly property: string; readonly booking: string },
    call: Call,
  ): Promise<ProviderConversation | UnwrittenConversation | null>;
  /** Slot i answers key i. */
  bookings?(keys: readonly BookingKey[], call: Call): Promise<readonly Slot<ProviderBooking>[]>;
  /** Stores a file at the provider, to be named by a later send. */
  upload?(file: OutgoingFile, call: Call): Promise<ExternalAttachmentId>;
  /** Streams a file from the provider. */
  download?(attachment: ExternalAttachmentId, conversation: ConversationKey, call: Call): Promise<IncomingFile>;
  /** A file's name, type and size, where messages name files by their ids alone. Null where there is none. */
  describeAttachment?(
    attachment: ExternalAttachmentId,
    conversation: ConversationKey,
    call: Call,
  ): Promise<ProviderAttachment | null>;
  /** Marks the messages as read by our side. */
  markRead?(conversation: ConversationKey, messages: readonly ExternalMessageId[], call: Call): Promise<void>;
  setNoReplyNeeded?(conversation: ConversationKey, value: boolean, call: Call): Promise<void>;
  setClosed?(conversation: ConversationKey, closed: boolean, call: Call): Promise<void>;
}

/** A message that we were asked to deliver. */
export interface OutgoingMessage {
  readonly conversation: ConversationKey;
  readonly body: string;
  readonly attachments: readonly ExternalAttachmentId[];
}

export interface OutgoingFile {
  readonly conversation: ConversationKey;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface IncomingFile {
  readonly contentType: string | null;
  readonly size: number | null;
  readonly body: ReadableStream<Uint8Array>;
}

/** What is known after one attempt. */
export type SendOutcome =
  | {
      readonly kind: 'accepted';
      /** Null where the provider does not tell it. */
      readonly id: ExternalMessageId | null;
      readonly at: Date;
      readonly notes: readonly SendWarning[];
    }
  /** It certainly did not go out. */
  | { readonly kind: 'rejected'; readonly error: ProviderError }
  /** It may have gone out: look for its echo before anything else. */
  | { readonly kind: 'unknown'; readonly error: ProviderError };
