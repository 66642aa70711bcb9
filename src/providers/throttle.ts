import { ProviderError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Call } from './contract.ts';
import type { Budget, Lane, Limits, Silence } from './limits.ts';
import { createSilence } from './silence.ts';

/** Lets one account's requests through: as many at once as allowed, as many an hour as its budget has, people before looks before sweeps. */
export interface Throttle {
  /** Runs `work` when there is room. Throws `rate-limited` where the provider asked for silence or the hour is spent. */
  run<T>(call: Call, operation: string, work: () => Promise<T>): Promise<T>;
  /** The provider asked for silence until then. */
  hold(until: Date): void;
}

// Who goes first where several wait for a place.
const order: readonly Lane[] = ['person', 'background', 'sweep'];
// Calls that may wait for a place. Those beyond would hardly be answered in time, and are told so at once.
const MOST_WAITING = 256;

interface Waiting {
  readonly lane: Lane;
  readonly admit: () => void;
}

/** What accounts behind one budget key share. */
export interface Shared {
  /** Where the provider counts requests. */
  readonly budget?: Budget | null;
  readonly silence?: Silence;
}

/** One throttle an account: places are its own, so that one which hangs takes nobody else's. */
export function createThrottle(provider: string, limits: Limits, clock: Clock, shared: Shared = {}): Throttle {
  const { budget = null, silence = createSilence(clock) } = shared;
  let running = 0;
  const waiting: Waiting[] = [];

  const refused = (operation: string, message: string, retryAt: Date) =>
    new ProviderError({ provider, operation, kind: 'rate-limited', message, retryAt, noEffect: true });
  const refuseWhileHeld = (operation: string): void => {
    const until = silence.until();
    if (until) throw refused(operation, 'the provider asked to wait', until);
  };
  const leave = (): void => {
    const first = order.map((lane) => waiting.findIndex((one) => one.lane === lane)).find((place) => place >= 0);
    const [next] = waiting.splice(first ?? 0, 1);
    // The place is handed on: nobody who comes just now may take it too.
    if (next) next.admit();
    else running -= 1;
  };
  const enter = async (call: Call, operation: string): Promise<void> => {
    if (running >= limits.parallel) {
      if (waiting.length >= MOST_WAITING) throw crowded(provider, operation);
      return admitted(waiting, call);
    }
    running += 1;
  };
  return {
    async run(call, operation, work) {
      refuseWhileHeld(operation);
      await silence.look();
      refuseWhileHeld(operation);
      await budget?.admit(call.lane, operation);
      await enter(call, operation);
      try {
        // It may have asked for that while this one waited for its place.
        refuseWhileHeld(operation);
        return await work();
      } finally {
        leave();
      }
    },
    hold: (until) => silence.hold(until),
  };
}

function crowded(provider: string, operation: string): ProviderError {
  const message = `${MOST_WAITING} calls wait for this account already`;
  return new ProviderError({ provider, operation, kind: 'unavailable', message, noEffect: true });
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
