import { randomBytes } from 'node:crypto';
import type { Database, Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/** A name for a numbering of events that no other ever had. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}

/**
 * Has the numbers of events mean something else from now on, for the tenant of that name or for all: whoever comes with a cursor from
 * before is told to read anew. To be done after a restore, since numbers may be given out twice. Returns for how many tenants.
 */
export async function renewEpochs(db: Database, tenant: string | null): Promise<number> {
  return db.transaction((tx) => renew(tx, tenant));
}

/** The same, inside a transaction. */
export async function renew(tx: Transaction, tenant: string | null): Promise<number> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM tenant WHERE ${tenant}::text IS NULL OR name = ${tenant} ORDER BY id FOR NO KEY UPDATE`;
  const records = asRecords(rows.map(({ id }) => ({ id, epoch: newEpoch() })));
  await tx.$executeRaw`
    UPDATE tenant t SET epoch = r.epoch FROM json_to_recordset(${records}::json) AS r(id text, epoch text) WHERE t.id = r.id`;
  return rows.length;
}
