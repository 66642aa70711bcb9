import { ProviderError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Call } from './contract.ts';
import type { Limits } from './limits.ts';

/** Lets requests of one budget through: as many at once as allowed, as many an hour as allowed, people before sweeps. */
export interface Throttle {
  /** Runs `work` when there is room. Throws `rate-limited` where the provider asked for silence or the hour is spent. */
  run<T>(call: Call, operation: string, work: () => Promise<T>): Promise<T>;
  /** The provider asked for silence until then. */
  hold(until: Date): void;
}

// Below this share of the hour's requests only people are served.
const KEPT_FOR_PEOPLE = 0.1;
const HOUR_MS = 3_600_000;

interface Waiting {
  readonly lane: Call['lane'];
  readonly admit: () => void;
}

/** One throttle per budget key. */
export function createThrottle(provider: string, limits: Limits, clock: Clock): Throttle {
  let heldUntil = 0;
  let running = 0;
  const waiting: Waiting[] = [];
  const bucket = limits.requestsPerHour === null ? null : createBucket(limits.requestsPerHour, clock);

  const refuse = (operation: string, message: string, retryAt: Date) =>
    new ProviderError({ provider, operation, kind: 'rate-limited', message, retryAt, noEffect: true });
  const refuseWhileHeld = (operation: string): void => {
    if (heldUntil > clock.now().getTime()) throw refuse(operation, 'the provider asked to wait', new Date(heldUntil));
  };
  const leave = (): void => {
    const person = waiting.findIndex((one) => one.lane === 'person');
    const [next] = waiting.splice(Math.max(0, person), 1);
    // The place is handed on: nobody who comes just now may take it too.
    if (next) next.admit();
    else running -= 1;
  };
  const enter = async (call: Call): Promise<void> => {
    if (running >= limits.parallel) return admitted(waiting, call);
    running += 1;
  };
  return {
    async run(call, operation, work) {
      refuseWhileHeld(operation);
      const retryAt = bucket?.take(call.lane) ?? null;
      if (retryAt) throw refuse(operation, "this hour's requests are used up", retryAt);
      await enter(call);
      try {
        // It may have asked for that while this one waited for its place.
        refuseWhileHeld(operation);
        return await work();
      } finally {
        leave();
      }
    },
    hold(until) {
      heldUntil = Math.max(heldUntil, until.getTime());
    },
  };
}

function admitted(waiting: Waiting[], call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const quit = (): void => {
      waiting.splice(waiting.indexOf(entry), 1);
      reject(call.signal.reason);
    };
    const entry: Waiting = {
      lane: call.lane,
      admit: () => {
        call.signal.removeEventListener('abort', quit);
        resolve();
      },
    };
    if (call.signal.aborted) return reject(call.signal.reason);
    call.signal.addEventListener('abort', quit, { once: true });
    waiting.push(entry);
  });
}

/** A bucket that fills evenly over the hour. `take` answers null, or when the next request of that lane is free. */
function createBucket(perHour: number, clock: Clock): { take(lane: Call['lane']): Date | null } {
  let tokens = perHour;
  let filledAt = clock.monotonic();
  return {
    take(lane) {
      const now = clock.monotonic();
      tokens = Math.min(perHour, tokens + ((now - filledAt) / HOUR_MS) * perHour);
      filledAt = now;
      const floor = lane === 'person' ? 0 : perHour * KEPT_FOR_PEOPLE;
      if (tokens - 1 >= floor) {
        tokens -= 1;
        return null;
      }
      const missing = floor + 1 - tokens;
      return new Date(clock.now().getTime() + Math.ceil((missing / perHour) * HOUR_MS));
    },
  };
}
