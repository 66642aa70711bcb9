import { ProviderError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Call, Receipt } from '../providers/contract.ts';
import {
  type AccountLease,
  clearReceipt,
  type OpenReceipt,
  requestSweep,
  type SyncState,
  syncState,
} from '../store/leases.ts';
import type { Connection } from './connections.ts';
import { type LookParts, sweptAsIfDue } from './look.ts';

/**
 * Reads an account's stream of changes to its end: store, then confirm, then read on. Returns how many messages were new.
 *
 * A receipt is stored with what it covers and cleared when its confirm was answered. One that is found open belongs to a confirm whose
 * outcome nobody knows. It is never repeated: where confirming counts from the head, a repeat throws away what nobody has read. Instead the
 * stream is read again. A head that has moved says that it worked. One that has not is left alone for a while, since the lost request
 * may still arrive, and then that newer read is confirmed. A walk over everything heals what the lost one may have removed: at once where it
 * has arrived, else when it cannot arrive any more.
 */
export async function pullAll(
  parts: LookParts,
  connection: Connection,
  lease: AccountLease,
  call: Call,
): Promise<number> {
  const { account, adapter } = connection;
  let added = 0;
  for (let more = true; more && adapter.pull && !call.signal.aborted; ) {
    const state = await syncState(parts.db, account.id);
    const pull = await adapter.pull(state.pullCheckpoint, call);
    const fate = fateOf(parts, state.openReceipt, pull.receipt);
    // Before it is forgotten that there was a doubt, and not while it is open: what is removed then may lie behind a walk that has passed.
    if (fate === 'arrived' || fate === 'over') await requestSweep(parts.db, lease, walkAfter(parts, fate, state));
    const receipt = fate === 'open' ? state.openReceipt : opened(parts, pull.receipt);
    const move = { stream: 'pull' as const, checkpoint: pull.checkpoint, receipt };
    added += (await parts.ingest({ accountId: account.id, events: pull.events, step: { lease, move } })).added;
    if (fate === 'open') return added;
    if (pull.receipt) await confirm(parts, connection, lease, pull.receipt, call);
    more = pull.more;
  }
  return added;
}

async function confirm(
  parts: LookParts,
  { adapter }: Connection,
  lease: AccountLease,
  receipt: Receipt,
  call: Call,
): Promise<void> {
  try {
    await adapter.confirm?.(receipt, call);
  } catch (error) {
    // Certainly not done: nothing is open, and the next read is confirmed as if this had not been tried.
    if (error instanceof ProviderError && error.noEffect) await clearReceipt(parts.db, lease);
    throw error;
  }
  await clearReceipt(parts.db, lease);
}

/**
 * What became of the confirm that a receipt was opened for, by what a later read shows. `open`: it may still arrive, and would remove what
 * is at the head now. `over`: it has not arrived in time. Null: there was none in doubt.
 */
type Fate = 'arrived' | 'open' | 'over';

function fateOf(parts: LookParts, open: OpenReceipt | null, receipt: Receipt | null): Fate | null {
  if (!open) return null;
  if (!receipt || !isSame(headOf(open.receipt), receipt.head)) return 'arrived';
  const age = parts.clock.now().getTime() - Date.parse(open.openedAt);
  return age < parts.times.confirmHoldMs ? 'open' : 'over';
}

/**
 * As when the last walk should count as ended, for the next to begin when it is wanted: at once, or, as one that is long overdue might arrive
 * all the same, after as much time again. Where every confirm is in doubt, walks are given a rest between them.
 */
function walkAfter({ clock, times }: LookParts, fate: Fate, { sweptAt }: SyncState): Date {
  const { confirmHoldMs, sweepEveryMs } = times;
  const now = clock.now().getTime();
  if (!sweptAt || sweptAt.getTime() + sweepEveryMs <= now + confirmHoldMs) return sweptAt ?? new Date(now);
  const wanted = fate === 'over' ? now + confirmHoldMs : now;
  return sweptAsIfDue(times, new Date(Math.max(wanted, sweptAt.getTime() + confirmHoldMs)));
}

function headOf(receipt: Json): Json {
  return typeof receipt === 'object' && receipt !== null && 'head' in receipt ? (receipt.head ?? null) : null;
}

function isSame(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function opened(parts: LookParts, receipt: Receipt | null): OpenReceipt | null {
  return receipt && { receipt, openedAt: parts.clock.now().toISOString() };
}
