import type { Call } from '../providers/contract.ts';
import { staleThreads, unfinishedThreads } from '../store/hot-set.ts';
import { type AccountLease, syncState } from '../store/leases.ts';
import { finishImport } from '../store/progress.ts';
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
  const call: Call = { signal, lane: 'background' };
  const { account, adapter } = connection;
  const state = await syncState(parts.db, account.id);
  if (await readSome(parts, connection, 'newest', call)) return true;
  const now = parts.clock.now();
  const due = !state.sweptAt || now.getTime() - state.sweptAt.getTime() >= parts.times.sweepEveryMs;
  if (adapter.sweep && (due || state.sweepStartedAt)) {
    const step = await adapter.sweep(state.sweepCheckpoint, call);
    const askedAgain = sweptAsIfDue(parts.times, new Date(now.getTime() + parts.times.confirmHoldMs));
    const move = { stream: 'sweep' as const, checkpoint: step.checkpoint, ended: !step.more, askedAgain };
    await parts.ingest({ accountId: account.id, events: step.events, step: { lease, move } });
    return true;
  }
  if (!state.importedAt) await finishImport(parts.db, account.id, now);
  return readSome(parts, connection, 'older', call);
}

async function readSome(
  parts: LookParts,
  connection: Connection,
  page: 'newest' | 'older',
  call: Call,
): Promise<boolean> {
  const { account, module } = connection;
  const limit = threadsAtOnce(module.limits);
  const ids =
    page === 'newest'
      ? await staleThreads(parts.db, account.id, limit, parts.clock.now())
      : await unfinishedThreads(parts.db, account.id, limit);
  await readThreads(parts, connection, { ids, page }, call);
  return ids.length > 0;
}
