import type { Caller, Context, Surroundings } from './context.ts';
import { createLoaders } from './loaders.ts';

/** One operation, or one event of a subscription, under way. */
export interface Operation {
  readonly context: Context;
  /** Must be called when the answer is complete: gives the deadline's timer back. */
  end(): void;
}

/** A fresh context whose signal is aborted at the operation's deadline, or when `client`, the caller's connection, is. */
export function beginOperation(surroundings: Surroundings, caller: Caller, client?: AbortSignal): Operation {
  const ending = new AbortController();
  const abort = (): void => ending.abort();
  const cancel = surroundings.clock.after(surroundings.times.operationDeadlineMs, abort);
  if (client?.aborted) abort();
  client?.addEventListener('abort', abort, { once: true });
  const { db, gateway } = surroundings;
  const loaders = createLoaders({ db, gateway, scope: caller.scope, signal: ending.signal });
  return {
    context: { ...surroundings, caller, signal: ending.signal, loaders, trouble: [] },
    end() {
      cancel();
      client?.removeEventListener('abort', abort);
    },
  };
}
