import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import type { Database } from '../store/database.ts';
import {
  PRUNED_AT_ONCE,
  pruneBudgets,
  pruneDeliveries,
  pruneEvents,
  pruneKeys,
  pruneUnverified,
  tenantsToPrune,
} from '../store/pruning.ts';

export interface PrunerParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly times: Times;
  readonly log: Log;
}

/** Deletes what has been kept long enough, a little at a time. Two processes that do so at once do no harm. */
export function createPruner({ db, clock, times, log }: PrunerParts): Loop {
  return createLoop({
    name: 'pruner',
    clock,
    async turn(signal) {
      const now = clock.now().getTime();
      const ago = (ms: number): Date => new Date(now - ms);
      const oldest = ago(times.eventRetentionMs);
      for (const tenantId of await tenantsToPrune(db, oldest))
        await untilDone(signal, () => pruneEvents(db, tenantId, oldest));
      await untilDone(signal, () => pruneKeys(db, ago(times.idempotencyMs)));
      await untilDone(signal, () => pruneDeliveries(db, ago(times.deliveryIdMs)));
      await untilDone(signal, () => pruneBudgets(db, ago(times.eventRetentionMs)));
      await untilDone(signal, () => pruneUnverified(db, ago(times.connectWithinMs)));
      return times.pruneEveryMs;
    },
    onError(error) {
      log.error({ err: error }, 'what is old could not be deleted');
      return times.pruneEveryMs;
    },
  });
}

/** Everything else has a chance between two statements. */
async function untilDone(signal: AbortSignal, prune: () => Promise<number>): Promise<void> {
  while (!signal.aborted && (await prune()) === PRUNED_AT_ONCE);
}
