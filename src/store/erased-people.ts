import { type AccountId, brand, type ParticipantId, type TenantId } from '../domain/ids.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Database } from './database.ts';
import { erasureKeys, tombstonesOf } from './tombstones.ts';

/** Somebody who is stored although a tombstone of theirs stands: the rows are from before they were erased. */
export interface Revenant {
  readonly participantId: ParticipantId;
  readonly erasedAt: Date;
}

const PAGE = 1000;

/** A tenant's people for whom a tombstone stands, and who are not erased here up to its time: as after a backup was restored. */
export async function revenantsOf(db: Database, tenantId: TenantId, sealer: Sealer): Promise<readonly Revenant[]> {
  const keys = await erasureKeys(db.prisma, tenantId, sealer);
  const found: Revenant[] = [];
  for (let after = ''; ; ) {
    const rows = await db.prisma.participant.findMany({
      where: { tenant_id: tenantId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    });
    const erasures = await db.prisma.erasure.findMany({
      where: { tenant_id: tenantId, participant_id: { in: rows.map(({ id }) => id) } },
    });
    const upTo = new Map(erasures.map((one) => [one.participant_id, one.requested_at]));
    for (const [id, people] of Map.groupBy(rows, (row) => row.account_id)) {
      const account = { id: brand<AccountId>(id), tenant_id: tenantId };
      const things = people.map((row) => ({ kind: 'participant' as const, externalId: row.external_id }));
      const stones = await tombstonesOf(db.prisma, account, keys, things);
      for (const [place, row] of people.entries()) {
        const stone = stones[place];
        const erased = upTo.get(row.id);
        if (stone && (!erased || erased < stone.erasedAt))
          found.push({ participantId: brand<ParticipantId>(row.id), erasedAt: stone.erasedAt });
      }
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return found;
    after = last.id;
  }
}
