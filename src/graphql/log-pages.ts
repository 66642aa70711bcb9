import type { Clock } from '../lib/clock.ts';
import type { FeedPosition } from './cursor.ts';

/** The size of a page of the log, in events. */
export const LOG_PAGE = 1024;

/** Pages of a feed's log, read once for all who are about as far behind. */
export interface LogPages<Item> {
  /** What comes after that number, to the end of its page. */
  after(seq: bigint, epoch: string): Promise<readonly Item[]>;
}

// Pages kept for those who come next, and for how long: what they are about may change meanwhile.
const KEPT = 8;
const KEPT_MS = 2_000;

interface Kept<Item> {
  readonly key: string;
  readonly readAt: number;
  readonly items: Promise<readonly Item[]>;
}

/** Keeps no page yet. `read` reads the events after a place, oldest first, at most a page of them. */
export function createLogPages<Item extends { readonly position: FeedPosition }>(
  read: (after: FeedPosition) => Promise<readonly Item[]>,
  clock: Clock,
): LogPages<Item> {
  let kept: readonly Kept<Item>[] = [];
  const pageFrom = (after: FeedPosition): Promise<readonly Item[]> => {
    const key = `${after.epoch} ${after.seq}`;
    const now = clock.monotonic();
    const known = kept.find((page) => page.key === key && now - page.readAt < KEPT_MS);
    if (known) return known.items;
    const items = read(after);
    kept = [...kept.filter((page) => page.key !== key).slice(1 - KEPT), { key, readAt: now, items }];
    const forget = (): void => {
      kept = kept.filter((page) => page.items !== items);
    };
    // The last page grows, and one that could not be read is none.
    items.then((page) => page.length < LOG_PAGE && forget(), forget);
    return items;
  };
  return {
    async after(seq, epoch) {
      const size = BigInt(LOG_PAGE);
      const page = await pageFrom({ epoch, seq: (seq / size) * size });
      return page.filter((item) => item.position.seq > seq);
    },
  };
}
