import { type AccountId, brand, type ConversationId, type TenantId } from '../domain/ids.ts';
import { type AccountRow, lockAccount } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { type DoomedRow, ERASED_AT_ONCE, eraseMessages, toDoomed } from './erased-rows.ts';
import { appendEvents } from './feed.ts';
import { Prisma } from './generated/client.ts';

/** An account whose tenant keeps what people wrote for a limited time. */
export interface Keeping {
  readonly accountId: AccountId;
  readonly tenantId: TenantId;
  readonly days: number;
}

/** Over all tenants: whose messages are kept for a limited time. */
export async function accountsKeeping(db: Database): Promise<readonly Keeping[]> {
  const rows = await db.prisma.$queryRaw<{ id: string; tenant_id: string; days: number }[]>`
    SELECT a.id, a.tenant_id, t.keep_days AS days FROM account a JOIN tenant t ON t.id = a.tenant_id
    WHERE t.keep_days IS NOT NULL ORDER BY a.id`;
  return rows.map((row) => ({ accountId: brand(row.id), tenantId: brand(row.tenant_id), days: row.days }));
}

/** For how many days a tenant keeps what people wrote; null: for ever. */
export async function keepDays(db: Database, tenantId: TenantId): Promise<number | null> {
  const row = await db.prisma.tenant.findUnique({ where: { id: tenantId }, select: { keep_days: true } });
  return row?.keep_days ?? null;
}

/** Sets for how many days a tenant keeps what people wrote; null: for ever. */
export async function setKeepDays(db: Database, tenantId: TenantId, days: number | null): Promise<void> {
  // As a transaction, made again where the database gives it up: the tenant's row is what all of its writers wait for.
  await db.transaction((tx) => tx.tenant.update({ where: { id: tenantId }, data: { keep_days: days } }));
}

/** Erases messages of an account that are older than that, a part at a time; returns how many. Sends that are under way stay. */
export async function eraseOldMessages(db: Database, accountId: AccountId, before: Date, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId);
    if (!account) return 0;
    const rows = await tx.$queryRaw<DoomedRow[]>`
      SELECT m.id, m.conversation_id, m.external_id FROM message m
      WHERE m.account_id = ${accountId} AND m.erased_at IS NULL AND m.order_at < ${before} AND NOT EXISTS (
        SELECT 1 FROM outbox o WHERE o.message_id = m.id AND o.state IN ('QUEUED', 'SENDING', 'UNKNOWN'))
      LIMIT ${ERASED_AT_ONCE}`;
    await eraseMessages(tx, account, rows.map(toDoomed), { now });
    return rows.length;
  });
}

/**
 * Forgets the people of an account in whose conversations everything is older than that, and what its provider sent of them, a part at a
 * time; returns how many conversations.
 */
export async function forgetOldPeople(db: Database, accountId: AccountId, before: Date, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId);
    if (!account) return 0;
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT c.id FROM conversation c
      LEFT JOIN participant p ON p.id = c.participant_id LEFT JOIN booking b ON b.id = c.booking_id
      LEFT JOIN lead l ON l.id = c.lead_id
      WHERE c.account_id = ${accountId} AND c.order_at < ${before} AND (c.subject IS NOT NULL OR c.raw IS NOT NULL
        OR ((p.name IS NOT NULL OR p.email IS NOT NULL) AND ${allOld('participant_id', before)})
        OR (b.raw <> 'null' AND ${stayOver('b', before)} AND ${allOld('booking_id', before)})
        OR ((l.raw <> 'null' OR l.contact_name IS NOT NULL OR l.contact_email IS NOT NULL)
          AND ${stayOver('l', before)} AND ${allOld('lead_id', before)}))
      LIMIT ${ERASED_AT_ONCE}`;
    await tx.$executeRaw`DELETE FROM unreadable_item WHERE account_id = ${accountId} AND at < ${before}`;
    const ids = rows.map(({ id }) => brand<ConversationId>(id));
    if (ids.length === 0) return 0;
    await forgetWhoFrom(tx, ids, before);
    await announce(tx, account, ids, now);
    return ids.length;
  });
}

/** Which of a batch's conversations, bookings and leads are past keeping, by their providers' ids. */
export interface PastKeeping {
  readonly conversations: ReadonlySet<string>;
  readonly bookings: ReadonlySet<string>;
  readonly leads: ReadonlySet<string>;
}

/** What of these was told before and has nothing in it that is younger. */
export async function pastKeeping(
  tx: Transaction,
  account: AccountRow,
  told: { readonly [Kind in keyof PastKeeping]: readonly string[] },
  before: Date,
): Promise<PastKeeping> {
  const rows = await tx.$queryRaw<{ kind: string; external_id: string }[]>`
    SELECT 'conversation' AS kind, c.external_id FROM conversation c
    WHERE c.account_id = ${account.id} AND c.external_id = ANY(${[...told.conversations]}) AND c.order_at < ${before}
    UNION ALL SELECT 'booking', b.external_id FROM booking b
    WHERE b.account_id = ${account.id} AND b.external_id = ANY(${[...told.bookings]}) AND ${stayOver('b', before)}
      AND EXISTS (SELECT 1 FROM conversation c WHERE c.booking_id = b.id)
      AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.booking_id = b.id AND c.order_at >= ${before})
    UNION ALL SELECT 'lead', l.external_id FROM lead l
    WHERE l.account_id = ${account.id} AND l.external_id = ANY(${[...told.leads]}) AND ${stayOver('l', before)}
      AND EXISTS (SELECT 1 FROM conversation c WHERE c.lead_id = l.id)
      AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.lead_id = l.id AND c.order_at >= ${before})`;
  const of = (kind: string): ReadonlySet<string> =>
    new Set(rows.filter((row) => row.kind === kind).map((row) => row.external_id));
  return { conversations: of('conversation'), bookings: of('booking'), leads: of('lead') };
}

async function forgetWhoFrom(tx: Transaction, ids: readonly ConversationId[], before: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE participant p SET name = NULL, email = NULL FROM conversation c
    WHERE c.id = ANY(${ids}) AND p.id = c.participant_id AND ${allOld('participant_id', before)}`;
  await tx.$executeRaw`
    UPDATE booking b SET raw = 'null' FROM conversation c
    WHERE c.id = ANY(${ids}) AND b.id = c.booking_id AND ${stayOver('b', before)} AND ${allOld('booking_id', before)}`;
  await tx.$executeRaw`
    UPDATE lead l SET raw = 'null', contact_name = NULL, contact_email = NULL FROM conversation c
    WHERE c.id = ANY(${ids}) AND l.id = c.lead_id AND ${stayOver('l', before)} AND ${allOld('lead_id', before)}`;
  await tx.$executeRaw`UPDATE conversation SET subject = NULL, raw = NULL WHERE id = ANY(${ids})`;
}

/** That no other conversation of the same is younger. */
function allOld(column: 'participant_id' | 'booking_id' | 'lead_id', before: Date): Prisma.Sql {
  const name = Prisma.raw(column);
  return Prisma.sql`NOT EXISTS (SELECT 1 FROM conversation o WHERE o.${name} = c.${name} AND o.order_at >= ${before})`;
}

/** That its guests left before, as far as is known. */
function stayOver(alias: 'b' | 'l', before: Date): Prisma.Sql {
  return Prisma.sql`(${Prisma.raw(alias)}.check_out IS NULL OR ${Prisma.raw(alias)}.check_out < ${before}::timestamptz::date)`;
}

async function announce(
  tx: Transaction,
  account: AccountRow,
  ids: readonly ConversationId[],
  now: Date,
): Promise<void> {
  const events = ids.map((id) => ({
    ...{ type: 'ConversationChanged' as const, accountId: account.id, conversationId: id },
  }));
  await appendEvents(tx, account.tenant_id, events, now);
}
