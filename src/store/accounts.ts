import type { AccountState, Failure } from '../domain/account.ts';
import type { AccountId, ConversationId, TenantId } from '../domain/ids.ts';
import { brand } from '../domain/ids.ts';
import { createId } from '../lib/id.ts';
import { lockAccount } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { appendEvents, type NewEvent } from './feed.ts';
import { failureFromJson, failureToJson } from './rows.ts';
import { releaseParked } from './settling.ts';

/** An account as those who work for it need it; `credentials` are sealed. */
export interface AccountRecord {
  readonly id: AccountId;
  readonly tenantId: TenantId;
  readonly provider: string;
  /** The upstream account itself. */
  readonly identity: string | null;
  readonly state: AccountState;
  readonly credentials: Uint8Array;
  readonly lastPulledAt: Date | null;
  readonly lastError: Failure | null;
  readonly importedAt: Date | null;
}

/** Makes the id of an account that is about to be stored: its credentials are sealed for it. */
export function createAccountId(): AccountId {
  return createId<AccountId>('Account');
}

/** Stores an account that is not verified yet. */
export async function insertAccount(
  db: Database,
  account: {
    readonly id: AccountId;
    readonly tenantId: TenantId;
    readonly provider: string;
    readonly title: string;
    readonly credentials: Uint8Array;
    readonly liveFrom: Date;
    readonly now: Date;
  },
): Promise<void> {
  await db.prisma.account.create({
    data: {
      id: account.id,
      tenant_id: account.tenantId,
      provider: account.provider,
      title: account.title,
      state: 'CONNECTING',
      credentials: new Uint8Array(account.credentials),
      live_from: account.liveFrom,
      connected_at: account.now,
    },
  });
}

/** Forgets an account that could not be verified. Only one that never went live. */
export async function removeAccount(db: Database, id: AccountId): Promise<void> {
  await db.prisma.account.deleteMany({ where: { id, state: 'CONNECTING' } });
}

/** Who holds an upstream identity already, in whatever state. */
export async function identityHolder(
  db: Database,
  provider: string,
  identity: string,
): Promise<{ readonly id: AccountId; readonly tenantId: TenantId } | null> {
  const row = await db.prisma.account.findUnique({
    where: { provider_identity: { provider, identity } },
    select: { id: true, tenant_id: true },
  });
  return row && { id: brand<AccountId>(row.id), tenantId: brand<TenantId>(row.tenant_id) };
}

/** A verified account goes live. False where somebody else took its identity meanwhile. */
export async function goLive(db: Database, id: AccountId, identity: string, now: Date): Promise<boolean> {
  return db.transaction(async (tx) => {
    // One after the other, so that whoever comes second sees the first's: the unique key alone would answer with an exception.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${identity}, 0))`;
    const rows = await tx.$queryRaw<{ tenant_id: string }[]>`
      UPDATE account a SET identity = ${identity}, state = 'LIVE'
      WHERE id = ${id} AND NOT EXISTS (SELECT 1 FROM account b WHERE b.provider = a.provider AND b.identity = ${identity})
      RETURNING tenant_id`;
    const row = rows[0];
    if (row) await announceAccount(tx, brand<TenantId>(row.tenant_id), id, now);
    return row !== undefined;
  });
}

/** The same upstream account connected again: new credentials, the old rows and ids. What it learned is learned anew. */
export async function reconnectAccount(
  db: Database,
  account: {
    readonly id: AccountId;
    readonly title: string | null;
    readonly credentials: Uint8Array;
    readonly memory: Uint8Array | null;
    readonly liveFrom: Date;
    readonly now: Date;
  },
): Promise<void> {
  await db.transaction(async (tx) => {
    // After a time apart, what came meanwhile is history, and a whole walk has to find it.
    const rows = await tx.$queryRaw<{ tenant_id: string }[]>`
      UPDATE account SET credentials = ${account.credentials}, memory = ${account.memory}, last_error = NULL,
        title = coalesce(${account.title}, title),
        live_from = CASE WHEN state = 'DISCONNECTED' THEN ${account.liveFrom} ELSE live_from END,
        connected_at = CASE WHEN state = 'DISCONNECTED' THEN ${account.now} ELSE connected_at END,
        swept_at = CASE WHEN state = 'DISCONNECTED' THEN NULL ELSE swept_at END,
        state = 'LIVE', disconnected_at = NULL
      WHERE id = ${account.id} RETURNING tenant_id`;
    const row = rows[0];
    if (row) await announceAccount(tx, brand<TenantId>(row.tenant_id), account.id, account.now);
  });
}

/**
 * Ends the work for an account, cancels what is queued, and gives up what may have gone out: nobody can look for it any more. Rows and ids stay.
 * False where the tenant has no such account.
 */
export async function disconnectAccount(db: Database, tenantId: TenantId, id: AccountId, now: Date): Promise<boolean> {
  return db.transaction(async (tx) => {
    const known = await tx.$queryRaw<unknown[]>`
      UPDATE account SET state = 'DISCONNECTED', disconnected_at = ${now}, lease_fence = lease_fence + 1, lease_until = NULL
      WHERE id = ${id} AND tenant_id = ${tenantId} RETURNING id`;
    if (known.length === 0) return false;
    const cancelled = await tx.$queryRaw<{ message_id: string; conversation_id: string }[]>`
      UPDATE outbox SET state = 'CANCELLED' WHERE account_id = ${id} AND state = 'QUEUED' RETURNING message_id, conversation_id`;
    const lost = await tx.$queryRaw<{ message_id: string; conversation_id: string }[]>`
      UPDATE outbox SET state = 'FAILED', needs_attention = true, lease_owner = NULL, lease_until = NULL,
        lease_fence = lease_fence + 1
      WHERE account_id = ${id} AND state = 'UNKNOWN' RETURNING message_id, conversation_id`;
    const changes = [...cancelled, ...lost].map((row) => ({
      type: 'MessageChanged' as const,
      accountId: id,
      conversationId: brand<never>(row.conversation_id),
      messageId: brand<never>(row.message_id),
    }));
    const released: NewEvent[] = [];
    const account = await lockAccount(tx, id);
    for (const conversationId of new Set(lost.map((row) => brand<ConversationId>(row.conversation_id))))
      if (account) released.push(...(await releaseParked(tx, account, conversationId, now)));
    await appendEvents(tx, tenantId, [...changes, ...released, { type: 'AccountChanged', accountId: id }], now);
    return true;
  });
}

/** Accounts that somebody should look after, over all tenants. */
export async function connectedAccounts(db: Database): Promise<readonly AccountRecord[]> {
  const rows = await db.prisma.account.findMany({
    where: { state: { notIn: ['DISCONNECTED', 'CONNECTING'] } },
    orderBy: { id: 'asc' },
    select: recordFields,
  });
  return rows.map(toRecord);
}

/** One account, over all tenants: for those who were told its id by a claim. */
export async function accountRecord(db: Database, id: AccountId): Promise<AccountRecord | null> {
  const row = await db.prisma.account.findUnique({ where: { id }, select: recordFields });
  return row && toRecord(row);
}

/** Notes how the last contact went; tells callers only when the state or the kind of trouble changed. */
export async function noteContact(
  db: Database,
  id: AccountId,
  contact: { readonly state: AccountState; readonly error: Failure | null; readonly pulledAt: Date | null },
  now: Date,
): Promise<void> {
  await db.transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ tenant_id: string; changed: boolean }[]>`
      UPDATE account a SET state = ${contact.state}, last_error = ${failureToJson(contact.error)}::jsonb,
        last_pulled_at = coalesce(${contact.pulledAt}, a.last_pulled_at)
      FROM (SELECT id, state, last_error->>'kind' AS kind FROM account WHERE id = ${id}) old
      WHERE a.id = old.id AND a.state NOT IN ('DISCONNECTED', 'CONNECTING')
      RETURNING a.tenant_id, (old.state <> a.state OR old.kind IS DISTINCT FROM a.last_error->>'kind') AS changed`;
    const row = rows[0];
    if (row?.changed) await announceAccount(tx, brand<TenantId>(row.tenant_id), id, now);
  });
}

async function announceAccount(tx: Transaction, tenantId: TenantId, accountId: AccountId, now: Date): Promise<void> {
  await appendEvents(tx, tenantId, [{ type: 'AccountChanged', accountId }], now);
}

const recordFields = {
  id: true,
  tenant_id: true,
  provider: true,
  identity: true,
  state: true,
  credentials: true,
  last_pulled_at: true,
  last_error: true,
  imported_at: true,
} as const;

function toRecord(row: {
  id: string;
  tenant_id: string;
  provider: string;
  identity: string | null;
  state: string;
  credentials: Uint8Array;
  last_pulled_at: Date | null;
  last_error: unknown;
  imported_at: Date | null;
}): AccountRecord {
  return {
    id: brand<AccountId>(row.id),
    tenantId: brand<TenantId>(row.tenant_id),
    provider: row.provider,
    identity: row.identity,
    state: row.state as AccountState,
    credentials: row.credentials,
    lastPulledAt: row.last_pulled_at,
    lastError: failureFromJson(row.last_error),
    importedAt: row.imported_at,
  };
}
