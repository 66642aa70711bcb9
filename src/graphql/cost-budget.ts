import type { GraphQLError } from 'graphql';
import type { Limits } from '../domain/limits.ts';
import type { Clock } from '../lib/clock.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { type CostQuestion, costLimit, judgeCost } from './cost.ts';
import { clientError } from './errors.ts';

/** What an operation costs its token, as `extensions.cost` tells it. */
export interface Cost {
  readonly requested: number;
  /** What the token has left, with this operation paid. */
  readonly remaining: number;
  /** What it can have at most. */
  readonly limit: number;
  /** What it gets back each second. */
  readonly refill: number;
}

/** Whether an operation may run, and what it cost. */
export interface Bill {
  /** What to answer instead of running it; nothing is paid then. */
  readonly error: GraphQLError | null;
  /** Absent where the variables are wrong, so that nothing can be said of what it would have cost. */
  readonly extensions?: { readonly cost: Cost };
}

/** Lets each token spend so much at once and so much a second, whatever it is spent on. */
export interface CostBudgets {
  charge(actor: string, question: CostQuestion): Bill;
}

/** Tokens whose budgets are remembered: of one that is forgotten the budget is full again. */
const TOKENS = 10_000;

/**
 * Budgets are this process's own: behind several servers a token may spend with each. A budget shared by them would cost a statement
 * an operation, which is more than most operations cost.
 */
export function createCostBudgets(limits: Pick<Limits, 'costBudget' | 'costRefill'>, clock: Clock): CostBudgets {
  const { costBudget: limit, costRefill: refill } = limits;
  const most = Math.min(costLimit, limit);
  const purses = createBoundedCache<string, { points: number; at: number }>(TOKENS);

  const purseOf = (actor: string): { points: number; at: number } => {
    const now = clock.monotonic();
    const purse = purses.get(actor);
    if (!purse) {
      const full = { points: limit, at: now };
      purses.set(actor, full);
      return full;
    }
    purse.points = Math.min(limit, purse.points + ((now - purse.at) / 1000) * refill);
    purse.at = now;
    return purse;
  };
  return {
    charge(actor, question) {
      const judged = judgeCost(question);
      if (typeof judged !== 'number') return { error: judged };
      const purse = purseOf(actor);
      const error = refusal(judged, most, purse.points, refill);
      if (!error) purse.points -= judged;
      const cost = { requested: judged, remaining: Math.floor(purse.points), limit, refill };
      return { error, extensions: { cost } };
    },
  };
}

function refusal(requested: number, most: number, points: number, refill: number): GraphQLError | null {
  if (requested > most) return clientError('COST_EXCEEDED', undefined, { cost: requested, limit: most });
  if (requested <= points) return null;
  const retryAfter = Math.max(1, Math.ceil((requested - points) / refill));
  const http = { status: 429, headers: { 'retry-after': String(retryAfter) } };
  return clientError('RATE_LIMITED', `The token has spent its budget. Wait ${retryAfter} s.`, { retryAfter, http });
}
