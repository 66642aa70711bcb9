import type { Times } from '../domain/times.ts';
import type { Log } from '../lib/log.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import type { Wakes } from '../lib/wake.ts';
import { ERASED_AT_ONCE } from '../store/erased-rows.ts';
import { feedTopic } from '../store/feed.ts';
import { accountsKeeping, eraseOldMessages, forgetOldPeople, type Keeping } from '../store/retention.ts';
import { continueErasures, type ErasureParts } from './erasure.ts';
import { ERASURES_TOPIC } from './topics.ts';

export interface ForgetterParts extends ErasureParts {
  readonly wakes: Wakes;
  readonly times: Times;
  readonly log: Log;
}

const DAY_MS = 86_400_000;

/** Ends erasures that were begun, and erases what tenants keep no longer, a little at a time. Two processes that do so do no harm. */
export function createForgetter(parts: ForgetterParts): Loop {
  const { db, clock, times, log } = parts;
  let retireAt = 0;
  // One that cannot be done keeps nobody else's from being done.
  const failed = (error: unknown): void => log.error({ err: error }, 'what is to be erased could not be');
  const loop = createLoop({
    name: 'forgetter',
    clock,
    async turn(signal) {
      const waiting = await continueErasures(parts, signal, failed);
      if (clock.monotonic() >= retireAt) {
        for (const keeping of await accountsKeeping(db)) await retire(parts, keeping, signal).catch(failed);
        retireAt = clock.monotonic() + times.retireEveryMs;
      }
      return waiting > 0 ? times.eraseEveryMs : times.pruneEveryMs;
    },
    onError(error) {
      failed(error);
      return times.eraseEveryMs;
    },
  });
  // For as long as there are wakes: a loop that was stopped is not woken any more.
  parts.wakes.listen(ERASURES_TOPIC, () => loop.wake());
  return loop;
}

async function retire({ db, clock, wakes }: ForgetterParts, keeping: Keeping, signal: AbortSignal): Promise<void> {
  const now = clock.now();
  const before = new Date(now.getTime() - keeping.days * DAY_MS);
  const steps = [eraseOldMessages, forgetOldPeople];
  for (const step of steps) {
    let done: number;
    do {
      done = await step(db, keeping.accountId, before, now);
      if (done > 0) wakes.notify(feedTopic(keeping.tenantId));
    } while (done === ERASED_AT_ONCE && !signal.aborted);
  }
}
