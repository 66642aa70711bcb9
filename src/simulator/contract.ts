import type { SentBy } from '../domain/messaging.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallLog } from './calls.ts';
import type { MessageChange, Special } from './estate.ts';
import type { Faults } from './faults.ts';
import type { SimulatorFetch } from './host.ts';
import type { World } from './world.ts';

/*
 * What a simulator is: a provider played on its real wire protocol, as a `fetch`. Each provider's folder has one in its
 * simulator.ts, exported as `createSimulator`; the demo and the contract suite find it there and drive it through this alone.
 *
 * All names here are the provider's external ids, as its API shows them. What is said of "us" is the side that the account
 * speaks for; the participant is the other one: the guest, or the property on an account that speaks for guests.
 * Where a method names what does not exist it throws a RangeError: a script that does nothing should fail loudly.
 */

/** What differs between providers in what can be promised of them at best. Exported as `traits` by a simulator.ts; absent: the first of each. */
export interface ProviderTraits {
  /** The least upstream calls that reading so many conversations with so many of their messages takes. Absent: one. */
  readonly leastCalls?: (of: { readonly conversations: number; readonly messages: number }) => number;
  /** What says that something was read: each message, or its conversation up to a time. */
  readonly readMarks?: 'messages' | 'conversations';
  /** What a file that was handed in can be sent in: the conversation it was handed in for, or any of the account. */
  readonly filesBelongTo?: 'conversation' | 'account';
  /** Whether a webhook delivery says what happened, or only that something did. */
  readonly webhooksTell?: 'news' | 'hints';
}

/** How every simulator is made. Switches left out have the provider's documented behaviour. */
export interface SimulatorOptions<Switches> {
  readonly world: World;
  readonly clock: Clock;
  readonly switches?: Partial<Switches>;
  /** Tells two upstream accounts of one provider apart: another name gives other credentials. Absent: `demo`. */
  readonly account?: string;
}

/** The export `createSimulator` of every provider's simulator.ts. */
export type CreateSimulator<Switches extends object = object> = (
  options: SimulatorOptions<Switches>,
) => ProviderSimulator<Switches>;

export interface ProviderSimulator<Switches extends object = object> {
  /** The provider's HTTP host. Looks at paths, not at the host's name, so it can be served from anywhere (see loopback.ts). */
  readonly fetch: SimulatorFetch;
  /** The real host's base URL, in the meaning of the `baseUrl` of the provider's credentials. */
  readonly baseUrl: string;
  /** All base URLs that this `fetch` answers for, `baseUrl` the first: some providers have a host of its own for tokens. */
  readonly baseUrls: readonly string[];
  /** The address fields of the credentials where the simulator is served from `url` (no slash at its end), such as a loopback. */
  addresses(url: string): Readonly<Record<string, string>>;
  /** Accepted credentials as connectAccount takes them, without `baseUrl`. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** The same shape, refused by the provider. */
  readonly badCredentials: Readonly<Record<string, unknown>>;
  /** Unsettled facts about the provider. May be changed at any time; the next request is answered accordingly. */
  readonly switches: Switches;
  /** Scripted trouble; operations are named as in `calls`. */
  readonly faults: Faults;
  /** Every request taken. */
  readonly calls: CallLog;
  /** What was taken from our side for delivery through the API, in order. Two equal entries are a message sent twice. */
  readonly sent: readonly SentMessage[];
  readonly world: World;
  /** The participant writes. Answers the message's id. */
  guestWrites(conversation: string, body: string, options?: GuestWriteOptions): string;
  /** Somebody of ours writes in the provider's own inbox, past this API. What the participant wrote counts as read then. */
  hostWritesElsewhere(conversation: string, body: string): string;
  /** A file that somebody handed in, to be named when they write. Absent where messages carry none. Answers its id. */
  addAttachment?(conversation: string, file: NewAttachmentTruth): string;
  /** Every file handed in so far, from whichever side, in order. Absent where messages carry none. */
  attachments?(): readonly AttachmentTruth[];
  /** What the provider holds about a thread beside its messages. Absent where it holds nothing. */
  stateOf?(conversation: string): ConversationState;
  /** Somebody changes a message in the provider's own inbox. */
  changeMessage(message: string, change: MessageChange): void;
  /** One signed webhook delivery, not sent anywhere. Null where the provider has none, or none for that. */
  webhook(news?: WebhookNews): SignedDelivery | null;
  /**
   * The provider fetches a token from our endpoint at `tokenUrl`, and carries it in its deliveries from then on.
   * Rejects where it is given none. Absent where deliveries are signed.
   */
  authorizeWebhooks?(tokenUrl: string, fetch: SimulatorFetch): Promise<void>;
  /** Every message is told to an endpoint of ours from now on, as the provider does. The returned function stops it. */
  deliverWebhooks?(target: DeliveryTarget): () => void;
  /** The truth to compare with: every conversation that a caller of the API can reach as the switches are, oldest first. */
  conversations(): readonly ConversationTruth[];
  /** A booking with its conversations, when these have begun. */
  addBooking(news?: Parameters<World['addBooking']>[0]): BookingTruth;
  /** A conversation with what it hangs from. */
  addConversation(news?: Parameters<World['addConversation']>[0]): ConversationTruth;
  /** The participant was taken off: the conversation is no longer found. */
  removeConversation(conversation: string): void;
  /** Every token handed out so far is refused from now on. Absent where credentials are sent as they are. */
  expireTokens?(): void;
}

export interface GuestWriteOptions {
  /** May lie in the past. Absent: now. */
  readonly at?: Date;
  readonly channel?: string;
  /** Ids from `addAttachment`. */
  readonly attachments?: readonly string[];
  /** A structured request instead of mere words, where the provider has such. */
  readonly special?: Special;
}

/** Where the provider delivers to. */
export interface DeliveryTarget {
  readonly tokenUrl: string;
  readonly url: string;
  readonly fetch: SimulatorFetch;
}

export interface NewAttachmentTruth {
  /** Whose it is; absent: the participant's. */
  readonly by?: SentBy;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A file as it is in truth. */
export interface AttachmentTruth {
  readonly externalId: string;
  readonly conversationExternalId: string;
  /** Where it was sent; empty while it is only handed in. */
  readonly messageExternalIds: readonly string[];
  readonly sentBy: SentBy;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A thread beside its messages, as it is in truth. */
export interface ConversationState {
  /** Whether our side may write now. */
  readonly writable: boolean;
  /** When that ends or ended; null where nothing ends it. */
  readonly writableUntil: Date | null;
  /** Null where the provider has no such mark. */
  readonly noReplyNeeded: boolean | null;
  /** Structured requests that nothing has answered yet, oldest first: ids of their messages. */
  readonly openRequests: readonly string[];
}

export interface SentMessage {
  readonly conversationExternalId: string;
  readonly messageExternalId: string;
  readonly body: string;
  readonly at: Date;
  /** Ids of the files sent with it. */
  readonly attachments: readonly string[];
}

export interface WebhookNews {
  /** What it is about, where the provider's events can say so. */
  readonly conversation?: string;
  /** The delivery's own id, to repeat one. Absent: a new one. */
  readonly id?: string;
  /** When it claims to be signed. Absent: now. */
  readonly at?: Date;
  /** Signed with something else than the account's secret. */
  readonly secret?: string;
  /** Of a message it is about; absent: the newest of its conversation. */
  readonly message?: string;
  /** What is carried where deliveries are authorized by a token of ours. */
  readonly token?: string;
}

/** A webhook request as it would arrive. Header names are lower case; the signature covers `body` as UTF-8. */
export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ConversationTruth {
  readonly externalId: string;
  readonly participantName: string | null;
  readonly participantEmail: string | null;
  readonly bookingExternalId: string | null;
  readonly leadExternalId: string | null;
  readonly propertyExternalId: string | null;
  /** Oldest first. */
  readonly messages: readonly MessageTruth[];
}

/** A message as the API tells it: `sentAt` as coarse as there. */
export interface MessageTruth {
  readonly externalId: string;
  readonly sentBy: SentBy;
  readonly body: string;
  readonly sentAt: Date;
  /** The two below are null where the provider does not say. */
  readonly automated: boolean | null;
  readonly channel: string | null;
  readonly read: boolean | null;
}

export interface BookingTruth {
  readonly externalId: string;
  /** Of the conversations that the API gives now. */
  readonly conversationExternalIds: readonly string[];
}
