import { ProviderError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Call } from './contract.ts';
import type { Budget, Lane, Limits } from './limits.ts';

/** Lets requests of one budget through: as many at once as allowed, as many an hour as allowed, people before looks before sweeps. */
export interface Throttle {
  /** Runs `work` when there is room. Throws `rate-limited` where the provider asked for silence or the hour is spent. */
  run<T>(call: Call, operation: string, work: () => Promise<T>): Promise<T>;
  /** The provider asked for silence until then. */
  hold(until: Date): void;
}

// Who goes first where several wait for a place.
const order: readonly Lane[] = ['person', 'background', 'sweep'];

interface Waiting {
  readonly lane: Lane;
  readonly admit: () => void;
}

/** One throttle per budget key; `budget` where the provider counts requests. */
export function createThrottle(provider: string, limits: Limits, clock: Clock, budget: Budget | null = null): Throttle {
  let heldUntil = 0;
  let running = 0;
  const waiting: Waiting[] = [];

  const refuse = (operation: string, message: string, retryAt: Date) =>
    new ProviderError({ provider, operation, kind: 'rate-limited', message, retryAt, noEffect: true });
  const refuseWhileHeld = (operation: string): void => {
    if (heldUntil > clock.now().getTime()) throw refuse(operation, 'the provider asked to wait', new Date(heldUntil));
  };
  const leave = (): void => {
    const first = order.map((lane) => waiting.findIndex((one) => one.lane === lane)).find((place) => place >= 0);
    const [next] = waiting.splice(first ?? 0, 1);
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
      await budget?.admit(call.lane, operation);
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
