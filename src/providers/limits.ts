import type { ReplyWindow } from '../domain/gateway.ts';

/** Who waits for a call: people, the looks that keep accounts up to date, or walks over everything. */
export type Lane = 'person' | 'background' | 'sweep';

/** Facts about a provider, as data. */
export interface Limits {
  /** Keys that one call of `conversations` or `messages` may be given. */
  readonly batchSize: number;
  /** Messages that one page of a thread holds at most. */
  readonly pageSize: number;
  /** How often an account is looked at when nobody hints, in milliseconds. */
  readonly pullEveryMs: number;
  /** How soon a read may follow an equal one, in milliseconds, whoever asks. */
  readonly minGapMs: number;
  /** Requests an hour for one `budgetKey`; null where none is known. */
  readonly requestsPerHour: number | null;
  /** Characters that a message may have; null where none is known. */
  readonly maxTextLength: number | null;
  /** Requests in flight for one account. */
  readonly parallel: number;
  /** Until when conversations can be answered and read, counted in days; null where no such rule is known. */
  readonly replyWindow: ReplyWindow | null;
  /** Null where messages carry no attachments. `types` are media types. */
  readonly attachments: { readonly types: readonly string[]; readonly maxBytes: number } | null;
}

/** What a provider said of the requests it still takes. */
export interface Allowance {
  /** Requests an hour. */
  readonly limit: number;
  readonly remaining: number;
  /** When it counts anew. */
  readonly resetAt: Date;
}

/** What is left of an hour's requests. */
export interface Budget {
  /** Throws `rate-limited`, with the time when it counts anew, where nothing is left for that lane. */
  admit(lane: Lane, operation: string): Promise<void>;
}

/** The time for which a provider asked to be left alone, by all who call under one budget key. */
export interface Silence {
  /** Learns what other processes were told. */
  look(): Promise<void>;
  /** When it is over; null where none is known here. */
  until(): Date | null;
  /** Never cuts a longer one short, and is at most an hour. */
  hold(until: Date): void;
}
