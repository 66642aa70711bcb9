import { createHash } from 'node:crypto';
import type { Json } from '../../domain/json.ts';
import { isObject, momentOf } from './wire.ts';

/*
 * Each round looks back a little, so it is shown again what the last one told at its end. Marks of that are kept in the checkpoint:
 * telling it twice would do no harm, but finding out about guests again costs requests, of which there are few.
 */

/** Marks that a checkpoint keeps: at eleven bytes each. What has no mark is told again. */
export const MOST_MARKS = 120;

/** What is shown for the first time, or otherwise than before. */
export function unseen(items: readonly Json[], marks: readonly string[]): readonly Json[] {
  const seen = new Set(marks);
  return seen.size === 0 ? items : items.filter((item) => !seen.has(markOf(item)));
}

/** Marks of what the next round will be shown again, together with those there are. */
export function marksOf(items: readonly Json[], since: Date, marks: readonly string[]): string[] {
  const again = items.filter((item) => {
    const updatedAt = isObject(item) ? momentOf(item.updated_at) : null;
    return updatedAt === null || updatedAt >= since;
  });
  return [...new Set([...marks, ...again.map(markOf)])].slice(-MOST_MARKS);
}

/** Of all that it says: times are told by the second, within which it may have changed once more. */
function markOf(item: Json): string {
  return createHash('sha256').update(JSON.stringify(item)).digest('base64url').slice(0, 8);
}
