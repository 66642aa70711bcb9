import { brand, type TenantId } from '../domain/ids.ts';
import type { Database } from './database.ts';

/** Rows that one statement deletes at most: nobody waits long behind it. */
export const PRUNED_AT_ONCE = 1000;

/** Over all tenants: whose oldest event is older than that. Ids only. */
export async function tenantsToPrune(db: Database, before: Date): Promise<readonly TenantId[]> {
  const rows = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT t.id FROM tenant t CROSS JOIN LATERAL (
      SELECT e.recorded_at FROM event e WHERE e.tenant_id = t.id ORDER BY e.seq LIMIT 1
    ) oldest WHERE oldest.recorded_at < ${before}`;
  return rows.map((row) => brand<TenantId>(row.id));
}

/**
 * Deletes a tenant's oldest events, up to the first that is not older than that; returns how many. What is kept stays without holes: two
 * at once take turns, and whatever clocks said, no event goes before the one that it follows.
 */
export function pruneEvents(db: Database, tenantId: TenantId, before: Date): Promise<number> {
  return db.prisma.$executeRaw`
    WITH oldest AS (
      SELECT seq, recorded_at FROM event WHERE tenant_id = ${tenantId} ORDER BY seq LIMIT ${PRUNED_AT_ONCE} FOR UPDATE
    )
    DELETE FROM event e USING oldest o WHERE e.tenant_id = ${tenantId} AND e.seq = o.seq
      AND o.seq < coalesce((SELECT min(seq) FROM oldest WHERE recorded_at >= ${before}), o.seq + 1)`;
}

/** Over all tenants: forgets idempotency keys that were first used before that; returns how many. */
export function pruneKeys(db: Database, before: Date): Promise<number> {
  return db.prisma.$executeRaw`
    DELETE FROM idempotency_key WHERE (tenant_id, actor, key) IN (
      SELECT tenant_id, actor, key FROM idempotency_key WHERE created_at < ${before}
      ORDER BY created_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}

/** Over all tenants: forgets webhook deliveries that arrived before that; returns how many. */
export function pruneDeliveries(db: Database, before: Date): Promise<number> {
  return db.prisma.$executeRaw`
    DELETE FROM webhook_delivery WHERE (account_id, delivery_id) IN (
      SELECT account_id, delivery_id FROM webhook_delivery WHERE received_at < ${before}
      ORDER BY received_at LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}

/** Forgets what was counted in hours that ended before that, with what nobody asks of any more; returns how many. */
export function pruneBudgets(db: Database, before: Date): Promise<number> {
  return db.prisma.$executeRaw`
    DELETE FROM budget WHERE (provider, key) IN (
      SELECT provider, key FROM budget WHERE resets_at < ${before} LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}

/** Over all tenants: forgets accounts that were to be connected before that and are not; returns how many. Nothing hangs from them. */
export function pruneUnverified(db: Database, before: Date): Promise<number> {
  return db.prisma.$executeRaw`
    DELETE FROM account WHERE id IN (
      SELECT id FROM account WHERE state = 'CONNECTING' AND connected_at < ${before} LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}
