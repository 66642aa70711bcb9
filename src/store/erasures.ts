import { brand, type ParticipantId, type TenantId } from '../domain/ids.ts';
import type { Erasure } from '../domain/people.ts';
import type { Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { lineUp } from './statement.ts';

/** An erasure that is not finished. */
export interface OpenErasure {
  readonly tenantId: TenantId;
  readonly participantId: ParticipantId;
}

/** Over all tenants: what was begun and not finished. */
export async function openErasures(db: Database): Promise<readonly OpenErasure[]> {
  const rows = await db.prisma.erasure.findMany({ where: { finished_at: null }, orderBy: { requested_at: 'asc' } });
  return rows.map((row) => ({ tenantId: brand(row.tenant_id), participantId: brand(row.participant_id) }));
}

/** How far the erasing of each has come. Slot i answers id i; null where none was begun. */
export async function erasuresOf(
  db: Database,
  tenantId: TenantId,
  ids: readonly ParticipantId[],
): Promise<readonly (Erasure | null)[]> {
  const rows = await db.prisma.$queryRaw<ErasureRow[]>`
    SELECT e.participant_id, e.requested_at, e.finished_at, e.conversations, e.messages,
      (SELECT count(*)::int FROM conversation c JOIN message m ON m.conversation_id = c.id
        WHERE c.participant_id = e.participant_id AND ${doomed}) AS waiting
    FROM erasure e WHERE e.tenant_id = ${tenantId} AND e.participant_id = ANY(${ids})`;
  const erasures = rows.map((row) => ({
    ...{ participantId: brand<ParticipantId>(row.participant_id), requestedAt: row.requested_at },
    ...{ finishedAt: row.finished_at, conversations: row.conversations, messages: row.messages, waiting: row.waiting },
  }));
  return lineUp(ids, erasures, (one) => one.participantId);
}

interface ErasureRow {
  readonly participant_id: string;
  readonly requested_at: Date;
  readonly finished_at: Date | null;
  readonly conversations: number;
  readonly messages: number;
  readonly waiting: number;
}

// Of a message `m` and an erasure `e`: that it was written before that was asked for. A send of ours that was queued by then may go out, and
// get its time, later.
const doomed = Prisma.sql`m.erased_at IS NULL AND (m.order_at <= e.requested_at OR m.recorded_at <= e.requested_at)`;

/** From what everything is read that is still to be erased of somebody, the messages as `m`. */
export function doomedMessages(participantId: ParticipantId): Prisma.Sql {
  return Prisma.sql`FROM conversation c
    JOIN erasure e ON e.tenant_id = c.tenant_id AND e.participant_id = c.participant_id
    JOIN message m ON m.conversation_id = c.id
    WHERE c.participant_id = ${participantId} AND ${doomed}`;
}
