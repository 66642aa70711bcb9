import { brand, type ExternalParticipantId, type ParticipantId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import type { TenantScope } from './scope.ts';
import { type Cell, lineUp, readRows } from './statement.ts';

/** The other party of conversations. */
export interface Participant {
  readonly id: ParticipantId;
  readonly name: string | null;
  readonly email: string | null;
  /** Null where the provider gives none. */
  readonly externalId: ExternalParticipantId | null;
}

/** Slot i answers id i; null where it is unknown or foreign. */
export async function participantsByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly ParticipantId[],
): Promise<readonly (Participant | null)[]> {
  if (ids.length === 0) return [];
  const rows = await readRows<[id: string, name: Cell, email: Cell, externalId: Cell]>(db, {
    // One without an id of its own is stored as "of" its conversation.
    text: `SELECT id, name, email, CASE WHEN external_id LIKE 'of %' THEN NULL ELSE external_id END
      FROM participant WHERE tenant_id = $1 AND id = ANY($2::text[])`,
    values: [scope.tenantId, ids],
  });
  const participants = rows.map(([id, name, email, externalId]) => ({
    id: brand<ParticipantId>(id),
    name,
    email,
    externalId: externalId === null ? null : brand<ExternalParticipantId>(externalId),
  }));
  return lineUp(ids, participants, (participant) => participant.id);
}
