/*
 * Ids of messages are UUIDs of version 1: each holds the moment it was made, to 100 ns. `timestamp` is that moment in threads, and cut to
 * the whole second in `latest`, so one message would have two times and several of one second no order.
 */

// From the calendar reform that version 1 counts from, to 1970, in 100 ns.
const TO_1970 = 0x01b21dd213814000n;
const version1 = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** When a message was sent: to the millisecond if its id agrees with what is said, else as said. Null where neither tells. */
export function sentAtOf(id: string, said: Date | null): Date | null {
  const made = timeOf(id);
  if (said === null || made === null) return said ?? made;
  const isCut = said.getTime() % 1000 === 0;
  return isCut && secondOf(made) === secondOf(said) ? made : said;
}

/** When an id was made; null where it does not tell. */
export function timeOf(id: string): Date | null {
  const ticks = ticksOf(id);
  return ticks === null ? null : new Date(Number((BigInt(`0x${ticks}`) - TO_1970) / 10_000n));
}

/** Orders messages from the oldest: by time, then by what their ids tell within the millisecond, then by the ids as such. */
export function byTime(
  a: { readonly externalId: string; readonly sentAt: Date | null },
  b: { readonly externalId: string; readonly sentAt: Date | null },
): number {
  const apart = (a.sentAt?.getTime() ?? 0) - (b.sentAt?.getTime() ?? 0);
  return apart || compare(keyOf(a.externalId), keyOf(b.externalId));
}

function keyOf(id: string): string {
  return `${ticksOf(id) ?? ''} ${id}`;
}

/** Fifteen hexadecimal digits, most significant first. */
function ticksOf(id: string): string | null {
  const [, low, mid, high] = version1.exec(id) ?? [];
  return low === undefined ? null : `${high}${mid}${low}`.toLowerCase();
}

function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
