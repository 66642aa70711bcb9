import type { TenantScope } from '../store/scope.ts';
import type { FeedPosition } from './cursor.ts';
import { clientError } from './errors.ts';
import type { FeedFollower, Moment, TenantFeed } from './feed-follower.ts';

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
    return createReader(feed, await startOf(feed, request.after), request.wanted);
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

function createReader(feed: TenantFeed, start: Start, wanted: FeedRequest['wanted']): AsyncIterableIterator<Moment> {
  let last = start.at.seq;
  let page = start.page;
  let pageAt = 0;
  let open = true;
  let wake = (): void => undefined;
  const unlisten = feed.onMove(() => wake());

  const close = (): void => {
    if (!open) return;
    open = false;
    page = [];
    unlisten();
    feed.leave();
    wake();
  };
  const take = (): Moment | undefined => {
    const moment = page[pageAt] ?? feed.recent(last + 1n);
    if (moment?.position.epoch !== start.at.epoch) return undefined;
    pageAt += 1;
    last = moment.position.seq;
    return moment;
  };
  const refill = async (): Promise<void> => {
    page = [];
    // Renumbered, or shorter than it was.
    if (feed.position?.epoch !== start.at.epoch || feed.position.seq < last) throw clientError('RESYNC_REQUIRED');
    // Further behind than memory reaches: back to the log, a page at a time.
    if (last < feed.position.seq) {
      page = await pageAfter(feed, last);
      pageAt = 0;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const next = async (): Promise<IteratorResult<Moment>> => {
    try {
      while (open) {
        const moment = take();
        if (!moment) await refill();
        else if (wanted(moment)) return { value: moment, done: false };
      }
      return { value: undefined, done: true };
    } catch (error) {
      close();
      throw error;
    }
  };
  return {
    next,
    async return() {
      close();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
