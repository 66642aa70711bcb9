import type {
  AccountId,
  BookingId,
  ConversationId,
  ExternalAttachmentId,
  ExternalBookingId,
  ExternalConversationId,
  ExternalLeadId,
  ExternalMessageId,
  ExternalParticipantId,
  LeadId,
  MessageId,
  ParticipantId,
} from './ids.ts';
import type { Json, JsonObject } from './json.ts';

/** Who wrote: the side that the account speaks for, or the other party. */
export type SentBy = 'us' | 'participant';

/** What else than its id is needed to reach a thing at its provider. Opaque outside the provider's folder; replaced at every sighting. */
export type Address = JsonObject;

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;

// What a provider tells us. Every field that a provider may leave out is nullable.

export interface ProviderParticipant {
  readonly externalId: ExternalParticipantId | null;
  readonly name: string | null;
  readonly email: string | null;
  /** They asked to be forgotten: what is stored of name and e-mail goes. */
  readonly forgotten?: true;
}

/** Somebody of our side, as the provider knows them. */
export interface Assignee {
  readonly externalId: string;
  readonly name: string | null;
}

export interface ProviderAttachment {
  readonly externalId: ExternalAttachmentId;
  readonly name: string | null;
  readonly contentType: string | null;
  /** Bytes. */
  readonly size: number | null;
}

export interface ProviderMessage {
  readonly externalId: ExternalMessageId;
  readonly body: string | null;
  readonly automated: boolean | null;
  readonly channel: string | null;
  /** The finest time the provider gives. */
  readonly sentAt: Date | null;
  /** Null for a system's message. */
  readonly sentBy: SentBy | null;
  /** The provider's own kind of message, such as `free_text`; `internal` is a note that the participant never sees. */
  readonly kind: string | null;
  /** The four below are null where the provider has no such thing. */
  readonly read: boolean | null;
  readonly urgent: boolean | null;
  readonly priority: number | null;
  readonly snoozeUntil: Date | null;
  readonly attachments: readonly ProviderAttachment[];
  /** As received. */
  readonly raw: Json;
}

/** A page of a thread, oldest first; `older` continues towards the beginning, null at the beginning. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly older: string | null;
}

/** What can be done in a conversation, as far as its provider says. Absent facts mean "as the module's abilities say". */
export interface ConversationFacts {
  readonly canReply: boolean | null;
  readonly replyUntil: Date | null;
  /** Why not, as a short code such as `read_only`. */
  readonly replyBlockedBy: string | null;
  /** What else its provider's folder wants to remember of it: opaque outside. */
  readonly details: JsonObject | null;
  /** Whether the participant is sent e-mails, as the last accepted send told. Absent: not known. */
  readonly mailed?: boolean;
}

export interface ProviderConversation {
  readonly externalId: ExternalConversationId;
  readonly address: Address;
  readonly participant: ProviderParticipant | null;
  readonly channel: string | null;
  readonly subject: string | null;
  readonly booking: ExternalBookingId | null;
  readonly lead: ExternalLeadId | null;
  readonly noReplyNeeded: boolean | null;
  readonly closedAt: Date | null;
  /** Who of our side is to look after it; null: nobody. Absent: the provider has no such thing. */
  readonly assignee?: Assignee | null;
  /** Up to when our side has read, where the provider marks conversations and not messages. Absent: not told. */
  readonly readUpTo?: Date | null;
  readonly facts: ConversationFacts | null;
  /** Its newest page of messages, where reading the conversation gave that too. */
  readonly newest: Page<ProviderMessage> | null;
  readonly raw: Json;
}

/** A conversation in which nobody has written yet: it has no id of its own and is known by its booking alone. */
export interface UnwrittenConversation {
  readonly externalId: null;
  readonly booking: ExternalBookingId;
  readonly address: Address;
  readonly participant: ProviderParticipant | null;
  readonly channel: string | null;
  readonly facts: ConversationFacts | null;
}

export interface ProviderBooking {
  readonly externalId: ExternalBookingId;
  /** Where its conversation is found, also while it has none yet. */
  readonly address: Address;
  readonly status: string | null;
  readonly confirmationCode: string | null;
  readonly checkIn: Day | null;
  readonly checkOut: Day | null;
  readonly guestsCount: number | null;
  readonly propertyName: string | null;
  readonly propertyExternalId: string | null;
  readonly raw: Json;
}

export interface ProviderLead {
  readonly externalId: ExternalLeadId;
  readonly address: Address;
  readonly status: string | null;
  /** The provider's own reference, such as `LD-000088`. */
  readonly reference: string | null;
  readonly checkIn: Day | null;
  readonly checkOut: Day | null;
  readonly guestsCount: number | null;
  readonly contactName: string | null;
  readonly contactEmail: string | null;
  readonly propertyName: string | null;
  readonly raw: Json;
}

/** One thing that a provider told. The order in which events of different kinds arrive does not matter. */
export type ProviderEvent =
  | { readonly type: 'booking'; readonly booking: ProviderBooking }
  | { readonly type: 'lead'; readonly lead: ProviderLead }
  | { readonly type: 'conversation'; readonly conversation: ProviderConversation }
  | {
      readonly type: 'message';
      readonly conversation: ExternalConversationId;
      readonly address: Address | null;
      readonly message: ProviderMessage;
    }
  | { readonly type: 'message-removed'; readonly message: ExternalMessageId }
  | { readonly type: 'unwritten'; readonly conversation: UnwrittenConversation }
  /** Something changed in there, and this does not say what. */
  | { readonly type: 'stale'; readonly conversation: ExternalConversationId }
  /** An item that could not be read: kept raw and counted, so that it blocks nothing behind it. */
  | { readonly type: 'unreadable'; readonly reason: string; readonly raw: Json };

// What we hold. `id` is ours and stable for ever.

export interface Conversation {
  readonly id: ConversationId;
  readonly accountId: AccountId;
  readonly externalId: ExternalConversationId | null;
  readonly address: Address;
  readonly participantId: ParticipantId | null;
  readonly participantName: string | null;
  readonly participantEmail: string | null;
  readonly participantExternalId: ExternalParticipantId | null;
  readonly channel: string | null;
  readonly subject: string | null;
  readonly bookingId: BookingId | null;
  readonly leadId: LeadId | null;
  readonly lastMessageId: MessageId | null;
  readonly lastMessageAt: Date | null;
  /** The place in lists: last message's time, else when first seen. */
  readonly orderAt: Date;
  readonly unreadCount: number;
  readonly noReplyNeeded: boolean | null;
  readonly closedAt: Date | null;
  readonly assignee: Assignee | null;
  readonly facts: ConversationFacts | null;
  /** When we last knew this to be in step with the provider. */
  readonly observedAt: Date;
  /** When its messages were last read at the provider; null while never. */
  readonly messagesReadAt: Date | null;
  /** Whether everything back to the first message is stored. */
  readonly historyComplete: boolean;
  /** Where the provider continues towards older messages; null at the beginning or before the first read. */
  readonly historyCursor: string | null;
}

export interface Message {
  readonly id: MessageId;
  readonly accountId: AccountId;
  readonly conversationId: ConversationId;
  readonly externalId: ExternalMessageId | null;
  readonly body: string | null;
  readonly automated: boolean | null;
  readonly channel: string | null;
  readonly sentAt: Date | null;
  readonly recordedAt: Date;
  /** Fixed when first stored: sentAt, else recordedAt. */
  readonly orderAt: Date;
  readonly sentBy: SentBy | null;
  readonly kind: string | null;
  readonly read: boolean | null;
  readonly urgent: boolean | null;
  readonly priority: number | null;
  readonly snoozeUntil: Date | null;
  readonly backfilled: boolean;
  /** Its text and files are gone for good. */
  readonly erased: boolean;
}

export interface Booking extends Omit<ProviderBooking, 'raw'> {
  readonly id: BookingId;
  readonly accountId: AccountId;
  readonly conversationId: ConversationId | null;
}

export interface Lead extends Omit<ProviderLead, 'raw'> {
  readonly id: LeadId;
  readonly accountId: AccountId;
  readonly conversationId: ConversationId | null;
}
