import {
  type AccountId,
  type BookingId,
  brand,
  type ConversationId,
  type LeadId,
  type MessageId,
  type ParticipantId,
  type TenantId,
} from '../../src/domain/ids.ts';
import { createId } from '../../src/lib/id.ts';
import type { Database } from '../../src/store/database.ts';
import type { Prisma } from '../../src/store/generated/client.ts';
import { type TenantScope, tenantScope } from '../../src/store/scope.ts';
import type { SliceRequest } from '../../src/store/slice.ts';

/** A moment of the estate's day, `minutes` after its start, with milliseconds to be kept. */
export function at(minutes: number): Date {
  return new Date(Date.UTC(2026, 4, 1, 10, 0, 0, 123) + minutes * 60_000);
}

/** The first `limit` of a list, unless something else is said. */
export function slice(limit: number, rest: Partial<SliceRequest> = {}): SliceRequest {
  return { limit, after: null, before: null, from: 'start', ...rest };
}

/** One account of a tenant of its own, with makers of rows. Every maker takes columns to overrule. */
export interface Estate {
  readonly db: Database;
  readonly scope: TenantScope;
  readonly accountId: AccountId;
  account(columns?: Partial<Prisma.accountUncheckedCreateInput>): Promise<AccountId>;
  participant(columns?: Partial<Prisma.participantUncheckedCreateInput>): Promise<ParticipantId>;
  booking(columns?: Partial<Prisma.bookingUncheckedCreateInput>): Promise<BookingId>;
  lead(columns?: Partial<Prisma.leadUncheckedCreateInput>): Promise<LeadId>;
  conversation(minutes: number, columns?: Partial<Prisma.conversationUncheckedCreateInput>): Promise<ConversationId>;
  message(
    conversationId: ConversationId,
    minutes: number,
    columns?: Partial<Prisma.messageUncheckedCreateInput>,
  ): Promise<MessageId>;
  /** How many connections were taken, one for each statement, while `run` ran. */
  statements(run: () => Promise<unknown>): Promise<number>;
}

/** Makes the estate of a new tenant. */
export async function createEstate(db: Database): Promise<Estate> {
  const tenantId = createId<TenantId>('Tenant');
  await db.prisma.tenant.create({ data: { id: tenantId, name: tenantId, epoch: 'epoch', created_at: at(0) } });
  const accountId = await makeAccount(db, tenantId, {});
  const own = { tenant_id: tenantId, account_id: accountId };
  return {
    db,
    scope: tenantScope(tenantId),
    accountId,
    account: (columns = {}) => makeAccount(db, tenantId, columns),
    async participant(columns) {
      const id = createId<ParticipantId>('ConversationParticipant');
      await db.prisma.participant.create({ data: { id, ...own, external_id: `e-${id}`, ...columns } });
      return id;
    },
    async booking(columns) {
      const id = createId<BookingId>('Booking');
      const filled = { external_id: `e-${id}`, address: {}, raw: {}, observed_at: at(0) };
      await db.prisma.booking.create({ data: { id, ...own, ...filled, ...columns } });
      return id;
    },
    async lead(columns) {
      const id = createId<LeadId>('Lead');
      const filled = { external_id: `e-${id}`, address: {}, raw: {}, observed_at: at(0) };
      await db.prisma.lead.create({ data: { id, ...own, ...filled, ...columns } });
      return id;
    },
    async conversation(minutes, columns) {
      const id = createId<ConversationId>('Conversation');
      const times = { first_seen_at: at(minutes), observed_at: at(minutes), order_at: at(minutes) };
      const filled = { external_id: `e-${id}`, address: {}, last_message_at: at(minutes), ...times };
      await db.prisma.conversation.create({ data: { id, ...own, ...filled, ...columns } });
      return id;
    },
    async message(conversationId, minutes, columns) {
      const id = createId<MessageId>('ConversationMessage');
      const times = { sent_at: at(minutes), recorded_at: at(minutes), order_at: at(minutes) };
      const filled = { external_id: `e-${id}`, conversation_id: conversationId, backfilled: false, ...times };
      await db.prisma.message.create({ data: { id, ...own, ...filled, ...columns } });
      return id;
    },
    async statements(run) {
      let count = 0;
      const counted = (): void => void count++;
      db.pool.on('acquire', counted);
      await run();
      db.pool.off('acquire', counted);
      return count;
    },
  };
}

/** An id of that form that nothing has. */
export function absent<Id extends ConversationId | MessageId | BookingId | LeadId | AccountId>(prefix: string): Id {
  return brand<Id>(`${prefix}_${'0'.repeat(32)}`);
}

async function makeAccount(
  db: Database,
  tenantId: TenantId,
  columns: Partial<Prisma.accountUncheckedCreateInput>,
): Promise<AccountId> {
  const id = createId<AccountId>('Account');
  const filled = { provider: 'acme', title: 'Acme', state: 'LIVE', credentials: new Uint8Array() };
  const times = { live_from: at(0), connected_at: at(0) };
  await db.prisma.account.create({ data: { id, tenant_id: tenantId, ...filled, ...times, ...columns } });
  return id;
}
