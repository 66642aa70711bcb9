/*
 * Preloaded into a server that is watched (`node --expose-gc --import`): answers its parent how it is, after collecting what is garbage.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { queryObjects } from 'node:v8';
import { sleep, systemClock } from '../../src/lib/clock.ts';

/** How a server is. Sizes in bytes. */
export interface Vitals {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  /** What keeps its event loop alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** How late its event loop was since it was last asked: the 99th percentile, in milliseconds. */
  readonly lateMs: number;
  /** Living objects by kind; none where they were not asked for, as counting them takes long. */
  readonly objects: Readonly<Record<string, number>>;
}

/** What its parent asks. */
export interface VitalsQuestion {
  readonly vitals: number;
  readonly objects: boolean;
}

/** What it is answered. */
export interface VitalsAnswer extends Vitals {
  readonly vitals: number;
}

const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', (asked: VitalsQuestion) => void answer(asked));
// It ends with its parent, however that ends.
process.once('disconnect', () => process.exit());
process.channel?.unref();

async function answer({ vitals, objects }: VitalsQuestion): Promise<void> {
  const lateMs = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
  globalThis.gc?.();
  // What ends with what was collected is called in a turn of its own, and is garbage only then.
  await sleep(systemClock, 1);
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  process.send?.({ vitals, heapUsed, external, rss, resources, lateMs, objects: objects ? living() : {} });
  delay.reset();
}

function living(): Record<string, number> {
  const kinds = [AbortSignal, EventTarget, Promise, ReadableStream, Map, Set, Request, Response];
  return Object.fromEntries(kinds.map((kind) => [kind.name, Number(queryObjects(kind, { format: 'count' }))]));
}
