import type { AccountState } from '../domain/account.ts';
import { ProviderError, type ProviderErrorKind } from '../domain/errors.ts';
import type { ThreadRead } from '../domain/gateway.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { ProviderEvent } from '../domain/messaging.ts';
import type { Call, ConversationKey } from '../providers/contract.ts';
import { noteContact } from '../store/accounts.ts';
import { hotThreads, staleThreads } from '../store/hot-set.ts';
import type { AccountLease } from '../store/leases.ts';
import type { Connection } from './connections.ts';
import { describeFiles } from './describing.ts';
import type { LookParts } from './look.ts';
import { pullAll } from './pulling.ts';
import { threadsAtOnce } from './thread-pages.ts';
import { isOfThread } from './threads.ts';

/**
 * One look at an account: what its provider says has happened or, where it tells no changes, the newest of what conversations hang from
 * and the hot set; then the threads known to have more. Returns how many messages were new. The outcome is noted on the account.
 * Throws ProviderError after noting it.
 */
export async function look(
  parts: LookParts,
  connection: Connection,
  lease: AccountLease,
  signal: AbortSignal,
): Promise<number> {
  const call: Call = { signal, lane: 'background' };
  const { account, adapter } = connection;
  try {
    const added = adapter.pull
      ? await pullAll(parts, connection, lease, call)
      : await lookAround(parts, connection, call);
    await catchUp(parts, connection, call);
    await describeFiles(parts, connection, call);
    const now = parts.clock.now();
    await noteContact(parts.db, account.id, { state: 'LIVE', error: null, pulledAt: now }, now);
    return added;
  } catch (error) {
    if (error instanceof ProviderError) await noteFailure(parts, connection, error);
    throw error;
  }
}

/**
 * Notes a provider's failure on its account: refused credentials are a state of their own, and one that is to wait until its hour turns is
 * well all the same.
 */
export async function noteFailure(
  parts: Pick<LookParts, 'db' | 'clock'>,
  connection: Connection,
  error: ProviderError,
): Promise<void> {
  const state = states[error.kind] ?? 'FAILING';
  const failure = { kind: error.kind, message: error.detail, retryAt: error.retryAt };
  await noteContact(parts.db, connection.account.id, { state, error: failure, pulledAt: null }, parts.clock.now());
}

const states: Partial<Record<ProviderErrorKind, AccountState>> = { auth: 'AUTH_FAILED', 'rate-limited': 'LIVE' };

async function lookAround(parts: LookParts, connection: Connection, call: Call): Promise<number> {
  const { account, adapter, module } = connection;
  let added = 0;
  const take = async (events: readonly ProviderEvent[]): Promise<void> => {
    if (events.length > 0) added += (await parts.ingest({ accountId: account.id, events })).added;
  };
  if (adapter.glance) await take(await adapter.glance(call));
  const hot = await hotThreads(parts.db, account.id, parts.clock.now());
  const { batchSize } = module.limits;
  let failed: ProviderError | null = null;
  for (let from = 0; from < hot.length && !call.signal.aborted; from += batchSize) {
    const slots = await adapter.conversations(hot.slice(from, from + batchSize).map(toKey), call);
    await take(
      slots.flatMap((slot): readonly ProviderEvent[] =>
        slot.ok && slot.value ? [{ type: 'conversation', conversation: slot.value }] : [],
      ),
    );
    for (const slot of slots) if (!slot.ok && slot.error.kind !== 'not-found') failed = slot.error;
  }
  // Its neighbours are stored; the account still shows that something could not be read.
  if (failed) throw failed;
  return added;
}

/** Reads threads that are known to have something we have not, as many as go at once. */
async function catchUp(parts: LookParts, connection: Connection, call: Call): Promise<void> {
  const { account, module } = connection;
  const ids = await staleThreads(parts.db, account.id, threadsAtOnce(module.limits), parts.clock.now());
  await readThreads(parts, connection, { ids, page: 'newest' }, call);
}

/** Reads threads for the loops. One that cannot be read has been put off; only a failure that concerns the whole account is thrown. */
export async function readThreads(
  parts: LookParts,
  connection: Connection,
  what: { readonly ids: readonly ConversationId[]; readonly page: ThreadRead['page'] },
  call: Call,
): Promise<void> {
  if (what.ids.length === 0) return;
  const reads = what.ids.map((conversationId) => ({ conversationId, page: what.page }));
  const failures = await parts.threads.read(connection, reads, call);
  const failure = failures.find((one) => one !== null && !isOfThread(one));
  if (failure) throw failure;
}

function toKey(key: ConversationKey): ConversationKey {
  return { externalId: key.externalId, address: key.address };
}
