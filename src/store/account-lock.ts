import type { AccountId, TenantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import type { Transaction } from './database.ts';

/** The account that a writing transaction works for. */
export interface AccountRow {
  readonly id: AccountId;
  readonly tenant_id: TenantId;
  readonly live_from: Date;
  /** Set while the report of a walk is open: what was sent before it should have been known without that walk. */
  readonly sweep_since: Date | null;
  /** Whether somebody was ever erased from it. */
  readonly erases: boolean;
  /** Days that its tenant keeps what people wrote; null: for ever. */
  readonly keep_days: number | null;
}

/**
 * Takes the account's row for the rest of the transaction: what is taken in and what is settled for one account happens one after the
 * other, so an echo and its settling never race, and two batches never wait for each other's rows. Null where there is none.
 */
export async function lockAccount(tx: Transaction, accountId: AccountId): Promise<AccountRow | null> {
  const rows = await tx.$queryRaw<(Omit<AccountRow, 'id' | 'tenant_id'> & { id: string; tenant_id: string })[]>`
    SELECT a.id, a.tenant_id, a.live_from, a.sweep_since, a.erases, (SELECT keep_days FROM tenant WHERE id = a.tenant_id)
    FROM account a WHERE a.id = ${accountId} FOR NO KEY UPDATE OF a`;
  const row = rows[0];
  return row ? { ...row, id: brand<AccountId>(row.id), tenant_id: brand<TenantId>(row.tenant_id) } : null;
}
