import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseKind } from '../helpers/database.ts';
import { choose, scenariosAt, trialsAt } from './choosing.ts';
import { type Desk, openDesk } from './desk.ts';
import { live } from './dying.ts';
import { exempt, ownTime, scenarios } from './scenarios.ts';

// All of them would take a quarter of an hour: they belong into the long run.
const CHOSEN: Readonly<Record<string, number>> = { 'bookingcom-connectivity': 6, bookingsync: 2, lavanda: 4 };
const SEED = 20261126;
const A_DEATH_MS = 60_000;
const READY_WITHIN_MS = 5_000;

const listed = new Set([
  ...Object.values(scenarios).flatMap((all) => all.flatMap(({ points }) => points)),
  ...[...ownTime.starting, ...ownTime.stopping, 'before publish', 'after publish'],
]);
const isExempt = (point: string): boolean => (point.split(' ').at(-1) ?? '') in exempt;

/** A server that is killed, and one that takes its place, on that kind of database. */
export function describeDeaths(kind: DatabaseKind): void {
  describe.each(Object.keys(scenarios))(`a server (${kind}, %s)`, (provider) => {
    let desk: Desk;
    let n = 0;
    beforeAll(async () => {
      desk = await openDesk(kind, provider);
    });
    afterAll(() => desk.close());

    it.each(scenariosAt(kind, provider).map((scenario) => ({ ...scenario, scenario })))(
      'passes every point that is named for it and none that nobody named, when $name',
      async ({ scenario }) => {
        n += 1;
        const passed = await live(desk, scenario, n);
        const missing = scenario.points.filter((point) => !passed.includes(point));
        expect(missing, 'these points are named in scenarios.ts, and no longer passed').toEqual([]);
        const unnamed = passed.filter((point) => !listed.has(point) && !isExempt(point));
        expect(unnamed, 'these points are passed, and no scenario in scenarios.ts dies there').toEqual([]);
      },
      A_DEATH_MS,
    );

    it.each(choose(trialsAt(kind, provider), CHOSEN[provider] ?? 5, SEED))(
      'is killed $point, when $when: all comes right with the next one',
      async ({ point, run }) => {
        n += 1;
        await run(desk, { point, withDatabase: n % 2 === 1 }, n);
      },
      A_DEATH_MS,
    );

    // One of the quickest: while others have the processors, most may take longer.
    it('is ready within 5 s after a death', () => {
      const times = desk.readyAfter.toSorted((a, b) => a - b);
      expect(times[Math.floor(times.length / 4)]).toBeLessThan(READY_WITHIN_MS);
    });
  });
}
