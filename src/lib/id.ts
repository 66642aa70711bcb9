import { randomUUIDv7 } from 'node:crypto';
import { type Branded, brand, idPrefixes, type NodeType } from '../domain/ids.ts';

/** A new id for a row of that type: its prefix and a UUIDv7's 32 hex digits, so newer rows sort last in an index. */
export function createId<Id extends Branded<string>>(type: NodeType): Id {
  return brand<Id>(`${idPrefixes[type]}_${randomUUIDv7().replaceAll('-', '')}`);
}
