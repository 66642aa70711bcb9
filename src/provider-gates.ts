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
import type { Telemetry } from './telemetry/contract.ts';
import { traceAdapter } from './telemetry/traced-adapter.ts';

export interface GateParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly times: Times;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Told whether an account's provider is being asked: at first, and at each change. */
  readonly breakerChanged: (provider: string, id: AccountId, state: BreakerState) => void;
}

/** What calls go through: one budget and one silence a budget key; one breaker, its places and its retries an account. */
export function createGates(parts: GateParts): ConnectionParts['gate'] {
  const { clock, times, breakerChanged } = parts;
  const { meters, tracing } = parts.telemetry;
  const gates = new Map<string, Gate>();
  return (module, credentials) => {
    const key = `${module.id} ${module.budgetKey(credentials)}`;
    const known = gates.get(key);
    if (known) return known;
    const provider = module.id;
    const budget = createBudget(parts, module, credentials);
    const shared: Shared = { budget, silence: createSharedSilence(parts, module, credentials) };
    const observe = ({ operation, ms, error }: ObservedCall): void =>
      meters.upstream({ provider, operation, outcome: error?.kind ?? 'ok', ms });
    const guard = (adapter: ProviderAdapter, id: AccountId): ProviderAdapter =>
      guardAdapter(traceAdapter(adapter, provider, tracing), {
        ...{ provider, clock, times, observe, retries: createRetryBudget() },
        throttle: createThrottle(provider, module.limits, clock, shared),
        breaker: createBreaker({ provider, clock, times, changed: (state) => breakerChanged(provider, id, state) }),
      });
    const gate: Gate = { budget, guard };
    gates.set(key, gate);
    return gate;
  };
}
