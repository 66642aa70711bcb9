export type Topic = 'checkIn' | 'parking' | 'wifi' | 'lateArrival' | 'heating' | 'luggage' | 'pets' | 'longStay';

/** What is said about one topic, in turn: the guest asks, the host answers, the guest closes. */
export interface Exchange {
  readonly ask: string;
  readonly answer: string;
  readonly close: string;
}

/** How guests and hosts talk in one language. */
export interface Phrases {
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  /** The host's automatic first message; `{name}` and `{property}` are filled in. */
  readonly welcome: string;
  /** The same to somebody who has only asked so far. */
  readonly interest: string;
  readonly exchanges: Readonly<Record<Topic, Exchange>>;
  /** A guest's answers to a question, and to anything else. */
  readonly toQuestion: readonly string[];
  readonly toStatement: readonly string[];
  /** What a guest writes unasked. */
  readonly spontaneous: readonly string[];
}
