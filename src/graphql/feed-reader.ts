import { GraphQLError } from 'graphql';
import type { Clock } from '../lib/clock.ts';
import type { FeedPosition } from './cursor.ts';
import { clientError } from './errors.ts';
import type { FeedListener, Moment, TenantFeed } from './feed-follower.ts';
import { CAUGHT_UP_MS, type Mark, markAt } from './feed-marks.ts';
import { LOG_PAGE } from './log-pages.ts';
import { eachOf, type PolledSource, type Waiter } from './polled-source.ts';

/** Where a reader begins. */
export interface Start {
  readonly at: FeedPosition;
  /** What comes next, where it had to be looked up in the log. */
  readonly page: readonly Moment[];
  /** It begins elsewhere than was asked for. */
  readonly gap?: boolean;
}

/** A feed as one subscriber reads it. */
export interface FeedSource<Told extends object = object> extends PolledSource<Told>, AsyncIterable<Told> {
  /** As the next so many polls would answer, as far as the page of the log at hand goes: nothing for whoever has caught up. */
  take(most: number): readonly Told[];
}

/** Whether that is a feed being read. */
export function isFeedSource(source: object): source is FeedSource {
  return source instanceof Reader;
}

/** Reads the feed on from there. With a clock, marks are told too, and gaps instead of a refusal. It leaves the feed at its end. */
export function createReader<Told extends Moment | Mark>(
  feed: TenantFeed,
  start: Start,
  wanted: (moment: Moment) => boolean,
  clock: Clock | null,
): FeedSource<Told> {
  return new Reader<Told>(feed, start, wanted, clock);
}

/** Whether that says that the feed cannot be resumed. */
export function isGap(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions['code'] === 'RESYNC_REQUIRED';
}

/** How far ahead of what is told the log is read, in events. */
const AHEAD = BigInt(2 * LOG_PAGE);

/** What the log has after that number, and those after it begun to be read. Throws RESYNC_REQUIRED where its successor is not kept. */
export async function pageAfter(feed: TenantFeed, seq: bigint): Promise<readonly Moment[]> {
  const page = await feed.readAfter(seq);
  if (page[0]?.position.seq !== seq + 1n) throw clientError('RESYNC_REQUIRED');
  const last = page.at(-1)?.position.seq ?? seq;
  for (let at = last; at < last + AHEAD && feed.position && at < feed.position.seq; at += BigInt(LOG_PAGE))
    void feed.readAfter(at).catch(() => undefined);
  return page;
}

/** A class, for thousands of them wait at the same time, and nearly all of them only wait. */
class Reader<Told extends Moment | Mark> implements FeedSource<Told>, FeedListener {
  readonly #feed: TenantFeed;
  readonly #wanted: (moment: Moment) => boolean;
  /** Null: no marks are wanted. */
  readonly #clock: Clock | null;
  #epoch: string;
  #last: bigint;
  #page: readonly Moment[];
  #pageAt = 0;
  #open = true;
  #refilling = false;
  #gap: boolean;
  /** When it was last told that it has caught up; null: not since there was more to read. */
  #caughtUpAt: number | null = null;
  #waiter: Waiter | null = null;
  /** What reading on came to, where it failed. */
  #failure: { readonly error: unknown } | null = null;

  constructor(feed: TenantFeed, start: Start, wanted: (moment: Moment) => boolean, clock: Clock | null) {
    this.#feed = feed;
    this.#epoch = start.at.epoch;
    this.#last = start.at.seq;
    this.#page = start.page;
    this.#gap = start.gap ?? false;
    this.#wanted = wanted;
    this.#clock = clock;
    feed.listen(this);
  }

  poll(): Told | null | undefined {
    if (!this.#open) return null;
    if (this.#refilling) return undefined;
    try {
      if (this.#failure) throw this.#failure.error;
      return (this.#next() ?? this.#mark()) as Told | undefined;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  take(most: number): readonly Told[] {
    const taken: Moment[] = [];
    while (taken.length < most && this.#open && this.#pageAt < this.#page.length) {
      const moment = this.#next();
      if (!moment) break;
      taken.push(moment);
    }
    return taken as readonly Moment[] as readonly Told[];
  }

  tell(waiter: Waiter): void {
    this.#waiter = waiter;
  }

  moved(): void {
    this.#waiter?.ready();
  }

  looked(): void {
    if (this.#clock && this.#caughtUpAt !== null) this.moved();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#page = nothing;
    this.#feed.unlisten(this);
    this.#feed.leave();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Told> {
    return eachOf(this);
  }

  /** The next moment that is wanted, where it is in memory. */
  #next(): Moment | undefined {
    const { position } = this.#feed;
    // Renumbered, or shorter than it was.
    if (position?.epoch !== this.#epoch || position.seq < this.#last) {
      this.#jump();
      return undefined;
    }
    while (this.#last < position.seq) {
      const moment = this.#page[this.#pageAt] ?? this.#feed.recent(this.#last + 1n);
      if (!moment) {
        // Further behind than memory reaches: back to the log, a page at a time.
        void this.#refill();
        return undefined;
      }
      this.#pageAt += 1;
      this.#last = moment.position.seq;
      if (this.#wanted(moment)) return moment;
    }
    this.#page = nothing;
    return undefined;
  }

  /** Goes on from the head where what comes next is lost, for those who are told of gaps; refuses to go on for others. */
  #jump(): void {
    const { position } = this.#feed;
    if (!this.#clock || !position) throw clientError('RESYNC_REQUIRED');
    this.#epoch = position.epoch;
    this.#last = position.seq;
    this.#page = nothing;
    this.#gap = true;
  }

  /** A gap, or that everything was told: once, and again after a while. */
  #mark(): Mark | undefined {
    if (!this.#clock || this.#refilling) return undefined;
    const position = { epoch: this.#epoch, seq: this.#last };
    if (this.#gap) {
      this.#gap = false;
      this.#caughtUpAt = null;
      return markAt(position, 'FeedGap');
    }
    const now = this.#clock.monotonic();
    if (this.#caughtUpAt !== null && now - this.#caughtUpAt < CAUGHT_UP_MS) return undefined;
    this.#caughtUpAt = now;
    return markAt(position, 'CaughtUp');
  }

  async #refill(): Promise<void> {
    this.#refilling = true;
    this.#caughtUpAt = null;
    try {
      this.#page = await pageAfter(this.#feed, this.#last);
      this.#pageAt = 0;
    } catch (error) {
      if (this.#clock && isGap(error)) this.#jump();
      else this.#failure = { error };
    }
    this.#refilling = false;
    this.moved();
  }
}

const nothing: readonly Moment[] = [];
