import type { Times } from '../domain/times.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../store/database.ts';
import type { Ingest } from './ingest.ts';
import type { Threads } from './threads.ts';

/** What looking after an account takes. */
export interface LookParts {
  readonly db: Database;
  readonly ingest: Ingest;
  readonly threads: Threads;
  readonly clock: Clock;
  readonly times: Times;
}

/** When the last walk must have ended for the next one to be due then. */
export function sweptAsIfDue({ sweepEveryMs }: Times, due: Date): Date {
  return new Date(due.getTime() - sweepEveryMs);
}
