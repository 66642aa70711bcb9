import { keyIdOf, SealError, type Sealer } from '../lib/seal.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { type SealedColumn, sealedColumns } from './sealed-columns.ts';

/** How many values are sealed under a key. */
export interface KeyUse {
  readonly keyId: string;
  readonly count: number;
}

const CHECK = 'parley';
const CHECK_CONTEXT = 'key_check:1:sealed';
const BATCH = 100;

/** Throws SealError, in a sentence, where a key that is in use is not among the sealer's: nothing is to be started then. */
export async function checkKeys(db: Database, sealer: Sealer): Promise<void> {
  const missing = (await keyUses(db)).filter(({ keyId }) => !sealer.keyIds.includes(keyId));
  if (missing.length > 0) throw new SealError(refusal(missing));
  // Only now: a wrong key must not be the first to seal it.
  const sealed = sealer.seal(CHECK, CHECK_CONTEXT);
  await db.prisma.key_check.createMany({ data: [{ sealed }], skipDuplicates: true });
  const held = await db.prisma.key_check.findUniqueOrThrow({ where: { id: 1 } });
  if (!sealer.keyIds.includes(keyIdOf(held.sealed))) throw new SealError(refusal([{ keyId: keyIdOf(held.sealed) }]));
  if (sealer.open(held.sealed, CHECK_CONTEXT) !== CHECK) throw new SealError('The database holds a wrong check value.');
}

/** All keys in use, and by how many values each. */
export async function keyUses(db: Database): Promise<readonly KeyUse[]> {
  const counts = new Map<string, number>();
  for (const place of sealedColumns) {
    const { table, column } = namesOf(place);
    const rows = await db.prisma.$queryRaw<{ key_id: string; count: number }[]>`
      SELECT encode(substring(${column} FROM 2 FOR 8), 'hex') AS key_id, count(*)::int AS count
      FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1`;
    for (const { key_id, count } of rows) counts.set(key_id, (counts.get(key_id) ?? 0) + count);
  }
  return [...counts].map(([keyId, count]) => ({ keyId, count }));
}

/**
 * Seals everything anew under the current key, while servers run: a value that was written meanwhile is left as it was written, and
 * looked at again. Returns how many values were sealed anew. Stopped half way, it is begun again and passes over what is done.
 */
export async function rotateKeys(db: Database, sealer: Sealer): Promise<number> {
  let done = 0;
  for (const place of sealedColumns) {
    const { table, column } = namesOf(place);
    let rows = await underOtherKeys(db, sealer, place);
    while (rows.length > 0) {
      for (const { id, sealed } of rows) {
        const boundTo = `${place.table}:${id}:${place.column}`;
        const anew = sealer.seal(sealer.open(sealed, boundTo), boundTo);
        done += await db.prisma.$executeRaw`
          UPDATE ${table} SET ${column} = ${anew} WHERE id::text = ${id} AND ${column} = ${Uint8Array.from(sealed)}`;
      }
      rows = await underOtherKeys(db, sealer, place);
    }
  }
  return done;
}

function underOtherKeys(db: Database, sealer: Sealer, place: SealedColumn) {
  const { table, column } = namesOf(place);
  const current = Uint8Array.from(Buffer.from(sealer.currentKeyId, 'hex'));
  return db.prisma.$queryRaw<{ id: string; sealed: Uint8Array }[]>`
    SELECT id::text AS id, ${column} AS sealed FROM ${table}
    WHERE ${column} IS NOT NULL AND substring(${column} FROM 2 FOR 8) <> ${current} ORDER BY id LIMIT ${BATCH}`;
}

// From the table in the source alone, never from a caller.
function namesOf({ table, column }: SealedColumn) {
  return { table: Prisma.raw(`"${table}"`), column: Prisma.raw(`"${column}"`) };
}

function refusal(missing: readonly Pick<KeyUse, 'keyId'>[]): string {
  const ids = missing.map(({ keyId }) => keyId).join(', ');
  return `The database holds secrets sealed under a key that is not given (id ${ids}): set PARLEY_SECRET_KEY to it, or add it to PARLEY_SECRET_KEYS_OLD.`;
}
