import { type Clock, every } from '../lib/clock.ts';

/** Whoever is sent more than it reads. */
export interface Backlogged {
  /** Bytes that wait to be sent. */
  readonly unsent: number;
  /** It had its time to read them. */
  giveUp(): void;
}

/** Ends those who leave too much unread for too long (DELIVERY 4.5). */
export interface Backlogs {
  /** Until the returned function is called. */
  watch(one: Backlogged): () => void;
}

/** How much may wait for how long, and how often is looked. */
export const backlogLimits = { bytes: 1024 * 1024, ms: 10_000, everyMs: 2_000 } as const;

/** Keeps no timer while nobody is watched. */
export function createBacklogs(clock: Clock): Backlogs {
  const watched = new Set<Backlogged>();
  const since = new Map<Backlogged, number>();
  let end = (): void => undefined;
  const look = (): void => {
    const now = clock.monotonic();
    for (const one of watched) {
      if (one.unsent <= backlogLimits.bytes) {
        since.delete(one);
        continue;
      }
      const start = since.get(one) ?? now;
      since.set(one, start);
      if (now - start < backlogLimits.ms) continue;
      forget(one);
      one.giveUp();
    }
  };
  const forget = (one: Backlogged): void => {
    since.delete(one);
    if (watched.delete(one) && watched.size === 0) end();
  };
  return {
    watch(one) {
      if (watched.size === 0) end = every(clock, backlogLimits.everyMs, look);
      watched.add(one);
      return () => forget(one);
    },
  };
}
