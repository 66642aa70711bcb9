import type { TenantId } from '../domain/ids.ts';
import type { Message } from '../domain/messaging.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Database } from '../store/database.ts';
import { type FeedEvent, feedHead } from '../store/events.ts';
import { feedTopic } from '../store/feed.ts';
import { readMoments } from '../store/moments.ts';
import type { TenantScope } from '../store/scope.ts';
import type { FeedPosition } from './cursor.ts';
import { createLogPages, LOG_PAGE } from './log-pages.ts';

/** One event of the feed. All who follow the feed are handed the same object. */
export interface Moment {
  readonly position: FeedPosition;
  readonly event: FeedEvent;
  /** The message that it is about, as it was when the event was read; null where there is none (any more). */
  readonly message: Message | null;
  /** What was read from the log together with it, by whoever was behind: the same object for all of a page. Null for what is new. */
  readonly page: object | null;
}

/** Whoever reads a feed. */
export interface FeedListener {
  /** Called when there is more to read, or the feed was renumbered. Must not throw. */
  moved(): void;
  /** Called at every look, whether there is more or not. Absent: not of interest. */
  looked?(): void;
}

/** A tenant's feed as this process follows it: once, for however many subscribers. */
export interface TenantFeed {
  /** How far it was read; null until the first look is over. */
  readonly position: FeedPosition | null;
  /** The event of that number, where it is one of the newest 256. */
  recent(seq: bigint): Moment | undefined;
  /** Resolves when all that was committed before this call has been read. Throws what the store throws. */
  look(): Promise<void>;
  /** The events after that number from the log itself, oldest first, at most a page of them, up to the first hole in the numbers. */
  readAfter(seq: bigint): Promise<readonly Moment[]>;
  /** Has the listener told whenever the position changed, until `unlisten`. */
  listen(listener: FeedListener): void;
  unlisten(listener: FeedListener): void;
  readonly readers: number;
  /** To be called once by each who joined. The last to leave ends the following. */
  leave(): void;
}

/** Follows the feeds of those tenants who have subscribers here. */
export interface FeedFollower {
  /** The tenant's feed, followed from now on. */
  join(scope: TenantScope): TenantFeed;
  /** How many are reading on, or waiting to. */
  readonly readers: number;
}

export interface FeedFollowerOptions {
  readonly db: Database;
  readonly wakes: Wakes;
  readonly clock: Clock;
  /** How often to look when no hint comes. */
  readonly lookEveryMs: number;
  readonly log: Log;
}

/** Events kept in memory for those about to read them. */
const RECENT = 256;

/** Follows nothing until somebody joins. */
export function createFeedFollower(options: FeedFollowerOptions): FeedFollower {
  const tenants = new Map<TenantId, { readonly feed: TenantFeed; readonly stop: () => void; followers: number }>();
  const leave = (tenantId: TenantId): void => {
    const followed = tenants.get(tenantId);
    if (!followed) return;
    followed.followers -= 1;
    if (followed.followers > 0) return;
    tenants.delete(tenantId);
    followed.stop();
  };
  const follow = (scope: TenantScope) => {
    const { feed, doubt } = createTenantFeed(options, scope, () => leave(scope.tenantId));
    return { feed, followers: 0, stop: keepLooking(options, scope, feed, doubt) };
  };
  return {
    join(scope) {
      const followed = tenants.get(scope.tenantId) ?? follow(scope);
      tenants.set(scope.tenantId, followed);
      followed.followers += 1;
      return followed.feed;
    },
    get readers() {
      return [...tenants.values()].reduce((sum, { feed }) => sum + feed.readers, 0);
    },
  };
}

/** Looks at every hint, and every so often anyway. The returned function ends that. */
function keepLooking(
  options: FeedFollowerOptions,
  scope: TenantScope,
  feed: TenantFeed,
  doubt: () => void,
): () => void {
  const look = (): void => {
    feed.look().catch((error: unknown) => {
      options.log.warn({ err: error }, 'A feed could not be read; it is looked at again shortly.');
    });
  };
  const unlisten = options.wakes.listen(feedTopic(scope.tenantId), look);
  let cancel = (): void => undefined;
  const lookLater = (): void => {
    cancel = options.clock.after(options.lookEveryMs, () => {
      doubt();
      look();
      lookLater();
    });
  };
  lookLater();
  return () => {
    cancel();
    unlisten();
  };
}

/** `doubt` has the next look make sure that the numbering still holds. */
function createTenantFeed(
  { db, clock }: FeedFollowerOptions,
  scope: TenantScope,
  leave: () => void,
): { feed: TenantFeed; doubt: () => void } {
  const pages = createLogPages((after) => momentsAfter(db, scope, after, {}), clock);
  const listeners = new Set<FeedListener>();
  let recent: readonly Moment[] = [];
  let position: FeedPosition | null = null;
  let doubted = false;

  const moveTo = (to: FeedPosition, kept: readonly Moment[]): void => {
    position = to;
    recent = kept.slice(-RECENT);
    for (const listener of listeners) listener.moved();
  };
  /** Begins at the head, with what came shortly before it for those who were only away for a moment. */
  const begin = async (head: FeedPosition): Promise<FeedPosition> => {
    const start = head.seq > RECENT ? head.seq - BigInt(RECENT) : 0n;
    const moments = await momentsAfter(db, scope, { ...head, seq: start });
    const at = moments.at(-1)?.position ?? head;
    moveTo(at, moments);
    return at;
  };
  const readOn = async (): Promise<void> => {
    let at = position;
    let head: FeedPosition | null = null;
    if (!at || doubted) {
      head = await feedHead(db, scope);
      doubted = false;
      for (const listener of listeners) listener.looked?.();
      // Another numbering, or a log shorter than what was read of it (a restored backup): start anew.
      if (!at || at.epoch !== head.epoch || at.seq > head.seq) at = await begin(head);
    }
    for (;;) {
      const moments = await momentsAfter(db, scope, at);
      const first = moments[0];
      const last = moments.at(-1);
      if (!first || !last) {
        // There was more, and nothing of it is kept.
        if (head && at.seq < head.seq) await begin(head);
        return;
      }
      const joins = first.position.seq === at.seq + 1n;
      at = last.position;
      moveTo(at, joins ? [...recent, ...moments] : moments);
    }
  };
  const feed: TenantFeed = {
    get position() {
      return position;
    },
    recent: (seq) => (recent[0] ? recent[Number(seq - recent[0].position.seq)] : undefined),
    look: oneAtATime(readOn),
    readAfter: async (seq) => (position ? pages.after(seq, position.epoch) : []),
    listen: (listener) => void listeners.add(listener),
    unlisten: (listener) => void listeners.delete(listener),
    get readers() {
      return listeners.size;
    },
    leave,
  };
  return {
    feed,
    doubt: () => {
      doubted = true;
    },
  };
}

/** Runs once more after the run in hand for all who asked meanwhile: that run may have missed what was committed since it began. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    next = null;
    current = run().finally(() => {
      current = null;
    });
    return current;
  };
  return () => {
    if (!current) return start();
    next ??= current.then(start, start);
    return next;
  };
}

/** A page of events, oldest first, numbered without a hole, with their messages. */
async function momentsAfter(
  db: Database,
  scope: TenantScope,
  after: FeedPosition,
  page: object | null = null,
): Promise<readonly Moment[]> {
  const moments = await readMoments(db, scope, after.seq, LOG_PAGE);
  const first = moments[0]?.event.seq ?? 0n;
  const dense = moments.filter(({ event }, i) => event.seq === first + BigInt(i));
  return dense.map(({ event, message }) => ({
    position: { epoch: after.epoch, seq: event.seq },
    event,
    message,
    page,
  }));
}
