import { systemClock } from '../../src/lib/clock.ts';
import type { DatabaseKind } from '../helpers/database.ts';
import { trialsAt } from './choosing.ts';
import { type Desk, openDesk } from './desk.ts';
import { scenarios } from './scenarios.ts';

/** What came of one death. */
export interface Tried {
  readonly kind: DatabaseKind;
  readonly when: string;
  readonly point: string;
  /** From the deed's beginning until all had come right. */
  readonly ms: number;
  /** What went wrong, with the last words of the server; null: nothing. */
  readonly error: string | null;
}

/** Dies everywhere, so many times at each point: takes a quarter of an hour. `note` is told of each death as it is over. */
export async function dieEverywhere(kind: DatabaseKind, times: number, note: (tried: Tried) => void): Promise<void> {
  const [first = '', ...others] = Object.keys(scenarios);
  // The first has as many as the others together.
  const rest = async (): Promise<void> => {
    for (const provider of others) await dieAtDesk(kind, provider, times, note);
  };
  await Promise.all([dieAtDesk(kind, first, times, note), rest()]);
}

async function dieAtDesk(
  kind: DatabaseKind,
  provider: string,
  times: number,
  note: (tried: Tried) => void,
): Promise<void> {
  const trials = Array.from({ length: times }, () => trialsAt(kind, provider)).flat();
  let desk: Desk | null = null;
  for (const [n, { when, point, run }] of trials.entries()) {
    desk ??= await openDesk(kind, provider);
    const from = systemClock.monotonic();
    const error = await run(desk, { point, withDatabase: n % 2 === 1 }, n).then(() => null, String);
    note({
      kind,
      when,
      point,
      ms: Math.round(systemClock.monotonic() - from),
      error: error && error + desk.lastWords(),
    });
    if (error === null) continue;
    // What comes after a failure says nothing at the same desk.
    await desk.close();
    desk = null;
  }
  await desk?.close();
}
