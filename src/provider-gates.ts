import type { AccountId } from './domain/ids.ts';
import type { Times } from './domain/times.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { ObservedCall } from './providers/attempts.ts';
import { type BreakerState, createBreaker } from './providers/breaker.ts';
import type { ProviderAdapter } from './providers/contract.ts';
import { guardAdapter } from './providers/guard.ts';
import { createRetryBudget } from './providers/retry-budget.ts';
import { createThrottle, type Shared } from './providers/throttle.ts';
import type { Database } from './store/database.ts';
import { createBudget } from './sync/budgets.ts';
import type { ConnectionParts, Gate } from './sync/connections.ts';
import { createSharedSilence } from './sync/silence.ts';

export interface GateParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly times: Times;
  readonly log: Log;
  readonly observe?: (provider: string, call: ObservedCall) => void;
  readonly breakerChanged?: (provider: string, id: AccountId, state: BreakerState) => void;
}

/** What calls go through: one budget and one silence a budget key; one breaker, its places and its retries an account. */
export function createGates(parts: GateParts): ConnectionParts['gate'] {
  const { clock, times, observe, breakerChanged } = parts;
  const gates = new Map<string, Gate>();
  return (module, credentials) => {
    const key = `${module.id} ${module.budgetKey(credentials)}`;
    const known = gates.get(key);
    if (known) return known;
    const provider = module.id;
    const budget = createBudget(parts, module, credentials);
    const shared: Shared = { budget, silence: createSharedSilence(parts, module, credentials) };
    const guard = (adapter: ProviderAdapter, id: AccountId): ProviderAdapter =>
      guardAdapter(adapter, {
        ...{ provider, clock, times, retries: createRetryBudget() },
        throttle: createThrottle(provider, module.limits, clock, shared),
        breaker: createBreaker({ provider, clock, times, changed: (state) => breakerChanged?.(provider, id, state) }),
        ...(observe && { observe: (call: ObservedCall) => observe(provider, call) }),
      });
    const gate: Gate = { budget, guard };
    gates.set(key, gate);
    return gate;
  };
}
