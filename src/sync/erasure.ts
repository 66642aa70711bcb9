import { DomainError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Erasure } from '../domain/people.ts';
import type { Clock } from '../lib/clock.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Database } from '../store/database.ts';
import { revenantsOf } from '../store/erased-people.ts';
import { beginErasure, continueErasure } from '../store/erasing.ts';
import { erasuresOf, type OpenErasure, openErasures } from '../store/erasures.ts';
import { feedTopic } from '../store/feed.ts';
import { bringTombstones, type TombstoneList } from '../store/tombstones.ts';
import { ERASURES_TOPIC } from './topics.ts';

export interface ErasureParts {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly wakes: Pick<Wakes, 'notify'>;
}

/**
 * Forgets somebody: who they are at once, what was written a part at a time. Where the caller goes meanwhile, or the process ends, the rest
 * is done by `continueErasures`. Throws DomainError NOT_FOUND.
 */
export async function eraseParticipant(
  parts: ErasureParts,
  erasure: OpenErasure,
  signal: AbortSignal,
): Promise<Erasure> {
  const { db, sealer, clock } = parts;
  const { tenantId, participantId } = erasure;
  const begun = await beginErasure(db, tenantId, participantId, { sealer, now: clock.now() });
  if (!begun) throw noParticipant();
  await untilDone(parts, erasure, signal);
  const [come] = await erasuresOf(db, tenantId, [participantId]);
  if (!come) throw noParticipant();
  if (come.finishedAt === null) parts.wakes.notify(ERASURES_TOPIC);
  return come;
}

/** Goes on with everything that was begun, each for itself; returns how many erasures still wait for sends to be decided, or failed. */
export async function continueErasures(
  parts: ErasureParts,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<number> {
  for (const erasure of await openErasures(parts.db)) await untilDone(parts, erasure, signal).catch(failed);
  return (await openErasures(parts.db)).length;
}

/**
 * Brings tombstones to a copy of the database from before they stood, and erases again whom they are of. Returns how many people that were.
 * Throws SealError where their key cannot be opened: nothing is done then.
 */
export async function eraseAgain(parts: ErasureParts, tenantId: TenantId, list: TombstoneList): Promise<number> {
  const { db, sealer, clock } = parts;
  await bringTombstones(db, tenantId, sealer, list);
  const revenants = await revenantsOf(db, tenantId, sealer);
  for (const { participantId, erasedAt } of revenants) {
    await beginErasure(db, tenantId, participantId, { sealer, now: clock.now(), upTo: erasedAt });
    await untilDone(parts, { tenantId, participantId }, new AbortController().signal);
  }
  return revenants.length;
}

async function untilDone(parts: ErasureParts, erasure: OpenErasure, signal: AbortSignal): Promise<void> {
  const { db, sealer, clock, wakes } = parts;
  do wakes.notify(feedTopic(erasure.tenantId));
  while (!signal.aborted && (await continueErasure(db, erasure, { sealer, now: clock.now() })));
}

function noParticipant(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such participant.', ['participantId']);
}
