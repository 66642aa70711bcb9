import type { AccountId } from '../domain/ids.ts';
import type { Database } from './database.ts';

/** The sealed memory of an account as it is stored; null while it has none. */
export async function readMemory(db: Database, id: AccountId): Promise<Uint8Array | null> {
  const row = await db.prisma.account.findUnique({ where: { id }, select: { memory: true } });
  return row?.memory ?? null;
}

/**
 * Takes the right to change an account's memory; `held` while another process has it, `gone` where there is no such account. A lease in the row and not a lock: its holder
 * may be waiting for a provider, and no transaction stays open over that.
 */
export async function takeMemory(
  db: Database,
  id: AccountId,
  owner: string,
  leaseMs: number,
): Promise<'taken' | 'held' | 'gone'> {
  const taken = await db.prisma.$executeRaw`
    UPDATE account SET memory_owner = ${owner}, memory_until = parley_now() + ${leaseMs} * interval '1 millisecond'
    WHERE id = ${id} AND (memory_owner IS NULL OR memory_until < parley_now())`;
  if (taken === 1) return 'taken';
  return (await db.prisma.account.findUnique({ where: { id }, select: { id: true } })) ? 'held' : 'gone';
}

/** Writes the memory and gives the right back; false, and nothing written, where the right was lost meanwhile. */
export async function writeMemory(db: Database, id: AccountId, owner: string, sealed: Uint8Array): Promise<boolean> {
  const written = await db.prisma.$executeRaw`
    UPDATE account SET memory = ${sealed}, memory_owner = NULL, memory_until = NULL WHERE id = ${id} AND memory_owner = ${owner}`;
  return written === 1;
}

/** Gives the right back without a change. */
export async function dropMemory(db: Database, id: AccountId, owner: string): Promise<void> {
  await db.prisma.$executeRaw`
    UPDATE account SET memory_owner = NULL, memory_until = NULL WHERE id = ${id} AND memory_owner = ${owner}`;
}
