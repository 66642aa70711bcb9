import type { Clock } from '../lib/clock.ts';
import type { Silence } from './limits.ts';

const LONGEST_MS = 3_600_000;

/** A silence kept by this process alone. */
export function createSilence(clock: Clock): Silence {
  let heldUntil = 0;
  return {
    look: async () => undefined,
    until() {
      const now = clock.now().getTime();
      // One that ends later was noted by a clock that was ahead.
      return heldUntil > now && heldUntil <= now + LONGEST_MS ? new Date(heldUntil) : null;
    },
    hold(until) {
      heldUntil = Math.max(heldUntil, Math.min(until.getTime(), clock.now().getTime() + LONGEST_MS));
    },
  };
}
