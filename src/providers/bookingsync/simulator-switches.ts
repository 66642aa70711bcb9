/**
 * What the papers of BookingSync leave open, and the scenarios it is known for. The defaults are what is documented, else what is
 * likeliest. Every one may be changed while the simulator runs.
 */
export interface BookingsyncSwitches {
  /** What the account granted; without `clients_read`, say, guests stay nameless. */
  scopes: readonly string[];
  tokenLifetimeSeconds: number;
  /**
   * What an old refresh token is worth. `never` refuses it at once (a lost answer then costs the account); else it is refused once
   * its successor was used to refresh, so that whoever lost an answer can ask again.
   */
  oldRefreshToken: 'untilSuccessorUsed' | 'never';
  /** Requests an hour, over all accounts of the application; null: as many as the application has. */
  rateLimit: number | null;
  /** How 404 is told: only HTML pages were ever recorded. */
  notFound: 'json' | 'html';

  /** How long after its booking a conversation begins, for bookings from now on. */
  conversationAfterMs: number;
  /** How long what is written cannot be read yet, although it is dated and told of. */
  visibleAfterMs: number;
  /** Host participants that a conversation has by itself. One who has written is there in any case. */
  hostParticipant: 'present' | 'missing' | 'duplicate';
  defaultChannel: 'told' | 'null';
  sentAt: 'told' | 'null';
  /** Where `created_by` stands: no example shows it. */
  createdBy: 'top' | 'links' | 'absent';
  /** A value told instead of every channel that is there, as when they add one. */
  unknownChannel: string | null;
  /** Whether a message's `sent_at` must be given, as the reference says; a recorded POST came through without. */
  requireSentAt: boolean;
  /** Senders need not be participants of the conversation. */
  lenientSender: boolean;
  clientParticipants: 'accept' | 'refuse';
  /** Whether a new message moves its conversation's `updated_at`. */
  messageBumpsConversation: boolean;
  /** Whether a new conversation moves its booking's. */
  conversationBumpsBooking: boolean;
  /** Whether a closed conversation opens again when the guest writes. */
  guestReopens: boolean;

  /** No `include` is obeyed, as those of unknown names are not. */
  ignoreInclude: boolean;
  /** Whether a conversation's `include=messages`, which no page names, is obeyed. */
  includeMessages: boolean;

  /** How much of bookings is told. */
  bookingsScope: 'bookings_read' | 'public';
  /** Whether bookings that are over stay away from an `updated_since` too, as `from` defaults to now. */
  updatedSinceKeepsFrom: boolean;

  attachmentUrl: 'relative' | 'absolute';
  /** Whether a file is given out without a token. */
  attachmentAuth: 'none' | 'bearer';
  /** For how long an attachment's `url` works; null: for ever. */
  attachmentUrlLifetimeMs: number | null;

  /** How the signature's Base64 is broken into lines. */
  webhookSignature: 'wrapped60' | 'strict';
  /** How often a delivery that was not taken is tried again: after 1, 5 and 30 minutes, or never. */
  webhookRetries: 'none' | '3x';
  webhookDelayMs: number;
  /** What becomes of deliveries on the way. */
  deliveries: 'asTheyCome' | 'disordered' | 'dropsSome' | 'twice';
  /** Whether messages sent through the API are told as well. */
  selfWebhooks: boolean;
  /** What was subscribed to by hand. */
  webhookEvents: readonly string[];
}

/** What is documented, else what is likeliest. */
export const defaultSwitches: Readonly<BookingsyncSwitches> = {
  scopes: [
    ...['public', 'inbox_read', 'inbox_write', 'bookings_read', 'clients_read'],
    ...['applications_read', 'rentals_read'],
  ],
  tokenLifetimeSeconds: 7200,
  oldRefreshToken: 'untilSuccessorUsed',
  rateLimit: null,
  notFound: 'json',
  conversationAfterMs: 0,
  visibleAfterMs: 0,
  hostParticipant: 'present',
  defaultChannel: 'told',
  sentAt: 'told',
  createdBy: 'top',
  unknownChannel: null,
  requireSentAt: true,
  lenientSender: false,
  clientParticipants: 'accept',
  messageBumpsConversation: true,
  conversationBumpsBooking: false,
  guestReopens: false,
  ignoreInclude: false,
  includeMessages: true,
  bookingsScope: 'bookings_read',
  updatedSinceKeepsFrom: true,
  attachmentUrl: 'relative',
  attachmentAuth: 'none',
  attachmentUrlLifetimeMs: null,
  webhookSignature: 'wrapped60',
  webhookRetries: '3x',
  webhookDelayMs: 0,
  deliveries: 'asTheyCome',
  selfWebhooks: true,
  webhookEvents: [
    ...['inbox_conversation_created', 'inbox_conversation_updated'],
    ...['inbox_message_created', 'inbox_message_updated'],
  ],
};
