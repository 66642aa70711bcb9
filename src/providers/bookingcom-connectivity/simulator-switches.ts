import type { Rate } from '../../simulator/gate.ts';

/**
 * What Booking.com's papers leave open, or contradict themselves in. The defaults are what is documented or was seen live,
 * else what is likeliest. Every one may be changed while the simulator runs.
 */
export interface ConnectivitySwitches {
  /** The order of the queue, for what arrived within one second. */
  queueOrder: 'arrival' | 'shuffledWithinSecond';
  /** What the account's queue holds at the start: it is enabled empty, unless it had been on before. Read once. */
  queueAtStart: 'empty' | 'everything';
  /** Whether the queue's endpoints are on for the machine account. What arrives while they are off is never queued. */
  queueEnabled: boolean;
  /** What confirming more than the last read gave gets. */
  confirmBeyondRead: 'drop' | 'refuse';
  /** How likely a confirmed message comes back within minutes, 0 to 1. */
  redelivery: number;
  /** How `data.ok` is typed: live, or as in the samples. */
  okType: 'boolean' | 'string';
  /** How a property's own id is typed among a thread's participants. */
  propertyIdType: 'string' | 'number';
  /** How the queue names a message's property. */
  queueProperty: 'string' | 'absent' | 'integer';
  /** How the queue calls the property's side. */
  queuePropertyKind: 'property' | 'hotel';
  /** How fine the queue tells a message's time. */
  queueTimestamps: 'second' | 'millisecond';
  /** How the queue tells its own time. */
  queueClock: 'withoutZone' | 'withZone';
  /** What a conversation list shows of each thread: its latest message with the live or the sample's fields, or all. */
  listMessages: 'latest' | 'latestAsInSamples' | 'allOldestFirst';
  /** How the last page of a list says so. */
  lastPage: 'absent' | 'empty' | 'null';
  /** The order within a page of a thread asked for by its id. */
  threadOrder: 'newestFirst' | 'oldestFirst';
  /** Whether threads hold one item that has tags and no id, as a sample does. */
  strayItems: boolean;
  /** Whether conversations and messages carry `tags`. */
  tags: 'present' | 'absent';
  /** What an unknown conversation, attachment or job gets. */
  unknownThing: 404 | 403;
  expiredJob: 404 | 410;
  /** When a thread turns `read_only`: with the property's own window, or with the guest's 66 days. */
  readOnlyFrom: 'propertyWindow' | 'guestWindow';
  /** What writing into a closed thread gets. */
  readOnlySend: 403 | 400;
  /** What becomes of a link that the property has not approved. */
  blockedLink: 'replaced' | 'refused' | 'notDelivered';
  /** Hosts that the property approved. */
  approvedHosts: readonly string[];
  /** How a search result says that it is not ready. */
  searchPending: 200 | 202;
  searchReadyAfterMs: number;
  /** What a span above 90 days gets. */
  longSearch: 'refuse' | 'clamp';
  searchPageSize: number;
  /** Requests in a window, else 429. */
  rateLimit: Rate | null;
  /** Whether a 429 says when to come back. */
  retryAfter: boolean;
  /** What a version nobody knows gets. */
  unknownVersion: 'oldest' | 'refuse';
  /** The portal's feature `enable_self_services_messaging`. */
  selfServiceMessaging: boolean;
  /** The portal's feature `messaging_api_rtb_enabled`: whether requests to book are shown. */
  requestToBook: boolean;
  /** How long a new reservation waits for its thread, in milliseconds. */
  conversationAfterMs: number;
  /** What a guest's answer by mail brings along. */
  mailReply: 'clean' | 'subject' | 'quote' | 'subjectAndQuote';
  /** What `is_set` says after a message was marked unread: as documented, or as seen live. */
  unreadAnswer: 'documented' | 'live';
  /** How many bytes a megabyte has. */
  megabyte: 1_048_576 | 1_000_000;
  /** Whether an upload's bytes are held against its media type. */
  sniffsUploads: boolean;
  /** What a download of more than 5 MB at once gets. */
  longDownload: 'cut' | 'refuse';
  /** Whether the byte at `to` is part of a range. */
  rangeEnd: 'inclusive' | 'exclusive';
  /** How the notification service asks our endpoint for a token. */
  tokenRequest: 'form' | 'json' | 'basic';
  /** How deliveries go wrong: each twice, the older of two later, or every third never. */
  deliveries: 'once' | 'twice' | 'disordered' | 'dropsSome';
}

/** What is documented or was seen live, else what is likeliest. */
export const defaultSwitches: Readonly<ConnectivitySwitches> = {
  queueOrder: 'arrival',
  queueAtStart: 'empty',
  queueEnabled: true,
  confirmBeyondRead: 'drop',
  redelivery: 0.01,
  okType: 'boolean',
  propertyIdType: 'string',
  queueProperty: 'string',
  queuePropertyKind: 'property',
  queueTimestamps: 'second',
  queueClock: 'withoutZone',
  listMessages: 'latest',
  lastPage: 'absent',
  threadOrder: 'newestFirst',
  strayItems: false,
  tags: 'present',
  unknownThing: 404,
  expiredJob: 404,
  readOnlyFrom: 'propertyWindow',
  readOnlySend: 403,
  blockedLink: 'replaced',
  approvedHosts: ['booking.com', 'www.booking.com'],
  searchPending: 200,
  searchReadyAfterMs: 4_000,
  longSearch: 'refuse',
  searchPageSize: 50,
  rateLimit: null,
  retryAfter: false,
  unknownVersion: 'oldest',
  selfServiceMessaging: true,
  requestToBook: false,
  conversationAfterMs: 0,
  mailReply: 'clean',
  unreadAnswer: 'documented',
  megabyte: 1_048_576,
  sniffsUploads: false,
  longDownload: 'cut',
  rangeEnd: 'inclusive',
  tokenRequest: 'form',
  deliveries: 'once',
};
