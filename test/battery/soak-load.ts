import { sleep, systemClock } from '../../src/lib/clock.ts';
import { listeners } from './soak-listeners.ts';
import { operations, type SoakOperation } from './soak-operations.ts';
import type { Scene } from './soak-scene.ts';

/** How long one operation took. */
export interface Timing {
  readonly operation: string;
  /** When it began, in milliseconds of the load. */
  readonly at: number;
  readonly ms: number;
}

/** A load that is being played. */
export interface SoakLoad {
  /** All that was measured so far. */
  readonly timings: readonly Timing[];
  /** What was not answered as it should be, each kind once, with how often. */
  readonly wrong: ReadonlyMap<string, number>;
  /** How many were begun, listeners among them. */
  readonly begun: number;
  /** What is under way now is not measured: the server is being looked at. */
  disturb(): void;
  /** Begins no more, and resolves when what is under way is over. */
  end(): Promise<void>;
}

/** Begins operations at their steady rates, however long the ones before them take. */
export function startLoad(scene: Scene): SoakLoad {
  const over = new AbortController();
  const start = systemClock.monotonic();
  const timings: Timing[] = [];
  const wrong = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let begun = 0;
  let disturbed = 0;
  const playOnce = async ({ name, play }: SoakOperation, measured: boolean): Promise<void> => {
    const before = disturbed;
    const at = systemClock.monotonic();
    try {
      await play(scene);
      if (measured && before === disturbed)
        timings.push({ operation: name, at: at - start, ms: systemClock.monotonic() - at });
    } catch (error) {
      const told = `${name}: ${error instanceof Error ? error.message : String(error)}`.replaceAll(/\d{3,}/g, '…');
      wrong.set(told, (wrong.get(told) ?? 0) + 1);
    }
  };
  const repeat = async (operation: SoakOperation, measured: boolean): Promise<void> => {
    while (!over.signal.aborted) {
      await sleep(systemClock, (1000 / operation.perSecond) * (scene.chance.between(50, 150) / 100), over.signal);
      if (over.signal.aborted) return;
      begun += 1;
      const one = playOnce(operation, measured).finally(() => underWay.delete(one));
      underWay.add(one);
    }
  };
  const all = [...operations.map((one) => repeat(one, true)), ...listeners.map((one) => repeat(one, false))];
  return {
    ...{ timings, wrong },
    get begun() {
      return begun;
    },
    disturb() {
      disturbed += 1;
    },
    async end() {
      over.abort();
      await Promise.all(all);
      await Promise.all(underWay);
    },
  };
}
