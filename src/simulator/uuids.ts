import { createHash } from 'node:crypto';
import type { Place } from './ordered.ts';

/*
 * Ids in the dress of UUIDs, which a simulator can read back: the last twelve digits hold the estate's own number. Version 1
 * holds a time to a tenth of a microsecond; version 5 looks name-based, the same at every sighting.
 */

// 1582-10-15, where version 1 begins to count, in milliseconds before 1970.
const V1_EPOCH_MS = 12_219_292_800_000n;
const TICKS_PER_MS = 10_000n;
// A number's place inside its millisecond, in ticks.
const TICKS = 5_000;

/** Where a thing stands in time as version 1 tells it: finer than a millisecond, so that no two of one moment are equal. */
export function placeIn(at: Date, id: number): Place {
  return { time: at.getTime(), id: id % TICKS };
}

/** A version 1 UUID of the estate's thing `id` of that kind, made at `at`. */
export function timeUuid(kind: string, at: Date, id: number): string {
  return `${v1Head(placeIn(at, id))}-${clockOf(kind)}-${nodeOf(kind, id)}`;
}

/** The lowest version 1 UUID of a place in time, as Cassandra cuts pages by. */
export function boundaryUuid(place: Place): string {
  return `${v1Head(place)}-8080-808080808080`;
}

/** The place that a version 1 UUID tells; null where it is none. */
export function readPlace(uuid: string): Place | null {
  const parts = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-[0-9a-f]{4}-[0-9a-f]{12}$/.exec(uuid);
  if (!parts) return null;
  const ticks = BigInt(`0x${parts[3]}${parts[2]}${parts[1]}`) - V1_EPOCH_MS * TICKS_PER_MS;
  return { time: Number(ticks / TICKS_PER_MS), id: Number(ticks % TICKS_PER_MS) };
}

/** A version 5 UUID of the estate's thing `id` of that kind. */
export function nameUuid(kind: string, id: number): string {
  const hex = createHash('sha1').update(`${kind}:${id}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${clockOf(kind)}-${nodeOf(kind, id)}`;
}

/** The estate's number in a UUID of that kind, whatever its version: to be checked by making the UUID again. */
export function readNumber(kind: string, uuid: string): number | null {
  const node = /^[0-9a-f]{8}-[0-9a-f]{4}-[15][0-9a-f]{3}-[0-9a-f]{4}-([0-9a-f]{12})$/.exec(uuid)?.[1];
  if (node === undefined) return null;
  const id = BigInt(`0x${node}`) ^ maskOf(kind);
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : null;
}

function v1Head(place: Place): string {
  const ticks = (BigInt(place.time) + V1_EPOCH_MS) * TICKS_PER_MS + BigInt(place.id);
  const hex = ticks.toString(16).padStart(15, '0');
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}`;
}

function clockOf(kind: string): string {
  return `a${createHash('sha1').update(kind).digest('hex').slice(0, 3)}`;
}

function nodeOf(kind: string, id: number): string {
  return (BigInt(id) ^ maskOf(kind)).toString(16).padStart(12, '0');
}

function maskOf(kind: string): bigint {
  return BigInt(`0x${createHash('sha256').update(kind).digest('hex').slice(0, 12)}`);
}
