import type { AccountId, TenantId } from '../domain/ids.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Database, Transaction } from './database.ts';

/** Notes a delivery; false where the account has had it before. */
export async function recordDelivery(
  db: Database | Transaction,
  of: { readonly accountId: AccountId; readonly tenantId: TenantId; readonly deliveryId: string; readonly now: Date },
): Promise<boolean> {
  const client = 'prisma' in db ? db.prisma : db;
  const written = await client.$executeRaw`
    INSERT INTO webhook_delivery (account_id, delivery_id, tenant_id, received_at)
    VALUES (${of.accountId}, ${of.deliveryId}, ${of.tenantId}, ${of.now})
    ON CONFLICT (account_id, delivery_id) DO NOTHING`;
  return written === 1;
}

/** Keeps items that could not be read, as received. */
export async function keepUnreadable(
  tx: Transaction,
  account: { readonly id: AccountId; readonly tenant_id: TenantId },
  items: readonly { readonly reason: string; readonly raw: Json }[],
  now: Date,
): Promise<void> {
  if (items.length === 0) return;
  await tx.unreadable_item.createMany({
    data: items.map((item) => ({
      id: crypto.randomUUID(),
      tenant_id: account.tenant_id,
      account_id: account.id,
      reason: item.reason,
      raw: (item.raw ?? {}) as JsonObject,
      at: now,
    })),
  });
}
