/**
 * What Booking.com's papers leave open, or contradict themselves in. The defaults are what the newest reference says, else
 * what is likeliest. Every one may be changed while the simulator runs.
 */
export interface DemandSwitches {
  /** The order of the feed: as documented, or as in the official sample, which is in none. */
  feedOrder: 'newestFirst' | 'mixed';
  /** Which 100 are shown where more wait. */
  feedOverflow: 'oldest' | 'newest';
  /** What waits unconfirmed at the start. Read once. */
  feedAtStart: 'everything' | 'nothing';
  /** How long a message takes to appear in the feed, in milliseconds. */
  feedDelayMs: number;
  /** A poll sooner than that after the last gets an empty list; null: never. */
  minPollMs: number | null;
  /** Whether `reservation` may stand in for `conversation` when sending: the guides say so, the reference does not. */
  sendByReservation: 'accepted' | 'refused';
  /** Whose words 3.1 answers in: the reference's or the guides'. 3.2 and later have the reference's alone. */
  shapesOn31: 'reference' | 'guide';
  /** Whether numbers are taken where ids are texts. */
  idTypes: 'lenient' | 'strict';
  /** Fields that are not in the reference. */
  unknownParameters: 'refused' | 'ignored';
  /** What confirming something that does not wait gets. */
  confirmUnknown: 'ignored' | 'refused';
  /** Whether the account has been set up for messaging. */
  onboarded: boolean;
  /** How long a new reservation waits for its thread, in milliseconds. */
  conversationAfterMs: number;
  /** Whether the property's welcome stands in a new thread. */
  welcomeMessage: boolean;
  /** Whether properties answer by themselves within seconds, as the sandbox's does. */
  sandboxReplies: boolean;
  /** What a conversation or reservation that is not there gets: a conversation of null, or an error. */
  unknownConversation: 'empty' | 404 | 400;
  /** What a file that is too large or of a wrong type gets. */
  badUpload: 'invalid' | 'httpStatus';
  /** Whether an upload's bytes are held against its media type. */
  sniffsUploads: boolean;
  /** What writing into a closed thread gets. */
  closedSend: 403 | 400;
  /** Requests a minute; more are refused for a minute. Null: any number. */
  requestsPerMinute: number | null;
}

/** What the newest reference says, else what is likeliest. */
export const defaultSwitches: Readonly<DemandSwitches> = {
  feedOrder: 'newestFirst',
  feedOverflow: 'oldest',
  feedAtStart: 'everything',
  feedDelayMs: 0,
  minPollMs: null,
  sendByReservation: 'accepted',
  shapesOn31: 'reference',
  idTypes: 'lenient',
  unknownParameters: 'refused',
  confirmUnknown: 'ignored',
  onboarded: true,
  conversationAfterMs: 3_000,
  welcomeMessage: true,
  sandboxReplies: false,
  unknownConversation: 'empty',
  badUpload: 'invalid',
  sniffsUploads: false,
  closedSend: 403,
  requestsPerMinute: null,
};
