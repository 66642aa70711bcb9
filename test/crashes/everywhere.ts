import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../../src/lib/clock.ts';
import { migrationsDirectory, readMigrations } from '../../src/store/migrations.ts';
import type { DatabaseKind } from '../helpers/database.ts';
import { trialsAt } from './choosing.ts';
import { type Desk, openDesk } from './desk.ts';
import { createReleases, dieMigrating, pointsOfMigrating, wholeAfter } from './migrating.ts';
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

/** Dies once at each point of bringing a database up to date: a new one, and one of the first release. */
export async function dieMigratingEverywhere(kind: DatabaseKind, note: (tried: Tried) => void): Promise<void> {
  const { length } = await readMigrations(migrationsDirectory);
  for (const had of [0, 1])
    for (const point of pointsOfMigrating(length - had, had === 0)) {
      const releases = createReleases();
      const from = systemClock.monotonic();
      const error = await dieMigrating(await releases.of(kind, had), point).then(
        async (found) => (isDeepStrictEqual(found, await wholeAfter(had)) ? null : JSON.stringify(found)),
        String,
      );
      await releases.end();
      const when = had === 0 ? 'a new database is made' : 'a database is brought up to date';
      note({ kind, when, point, ms: Math.round(systemClock.monotonic() - from), error });
    }
}
