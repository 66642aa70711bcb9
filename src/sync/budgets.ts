import { createHash } from 'node:crypto';
import { ProviderError } from '../domain/errors.ts';
import type { RequestBudget } from '../domain/gateway.ts';
import type { Clock } from '../lib/clock.ts';
import type { Fetch, ProviderModule } from '../providers/contract.ts';
import type { Allowance, Budget, Lane } from '../providers/limits.ts';
import { type BudgetState, budgetState, type NewHour, noteBudget, takeRequest } from '../store/budgets.ts';
import type { Database } from '../store/database.ts';

/** An hour's requests of one `budgetKey`, counted over all processes, a request at a time. */
export interface SharedBudget extends Budget {
  /** Counts every request before it is made. Rejects with `rate-limited`, and nothing is sent, where the hour is used up. */
  counted(fetch: Fetch): Fetch;
  /** What an answer of the provider said. */
  told(allowance: Allowance): Promise<void>;
  state(): Promise<RequestBudget>;
}

const HOUR_MS = 3_600_000;

// What of an hour's requests is left to those who go before: people have all of it, sweeps stop while there is plenty for looks.
const kept: Readonly<Record<Lane, number>> = { person: 0, background: 0.1, sweep: 0.4 };

/** The budget of an account's provider; null where that counts no requests. */
export function createBudget(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  module: ProviderModule,
  credentials: unknown,
): SharedBudget | null {
  const { requestsPerHour: usual } = module.limits;
  if (usual === null) return null;
  const provider = module.id;
  const key = { provider, key: createHash('sha256').update(module.budgetKey(credentials)).digest() };
  const hour = (): NewHour => ({ now: clock.now(), resetsAt: nextHour(clock.now()), usual });
  const refused = (operation: string, { resetsAt }: BudgetState): ProviderError =>
    new ProviderError({
      ...{ provider, operation, kind: 'rate-limited', noEffect: true, retryAt: resetsAt },
      message: "this hour's requests are used up",
    });
  // Nothing was sent, and it may be over at the next try.
  const uncounted =
    (operation: string) =>
    (cause: unknown): never => {
      const message = 'its requests cannot be counted at the moment, by a fault of ours';
      throw new ProviderError({ provider, operation, kind: 'unavailable', noEffect: true, message, cause });
    };
  let last: BudgetState | null = null;
  return {
    async admit(lane, operation) {
      const state = await asked(() => budgetState(db, key, hour()), uncounted(operation));
      if (state.used + 1 > state.allowed * (1 - kept[lane])) throw refused(operation, state);
    },
    counted: (fetch) => async (url, init) => {
      const { taken, ...state } = await asked(() => takeRequest(db, key, hour()), uncounted('request'));
      last = state;
      if (!taken) throw refused('request', state);
      return fetch(url, init);
    },
    async told({ limit, remaining, resetAt }) {
      const told = { allowed: limit, used: limit - remaining, resetsAt: resetAt };
      if (last && saysNothingNew(last, told)) return;
      last = told;
      await noteBudget(db, key, told, clock.now());
    },
    async state() {
      const { allowed, used, resetsAt } = await budgetState(db, key, hour());
      return { limit: allowed, remaining: Math.max(0, allowed - used), resetAt: resetsAt };
    },
  };
}

async function asked<T>(question: () => Promise<T>, failed: (cause: unknown) => never): Promise<T> {
  try {
    return await question();
  } catch (error) {
    return failed(error);
  }
}

/** Most answers say what was counted here already: nothing to write. */
function saysNothingNew(known: BudgetState, told: BudgetState): boolean {
  const sameHour = known.resetsAt.getTime() === told.resetsAt.getTime();
  return sameHour && known.allowed === told.allowed && told.used <= known.used;
}

/** Until a provider says otherwise it is taken to count by the hours of the clock. */
function nextHour(now: Date): Date {
  return new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS);
}
