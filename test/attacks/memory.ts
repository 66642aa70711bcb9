import type { Vitals } from '../battery/soak-watch.ts';

/** How much more a server may hold once all attacks are over. */
export const SPARE_BYTES = 32 * 1024 * 1024;

/**
 * What a server holds: living objects, and buffers beside them, after its garbage was collected. The resident set is no measure of a leak:
 * it keeps pages that the allocators have free, and the embedded store's memory, which only ever grows.
 */
export function heldBy({ heapUsed, external }: Vitals): number {
  return heapUsed + external;
}

/** What is wrong with what it holds after, if it held that before; empty where nothing is. */
export function judgeMemory(before: Vitals, after: Vitals): readonly string[] {
  const more = heldBy(after) - heldBy(before);
  return more <= SPARE_BYTES ? [] : [`${(more / 1024 / 1024).toFixed(1)} MB more are held than before`];
}
