import { median, quantile } from '../../bench/statistics.ts';
import type { Timing } from './soak-load.ts';

/** How the server was at a moment of the load. Sizes in bytes, times in milliseconds. */
export interface Sample {
  /** Since the load began. */
  readonly at: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly lateMs: number;
  readonly sockets: number;
  readonly subscriptions: number;
  /** To PostgreSQL. */
  readonly connections: number;
}

/** How the server was while nothing was asked of it. */
export type Quiet = Pick<Sample, 'resources' | 'sockets' | 'subscriptions' | 'connections'> & {
  /** Living objects by kind. */
  readonly objects: Readonly<Record<string, number>>;
};

export const soakLimits = {
  /** Growth of the heap after collection, in bytes a minute. */
  heapSlope: 0.5 * 2 ** 20,
  /** How much slower the last third may be than the first. */
  slower: 1.2,
  /** A thousandth of a second is told by no clock of a busy machine. */
  indifferentMs: 1,
  /** An operation that is measured less often in a window has no 99th percentile to speak of. */
  leastInWindow: 20,
} as const;

const MINUTE_MS = 60_000;

/** Growth per minute by least squares. Throws where there are less than two points. */
export function slopeOf(points: readonly (readonly [at: number, value: number])[]): number {
  if (points.length < 2) throw new Error('two points make a line');
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, value] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const across = points.reduce((sum, [x]) => sum + (x - at) ** 2, 0);
  const along = points.reduce((sum, [x, y]) => sum + (x - at) * (y - value), 0);
  return (along / across) * MINUTE_MS;
}

/** Growth of one size over the last two thirds, per minute. */
export function growthOf(samples: readonly Sample[], size: 'heapUsed' | 'external' | 'rss', lastMs: number): number {
  const late = samples.filter(({ at }) => at >= lastMs / 3);
  return slopeOf(late.map((sample) => [sample.at, sample[size]]));
}

/** What a soak came to. */
export interface SoakReport {
  /** Empty where the server is as it was. */
  readonly wrong: readonly string[];
  readonly samples: readonly Sample[];
  readonly paces: ReadonlyMap<string, readonly [first: Pace, last: Pace]>;
  /** In bytes a minute. */
  readonly growth: Readonly<Record<'heapUsed' | 'external' | 'rss', number>>;
  readonly begun: number;
}

/** How slow an operation was in a third of the load. */
export interface Pace {
  readonly p50: number;
  readonly p99: number;
  /** In a window, in the middle. */
  readonly count: number;
}

/**
 * By operation, the first third and the last. Each window has its own percentiles, and the middle one of them counts: a neighbour who
 * takes the machine for a moment spoils a window or two, and what is slower for good all of them.
 */
export function pacesOf(
  timings: readonly Timing[],
  lastMs: number,
  windowMs: number,
): Map<string, readonly [Pace, Pace]> {
  const thirds = [
    [0, lastMs / 3],
    [(lastMs * 2) / 3, lastMs],
  ] as const;
  const paces = new Map<string, readonly [Pace, Pace]>();
  for (const [operation, all] of Map.groupBy(timings, (one) => one.operation)) {
    const [first, last] = thirds.map(([from, to]) =>
      paceIn(
        all.filter(({ at }) => at >= from && at < to),
        windowMs,
      ),
    );
    if (first && last) paces.set(operation, [first, last]);
  }
  return paces;
}

function paceIn(timings: readonly Timing[], windowMs: number): Pace | null {
  const windows = [...Map.groupBy(timings, ({ at }) => Math.floor(at / windowMs)).values()];
  if (windows.length === 0) return null;
  const of = (part: number): number =>
    median(
      windows.map((window) =>
        quantile(
          window.map(({ ms }) => ms),
          part,
        ),
      ),
    );
  return { p50: of(0.5), p99: of(0.99), count: median(windows.map(({ length }) => length)) };
}

/** What is wrong with the growth and the pace of a load that took `lastMs`. */
export function judgeLoad(
  samples: readonly Sample[],
  paces: ReadonlyMap<string, readonly [Pace, Pace]>,
  lastMs: number,
): readonly string[] {
  const slope = growthOf(samples, 'heapUsed', lastMs);
  const growing = slope < soakLimits.heapSlope ? [] : [`the heap grows by ${(slope / 2 ** 20).toFixed(2)} MB a minute`];
  const slower = [...paces].flatMap(([operation, [first, last]]) => {
    const most = Math.max(first.p99 * soakLimits.slower, first.p99 + soakLimits.indifferentMs);
    const told = `${operation}: p99 was ${first.p99.toFixed(1)} ms and is ${last.p99.toFixed(1)} ms`;
    return Math.min(first.count, last.count) < soakLimits.leastInWindow || last.p99 <= most ? [] : [told];
  });
  return [...growing, ...slower];
}

/** What is there when the load is over and was not before it began. `spare`: how many more objects are no leak. */
export function judgeRest(before: Quiet, after: Quiet, spare: number): readonly string[] {
  const counts = (of: Quiet) => ({
    ...{ sockets: of.sockets, subscriptions: of.subscriptions, connections: of.connections },
    ...of.resources,
  });
  const was: Readonly<Record<string, number>> = counts(before);
  const left = Object.entries(counts(after)).filter(([kind, count]) => count > (was[kind] ?? 0));
  const kept = Object.entries(after.objects).filter(([kind, count]) => count > (before.objects[kind] ?? 0) + spare);
  return [...left, ...kept].map(
    ([kind, count]) => `${kind}: there were ${was[kind] ?? before.objects[kind] ?? 0}, and ${count} are left`,
  );
}

/** A report in few figures: megabytes a minute, and of each operation the 99th percentile in the first and in the last third. */
export function figuresOfSoak({ begun, growth, paces }: Omit<SoakReport, 'wrong'>): object {
  const mbAMinute = Object.entries(growth).map(([size, bytes]) => [size, Number((bytes / 2 ** 20).toFixed(3))]);
  const p99 = [...paces].map(([operation, thirds]) => [operation, thirds.map((pace) => Math.round(pace.p99))]);
  return { begun, mbAMinute: Object.fromEntries(mbAMinute), p99: Object.fromEntries(p99) };
}
