import type { Clock } from '../lib/clock.ts';
import type { TenantScope } from '../store/scope.ts';
import type { FeedPosition } from './cursor.ts';
import { clientError } from './errors.ts';
import type { FeedFollower, Moment, TenantFeed } from './feed-follower.ts';
import type { Mark } from './feed-marks.ts';
import { createReader, type FeedSource, isGap, pageAfter, type Start } from './feed-reader.ts';

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
export async function readFeed(follower: FeedFollower, request: FeedRequest): Promise<FeedSource<Moment>> {
  const { feed, start } = await open(follower, request);
  return createReader<Moment>(feed, start, request.wanted, null);
}

/** The same with marks: told when it has caught up, and where there is a gap, instead of refused. */
export async function readMarkedFeed(
  follower: FeedFollower,
  request: FeedRequest,
  clock: Clock,
): Promise<FeedSource<Moment | Mark>> {
  const { feed, start } = await open(follower, request, true);
  return createReader<Moment | Mark>(feed, start, request.wanted, clock);
}

async function open(
  follower: FeedFollower,
  request: FeedRequest,
  overGaps = false,
): Promise<{ readonly feed: TenantFeed; readonly start: Start }> {
  // Joined before anything is read: what is committed from here on is told, what was committed before is in the log.
  const feed = follower.join(request.scope);
  try {
    await feed.look();
    const start = startOf(feed, request.after).catch((error: unknown) => {
      if (!overGaps || !isGap(error) || !feed.position) throw error;
      return { at: feed.position, page: [], gap: true };
    });
    return { feed, start: await start };
  } catch (error) {
    feed.leave();
    throw error;
  }
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
