import { randomUUIDv7 } from 'node:crypto';
import { type Branded, brand, idPrefixes, type NodeType } from '../domain/ids.ts';

/**
 * A new id for a row of that type: its prefix and a UUIDv7's 32 hex digits, so newer rows sort last in an index. Ids of one process
 * sort in the order in which they were made, also within a millisecond: messages of one instant keep the order they were told in.
 */
export function createId<Id extends Branded<string>>(type: NodeType): Id {
  return brand<Id>(`${idPrefixes[type]}_${nextDigits()}`);
}

const COUNTER_END = 0x1000;
let latest = 0;
let counter = 0;

/** Node's are in random order within a millisecond; the 12 bits after the version are free for a counter (RFC 9562, 6.2 method 1). */
function nextDigits(): string {
  const fresh = randomUUIDv7().replaceAll('-', '');
  const moment = Number.parseInt(fresh.slice(0, 12), 16);
  counter = moment > latest ? 0 : counter + 1;
  latest = Math.max(moment, latest);
  if (counter === COUNTER_END) {
    latest += 1;
    counter = 0;
  }
  return `${hex(latest, 12)}7${hex(counter, 3)}${fresh.slice(16)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
