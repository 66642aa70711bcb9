import type { BookingsyncSimulator } from '../../src/providers/bookingsync/simulator.ts';
import type { TestApp } from '../helpers/app.ts';
import { HOUR_MS } from './bookingsync-desk.ts';

interface BudgetShown {
  readonly accounts: readonly {
    readonly state: string;
    readonly budget: { readonly limit: number; readonly remaining: number; readonly resetAt: string } | null;
  }[];
}

/** What is left of the hour, as accounts show it. */
export const budgetsOf = async (t: TestApp) =>
  (await t.ask<BudgetShown>('{ accounts { state budget { limit remaining resetAt } } }')).data.accounts;

/** Requests that count, by the hour of the clock. */
export function callsByHour(simulators: readonly BookingsyncSimulator[]): readonly number[] {
  const counted = simulators.flatMap(({ calls }) => calls.entries.filter(({ operation }) => operation !== 'token'));
  const hours = Map.groupBy(counted, ({ at }) => Math.floor(at.getTime() / HOUR_MS));
  return [...hours].toSorted(([a], [b]) => a - b).map(([, calls]) => calls.length);
}
