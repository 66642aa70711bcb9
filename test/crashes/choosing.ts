import { createManualClock } from '../../src/lib/clock.ts';
import type { DatabaseKind } from '../helpers/database.ts';
import type { Desk } from './desk.ts';
import { die, dieStarting, dieStopping } from './dying.ts';
import { ownTime, publishing, type Scenario, scenarios } from './scenarios.ts';
import type { Death } from './server-child.ts';

/** One death that a test is about. */
export interface Trial {
  /** When it happens, as a title says it. */
  readonly when: string;
  readonly point: string;
  run(desk: Desk, death: Death, n: number): Promise<void>;
}

/** What is done at a provider's desk on that kind of database. */
export function scenariosAt(kind: DatabaseKind, provider: string): readonly Scenario[] {
  const [first] = Object.keys(scenarios);
  const extra = kind === 'postgres' && provider === first ? [publishing] : [];
  return [...extra, ...(scenarios[provider] ?? [])];
}

/** Every death there is at a provider's desk; those in a server's own time are at one of the desks. */
export function trialsAt(kind: DatabaseKind, provider: string): readonly Trial[] {
  const trials = scenariosAt(kind, provider).flatMap((scenario) =>
    scenario.points.map(
      (point): Trial => ({ when: scenario.name, point, run: (desk, death, n) => die(desk, scenario, death, n) }),
    ),
  );
  if (provider !== Object.keys(scenarios).at(-1)) return trials;
  return [
    ...trials,
    ...ownTime.starting.map((point) => ({ when: 'a server starts', point, run: dieStarting })),
    ...ownTime.stopping.map((point) => ({ when: 'a server stops', point, run: dieStopping })),
  ];
}

/** So many of them, the same for the same seed, in their order: of each kind of moment one before there are two of any. */
export function choose(trials: readonly Trial[], count: number, seed: number): readonly Trial[] {
  const { random } = createManualClock(new Date(0), seed);
  const groups = [...Map.groupBy(shuffled(trials, random), ({ when }) => when).values()];
  const turns = Array.from({ length: trials.length }, (_, turn) => groups.flatMap((group) => group[turn] ?? []));
  const chosen = new Set(turns.flat().slice(0, count));
  return trials.filter((one) => chosen.has(one));
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
