import type { TenantScope } from '../store/scope.ts';
import type { FeedPosition } from './cursor.ts';
import { clientError } from './errors.ts';
import type { FeedFollower, FeedListener, Moment, TenantFeed } from './feed-follower.ts';

/** What one subscriber wants to be told, and from where on. */
export interface FeedRequest {
  readonly scope: TenantScope;
  /** After which event to begin; null: from now on. */
  readonly after: FeedPosition | null;
  /** What does not pass is read over: it never holds back what comes after it. */
  readonly wanted: (moment: Moment) => boolean;
}

/**
 * Reads a tenant's feed in order, each event once: what was missed first, then what comes, as it comes. `return` ends it at once,
 * also while it waits. Throws RESYNC_REQUIRED, here or while reading, where the feed cannot be resumed from that place.
 */
export async function readFeed(follower: FeedFollower, request: FeedRequest): Promise<AsyncIterableIterator<Moment>> {
  // Joined before anything is read: what is committed from here on is told, what was committed before is in the log.
  const feed = follower.join(request.scope);
  try {
    await feed.look();
    return new Reader(feed, await startOf(feed, request.after), request.wanted);
  } catch (error) {
    feed.leave();
    throw error;
  }
}

interface Start {
  readonly at: FeedPosition;
  /** What comes next, where it had to be looked up in the log. */
  readonly page: readonly Moment[];
}

async function startOf(feed: TenantFeed, after: FeedPosition | null): Promise<Start> {
  const { position } = feed;
  if (!position) throw clientError('RESYNC_REQUIRED');
  if (!after) return { at: position, page: [] };
  if (after.epoch !== position.epoch || after.seq > position.seq) throw clientError('RESYNC_REQUIRED');
  const next = after.seq + 1n;
  if (after.seq === position.seq || feed.recent(next)) return { at: after, page: [] };
  return { at: after, page: await pageAfter(feed, after.seq) };
}

async function pageAfter(feed: TenantFeed, seq: bigint): Promise<readonly Moment[]> {
  const page = await feed.readAfter(seq);
  // Its successor is not kept any more.
  if (page[0]?.position.seq !== seq + 1n) throw clientError('RESYNC_REQUIRED');
  return page;
}

/** A class, and one pending promise a reader: thousands of them wait at the same time, and nearly all of them only wait. */
class Reader implements AsyncIterableIterator<Moment>, FeedListener {
  readonly #feed: TenantFeed;
  readonly #epoch: string;
  readonly #wanted: FeedRequest['wanted'];
  #last: bigint;
  #page: readonly Moment[];
  #pageAt = 0;
  #open = true;
  #refilling = false;
  #waiting: PromiseWithResolvers<IteratorResult<Moment>> | null = null;

  constructor(feed: TenantFeed, start: Start, wanted: FeedRequest['wanted']) {
    this.#feed = feed;
    this.#epoch = start.at.epoch;
    this.#last = start.at.seq;
    this.#page = start.page;
    this.#wanted = wanted;
    feed.listen(this);
  }

  next(): Promise<IteratorResult<Moment>> {
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    this.moved();
    return promise;
  }

  async return(): Promise<IteratorResult<Moment>> {
    this.#close();
    return end;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Answers who waits, if that can be done by now. */
  moved(): void {
    if (!this.#waiting || this.#refilling) return;
    try {
      const moment = this.#open ? this.#take() : null;
      if (moment !== undefined) this.#settle(moment ? { value: moment, done: false } : end);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The next moment that is wanted, where it is in memory. */
  #take(): Moment | undefined {
    const { position } = this.#feed;
    // Renumbered, or shorter than it was.
    if (position?.epoch !== this.#epoch || position.seq < this.#last) throw clientError('RESYNC_REQUIRED');
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
    this.#page = [];
    return undefined;
  }

  async #refill(): Promise<void> {
    this.#refilling = true;
    try {
      this.#page = await pageAfter(this.#feed, this.#last);
      this.#pageAt = 0;
    } catch (error) {
      this.#fail(error);
    }
    this.#refilling = false;
    this.moved();
  }

  #settle(result: IteratorResult<Moment>): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(result);
  }

  #fail(error: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#close();
    waiting?.reject(error);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#page = [];
    this.#feed.unlisten(this);
    this.#feed.leave();
    this.#settle(end);
  }
}

const end: IteratorResult<Moment> = { value: undefined, done: true };
