import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { ProviderModule } from '../providers/contract.ts';
import type { Silence } from '../providers/limits.ts';
import { noteSilence, silenceUntil } from '../store/budgets.ts';
import type { Database } from '../store/database.ts';

const LONGEST_MS = 3_600_000;

export interface SilenceParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** The silence that a provider asked for, kept by all processes that call under one budget key. */
export function createSharedSilence(
  { db, clock, log }: SilenceParts,
  module: ProviderModule,
  credentials: unknown,
): Silence {
  // A key of its own beside that of the budget: both may stand for one account.
  const text = JSON.stringify(['silence', module.budgetKey(credentials)]);
  const key = { provider: module.id, key: createHash('sha256').update(text).digest() };
  let heldUntil = 0;
  let looking: Promise<void> | null = null;
  const latest = (): number => clock.now().getTime() + LONGEST_MS;
  const learn = (until: number): void => {
    // One that ends later was noted by a clock that was ahead.
    if (until <= latest()) heldUntil = Math.max(heldUntil, until);
  };
  // Only a hint: a provider that is asked too early says so again.
  const ask = async (): Promise<void> => {
    try {
      const until = await silenceUntil(db, key);
      if (until) learn(until.getTime());
    } catch (error) {
      log.warn({ err: error }, 'whether a provider asked to wait could not be looked up');
    }
  };
  return {
    // All who come while a look is under way are answered by it.
    look() {
      looking ??= ask().finally(() => {
        looking = null;
      });
      return looking;
    },
    until() {
      const now = clock.now().getTime();
      return heldUntil > now && heldUntil <= latest() ? new Date(heldUntil) : null;
    },
    hold(until) {
      const kept = Math.min(until.getTime(), latest());
      if (kept <= heldUntil) return;
      heldUntil = kept;
      noteSilence(db, key, new Date(kept)).catch((error: unknown) =>
        log.error({ err: error }, 'other servers could not be told that a provider asked to wait'),
      );
    },
  };
}
