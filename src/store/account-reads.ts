import type { Account, AccountState, SweepReport } from '../domain/account.ts';
import { type AccountId, brand, type TenantId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { failureFromJson } from './rows.ts';
import type { TenantScope } from './scope.ts';
import { type Cell, lineUp, moment, readRows, toDate, toDateOrNull } from './statement.ts';

/** How far an account's import has come. */
export interface SyncProgress {
  readonly conversations: number;
  readonly messages: number;
  /** The time of the oldest message stored; null where there is none. */
  readonly oldestAt: Date | null;
}

/** All accounts of the tenant, disconnected ones too, in the order in which they were first connected. */
export async function listAccounts(db: Database, scope: TenantScope): Promise<readonly Account[]> {
  const rows = await readRows<AccountCells>(db, {
    name: 'accounts',
    text: `${select} WHERE tenant_id = $1 ORDER BY id`,
    values: [scope.tenantId],
  });
  return rows.map(toAccount);
}

/** Slot i answers id i; null where it is unknown or foreign. */
export async function accountsByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly AccountId[],
): Promise<readonly (Account | null)[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<AccountCells>(db, {
    name: 'accounts-by-ids',
    text: `${select} WHERE tenant_id = $1 AND id = ANY($2::text[])`,
    values: [scope.tenantId, ids],
  });
  return lineUp(ids, rows.map(toAccount), (account) => account.id);
}

/** Slot i answers id i; nothing stored where it is unknown or foreign. Counts rows: for people who watch an import, not for every page. */
export async function syncProgress(
  db: Database,
  scope: TenantScope,
  ids: readonly AccountId[],
): Promise<readonly SyncProgress[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<[conversations: string, messages: string, oldestAt: Cell]>(db, {
    text: `SELECT stored.conversations, told.messages, ${moment('told.oldest_at')}
      FROM unnest($2::text[]) WITH ORDINALITY AS ask(id, slot)
      CROSS JOIN LATERAL (
        SELECT count(*) AS conversations FROM conversation c WHERE c.tenant_id = $1 AND c.account_id = ask.id
      ) stored
      CROSS JOIN LATERAL (
        SELECT count(*) AS messages, min(m.order_at) AS oldest_at FROM message m
        WHERE m.tenant_id = $1 AND m.account_id = ask.id AND m.removed_at IS NULL
      ) told
      ORDER BY ask.slot`,
    values: [scope.tenantId, ids],
  });
  return rows.map(([conversations, messages, oldestAt]) => ({
    conversations: Number(conversations),
    messages: Number(messages),
    oldestAt: toDateOrNull(oldestAt),
  }));
}

type AccountCells = [
  id: string,
  tenantId: string,
  provider: string,
  title: string,
  identity: Cell,
  state: string,
  liveFrom: string,
  lastPulledAt: Cell,
  lastError: Cell,
  importedAt: Cell,
  lastSweep: Cell,
];

const select = `SELECT id, tenant_id, provider, title, identity, state, ${moment('live_from')}, ${moment('last_pulled_at')},
  last_error, ${moment('imported_at')}, last_sweep FROM account`;

function toAccount(cells: AccountCells): Account {
  const [id, tenantId, provider, title, identity, state, liveFrom, lastPulledAt, lastError, importedAt, lastSweep] =
    cells;
  return {
    id: brand<AccountId>(id),
    tenantId: brand<TenantId>(tenantId),
    provider,
    title,
    identity,
    state: state as AccountState,
    liveFrom: toDate(liveFrom),
    lastPulledAt: toDateOrNull(lastPulledAt),
    lastError: lastError === null ? null : failureFromJson(JSON.parse(lastError)),
    importedAt: toDateOrNull(importedAt),
    lastSweep: lastSweep === null ? null : toReport(JSON.parse(lastSweep)),
  };
}

function toReport({ at, read, repaired }: { at: string; read: number; repaired: number }): SweepReport {
  return { at: new Date(at), read, repaired };
}
