import { ProviderError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Call, Receipt } from '../providers/contract.ts';
import { type AccountLease, clearReceipt, type OpenReceipt, requestSweep, syncState } from '../store/leases.ts';
import type { Connection } from './connections.ts';
import type { LookParts } from './look.ts';

/**
 * Reads an account's stream of changes to its end: store, then confirm, then read on. Returns how many messages were new.
 *
 * A receipt is stored with what it covers and cleared when its confirm was answered. One that is found open belongs to a confirm whose
 * outcome nobody knows. It is never repeated: where confirming counts from the head, a repeat throws away what nobody has read. Instead the
 * stream is read again. A head that has moved says that it worked. One that has not is left alone for a while, since the lost request
 * may still arrive, and then that newer read is confirmed. Either way a walk over everything heals what a late one may have removed.
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
    const held = isHeld(parts, state.openReceipt, pull.receipt);
    const receipt = held ? state.openReceipt : opened(parts, pull.receipt);
    const move = { stream: 'pull' as const, checkpoint: pull.checkpoint, receipt };
    added += (await parts.ingest({ accountId: account.id, events: pull.events, step: { lease, move } })).added;
    if (held) return added;
    // Not before: what a late confirm removes, it may remove behind a walk that has passed.
    if (state.openReceipt) await requestSweep(parts.db, lease, new Date(state.openReceipt.openedAt));
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

/** Whether a lost confirm may still arrive, and would remove what is at the head now. */
function isHeld(parts: LookParts, open: OpenReceipt | null, receipt: Receipt | null): boolean {
  if (!open || !receipt || !isSame(headOf(open.receipt), receipt.head)) return false;
  return parts.clock.now().getTime() - Date.parse(open.openedAt) < parts.times.confirmHoldMs;
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
