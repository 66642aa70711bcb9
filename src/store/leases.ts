import type { AccountId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Database, Transaction } from './database.ts';

/** The right to pull, sweep and glance for one account, by the database's clock. A higher fence has replaced it. */
export interface AccountLease {
  readonly accountId: AccountId;
  readonly fence: bigint;
}

/** A receipt whose confirm was about to be tried, or was tried and not answered. */
export interface OpenReceipt {
  readonly receipt: JsonObject;
  /** RFC 3339. */
  readonly openedAt: string;
}

/** What is known of an account's place in its provider's stream. */
export interface SyncState {
  readonly pullCheckpoint: JsonObject | null;
  readonly openReceipt: OpenReceipt | null;
  readonly sweepCheckpoint: JsonObject | null;
  readonly sweepStartedAt: Date | null;
  readonly sweptAt: Date | null;
  /** Set while the report of a walk is open. */
  readonly sweepSince: Date | null;
  readonly importedAt: Date | null;
  readonly lastPulledAt: Date | null;
}

/** Takes or renews the lease; null while another process holds it. Renewing keeps the fence. */
export async function claimAccount(
  db: Database,
  id: AccountId,
  terms: { readonly owner: string; readonly leaseMs: number },
): Promise<AccountLease | null> {
  const rows = await db.prisma.$queryRaw<{ lease_fence: bigint }[]>`
    UPDATE account SET lease_fence = CASE WHEN lease_owner = ${terms.owner} AND lease_until > parley_now()
        THEN lease_fence ELSE lease_fence + 1 END,
      lease_owner = ${terms.owner}, lease_until = parley_now() + ${terms.leaseMs} * interval '1 millisecond'
    WHERE id = ${id} AND state NOT IN ('DISCONNECTED', 'CONNECTING')
      AND (lease_owner = ${terms.owner} OR lease_until IS NULL OR lease_until < parley_now())
    RETURNING lease_fence`;
  const row = rows[0];
  return row ? { accountId: id, fence: row.lease_fence } : null;
}

/** Renews all leases that a process still has, so that an account stays with whoever took it up. */
export async function renewAccounts(
  db: Database,
  terms: { readonly owner: string; readonly leaseMs: number },
): Promise<void> {
  await db.prisma.$executeRaw`
    UPDATE account SET lease_until = parley_now() + ${terms.leaseMs} * interval '1 millisecond'
    WHERE lease_owner = ${terms.owner} AND lease_until > parley_now()`;
}

/** How long an account is still held, in milliseconds; 0 where nobody holds it. */
export async function heldForMs(db: Database, id: AccountId): Promise<number> {
  const rows = await db.prisma.$queryRaw<{ ms: number | null }[]>`
    SELECT ceil(extract(epoch FROM lease_until - parley_now()) * 1000)::float8 AS ms FROM account WHERE id = ${id}`;
  return Math.max(0, rows[0]?.ms ?? 0);
}

/** Gives the leases of a process back, so that another need not wait for them to run out. Answers which accounts they were of. */
export async function releaseAccounts(db: Database, owner: string): Promise<readonly AccountId[]> {
  const rows = await db.prisma.$queryRaw<{ id: AccountId }[]>`
    UPDATE account SET lease_until = NULL WHERE lease_owner = ${owner} AND lease_until IS NOT NULL RETURNING id`;
  return rows.map(({ id }) => id);
}

/** Where an account's streams stand. */
export async function syncState(db: Database, id: AccountId): Promise<SyncState> {
  const row = await db.prisma.account.findUniqueOrThrow({
    where: { id },
    select: {
      pull_checkpoint: true,
      pull_receipt: true,
      sweep_checkpoint: true,
      sweep_started_at: true,
      swept_at: true,
      sweep_since: true,
      imported_at: true,
      last_pulled_at: true,
    },
  });
  return {
    pullCheckpoint: row.pull_checkpoint as JsonObject | null,
    openReceipt: row.pull_receipt as OpenReceipt | null,
    sweepCheckpoint: row.sweep_checkpoint as JsonObject | null,
    sweepStartedAt: row.sweep_started_at,
    sweptAt: row.swept_at,
    sweepSince: row.sweep_since,
    importedAt: row.imported_at,
    lastPulledAt: row.last_pulled_at,
  };
}

/** A step in a stream, to be stored with what it brought. */
export type StreamStep =
  | { readonly stream: 'pull'; readonly checkpoint: JsonObject | null; readonly receipt: OpenReceipt | null }
  | {
      readonly stream: 'sweep';
      readonly checkpoint: JsonObject | null;
      readonly ended: boolean;
      /** As when it counts as ended where another walk was asked for meanwhile. */
      readonly askedAgain: Date;
    };

/** Moves a stream forward. False, and nothing moved, where the lease has been replaced: whoever holds it now reads that step again. */
export async function moveStream(tx: Transaction, lease: AccountLease, step: StreamStep, now: Date): Promise<boolean> {
  const checkpoint = step.checkpoint && JSON.stringify(step.checkpoint);
  if (step.stream === 'pull') {
    const receipt = step.receipt && JSON.stringify(step.receipt);
    return (
      1 ===
      (await tx.$executeRaw`
        UPDATE account SET pull_checkpoint = ${checkpoint}::jsonb, pull_receipt = ${receipt}::jsonb
        WHERE id = ${lease.accountId} AND lease_fence = ${lease.fence}`)
    );
  }
  return (
    1 ===
    (await tx.$executeRaw`
      UPDATE account SET sweep_checkpoint = CASE WHEN ${step.ended} THEN NULL ELSE ${checkpoint}::jsonb END,
        sweep_started_at = CASE WHEN ${step.ended} THEN NULL ELSE coalesce(sweep_started_at, ${now}) END,
        swept_at = CASE WHEN NOT ${step.ended} THEN swept_at
          WHEN swept_at >= sweep_started_at THEN ${step.askedAgain} ELSE ${now} END
      WHERE id = ${lease.accountId} AND lease_fence = ${lease.fence}`)
  );
}

/** The confirm of a receipt was answered. */
export async function clearReceipt(db: Database, lease: AccountLease): Promise<void> {
  await db.prisma.$executeRaw`
    UPDATE account SET pull_receipt = NULL WHERE id = ${lease.accountId} AND lease_fence = ${lease.fence}`;
}

/**
 * Has everything walked over again, as if the last walk had ended at `sweptAt`. One that is under way goes on and another one follows it:
 * begun anew each time, it might never end.
 */
export async function requestSweep(db: Database, lease: AccountLease, sweptAt: Date): Promise<void> {
  await db.prisma.$executeRaw`
    UPDATE account SET swept_at = CASE WHEN sweep_started_at IS NOT NULL THEN sweep_started_at
      WHEN swept_at IS NOT NULL THEN least(swept_at, ${sweptAt}) END
    WHERE id = ${lease.accountId} AND lease_fence = ${lease.fence}`;
}
