import type { AccountId, TenantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { appendEvents } from './feed.ts';

/** The first walk over everything has ended: the account is no longer importing. */
export async function finishImport(db: Database, id: AccountId, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ tenant_id: string }[]>`
      UPDATE account SET imported_at = ${now} WHERE id = ${id} AND imported_at IS NULL RETURNING tenant_id`;
    const row = rows[0];
    if (row) await appendEvents(tx, brand<TenantId>(row.tenant_id), [{ type: 'AccountChanged', accountId: id }], now);
  });
}
