import type { Call, Pull } from '../providers/contract.ts';
import { staleThreads, unfinishedThreads } from '../store/hot-set.ts';
import { type AccountLease, syncState } from '../store/leases.ts';
import { beginWalk, finishWalk, lostThreads } from '../store/walks.ts';
import type { Connection } from './connections.ts';
import { type LookParts, sweptAsIfDue } from './look.ts';
import { readThreads } from './poller.ts';
import { threadsAtOnce } from './thread-pages.ts';

/**
 * One step of the slow walk over everything: a page of the provider's list, or a batch of threads that have not been read, or a batch of
 * older pages. The first walk is the import; later ones heal what was missed. Returns whether there is more to do at once.
 */
export async function sweepStep(
  parts: LookParts,
  connection: Connection,
  lease: AccountLease,
  signal: AbortSignal,
): Promise<boolean> {
  const call: Call = { signal, lane: 'sweep' };
  const { account, adapter } = connection;
  const state = await syncState(parts.db, account.id);
  if (await readSome(parts, connection, 'newest', call)) return true;
  const now = parts.clock.now();
  if (state.sweepStartedAt) {
    const step = (await adapter.sweep?.(state.sweepCheckpoint, call)) ?? nothingToWalk;
    const askedAgain = sweptAsIfDue(parts.times, new Date(now.getTime() + parts.times.confirmHoldMs));
    const move = { stream: 'sweep' as const, checkpoint: step.checkpoint, ended: !step.more, askedAgain };
    const { events, threadsTold = false } = step;
    await parts.ingest({ accountId: account.id, events, step: { lease, move }, threadsTold });
    return true;
  }
  if (await readSome(parts, connection, 'lost', call)) return true;
  if (state.sweptAt && (state.sweepSince || !state.importedAt)) await finishWalk(parts.db, account.id, now);
  const due = !state.sweptAt || now.getTime() - state.sweptAt.getTime() >= parts.times.sweepEveryMs;
  if (due) await beginWalk(parts.db, lease, now);
  return due || readSome(parts, connection, 'older', call);
}

/** Where a provider has no list of everything, a walk is over what is stored: what of it is lost is read again. */
const nothingToWalk: Pull = { events: [], checkpoint: null, more: false, receipt: null };

async function readSome(
  parts: LookParts,
  connection: Connection,
  which: 'newest' | 'lost' | 'older',
  call: Call,
): Promise<boolean> {
  const { account, module } = connection;
  const limit = threadsAtOnce(module.limits);
  const threads = { newest: staleThreads, lost: lostThreads, older: unfinishedThreads }[which];
  const ids = await threads(parts.db, account.id, limit, parts.clock.now());
  await readThreads(parts, connection, { ids, page: which === 'newest' ? 'newest' : 'older' }, call);
  return ids.length > 0;
}
