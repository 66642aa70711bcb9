import type { Times } from './domain/times.ts';
import type { Clock } from './lib/clock.ts';
import type { Database } from './store/database.ts';

/** Whether this process lives, and whether it should be sent callers. */
export interface Health {
  /** False while the event loop was held up lately: others would wait here. Asks nobody, the database least of all. */
  isAlive(): boolean;
  /** Whether callers can be served. A provider that is down is told in the answers, and changes nothing here. */
  isReady(): Promise<boolean>;
  /** The database has been migrated and checked, and work begins: it may be ready from here on. */
  start(): void;
  /** From here on it is not ready. */
  stop(): void;
}

export interface HealthParts {
  readonly db: Database;
  readonly clock: Clock;
  /** The machine's own in earnest: a loop that is held up is so in real time. */
  readonly pulse: Clock;
  readonly times: Times;
}

/** How long the database may take to say that it is there. */
const ANSWER_MS = 1_000;

export function createHealth({ db, clock, pulse, times }: HealthParts): Health {
  const stalls = watchLoop(pulse, times);
  let working = false;
  let unreachableSince: number | null = null;
  return {
    isAlive: () => !stalls.lately(),
    async isReady() {
      if (!working) return false;
      if (await answers(db, clock)) unreachableSince = null;
      else unreachableSince ??= clock.monotonic();
      // A database that comes back at once, as after a failover, need not send everybody away.
      return working && (unreachableSince === null || clock.monotonic() - unreachableSince <= times.unreachableMs);
    },
    start() {
      working = true;
      stalls.start();
    },
    stop() {
      working = false;
      stalls.stop();
    },
  };
}

function answers(db: Database, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ANSWER_MS, () => resolve(false));
    db.pool
      .query('SELECT 1')
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(cancel);
  });
}

/** A timer that comes late says that nothing else could run meanwhile. */
function watchLoop(clock: Clock, { stallMs, stallShownMs }: Times) {
  const everyMs = stallMs / 5;
  let beat: number | null = null;
  let stalledAt: number | null = null;
  let cancel = (): void => undefined;
  const look = (): void => {
    const now = clock.monotonic();
    if (beat !== null && now - beat - everyMs >= stallMs) stalledAt = now;
  };
  const turn = (): void => {
    look();
    beat = clock.monotonic();
    cancel = clock.after(everyMs, turn);
  };
  return {
    start: turn,
    stop() {
      beat = null;
      cancel();
    },
    lately(): boolean {
      // Who asks may come before the timer does; the beat stays the timer's.
      look();
      return stalledAt !== null && clock.monotonic() - stalledAt < stallShownMs;
    },
  };
}
