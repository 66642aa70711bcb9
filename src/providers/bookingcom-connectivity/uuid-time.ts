/*
 * Booking.com's message ids are UUIDs of version 1, so they hold the moment at which they were made, to 100 ns. Conversation endpoints
 * show that moment to the millisecond; the queue cuts it to the second, so the id is the finest time there is.
 */

const versionOne = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

// From 15 October 1582, where version 1 starts to count, to 1970, in ticks of 100 ns (RFC 9562, 5.1).
const TICKS_TO_1970 = 0x01b21dd213814000n;
const TICKS_A_MS = 10_000n;

/** Ticks of 100 ns since 1970 that a version 1 id holds; null for any other id. */
export function ticksOf(id: string): bigint | null {
  const [, low, middle, high] = versionOne.exec(id) ?? [];
  if (low === undefined) return null;
  return BigInt(`0x${high}${middle}${low}`) - TICKS_TO_1970;
}

// A cut to the second is less than one away; more is another clock's time.
const SAME_MOMENT_MS = 1000;

/** The finest time for a thing: its id's, where that agrees with the time told, else the time told. */
export function finestTime(id: string, told: Date | null): Date | null {
  const ticks = ticksOf(id);
  if (ticks === null) return told;
  const made = Number(ticks / TICKS_A_MS);
  return told && Math.abs(told.getTime() - made) >= SAME_MOMENT_MS ? told : new Date(made);
}
