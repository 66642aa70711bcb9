import { ProviderError } from '../domain/errors.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { Page, ProviderConversation, ProviderMessage } from '../domain/messaging.ts';
import type { Call, PageKey, Slot } from '../providers/contract.ts';
import type { Limits } from '../providers/limits.ts';
import type { ThreadKey } from '../store/hot-set.ts';
import type { Connection } from './connections.ts';

export type Pages = ReadonlyMap<ConversationId, Page<ProviderMessage>>;
export type Failures = ReadonlyMap<ConversationId, ProviderError>;

/** Pages that were read, and why others were not. A thread in neither is gone. */
export interface PagesRead {
  readonly pages: Pages;
  readonly failures: Failures;
}

/** Newest pages, with what was told of their conversations on the way. */
export interface NewestRead extends PagesRead {
  readonly conversations: readonly ProviderConversation[];
}

/** How many threads are read in one go: as many as an account's calls in flight can name. */
export function threadsAtOnce(limits: Limits): number {
  return limits.batchSize * limits.parallel;
}

/** Reads conversations with their newest pages; where those do not come along, they are asked for. */
export async function readNewestPages(
  connection: Connection,
  keys: readonly ThreadKey[],
  call: Call,
): Promise<NewestRead> {
  const { values, failures } = await inBatches(connection, keys, (some) =>
    connection.adapter.conversations(some, call),
  );
  const without = keys.filter((key) => key.id && values.get(key.id)?.newest === null);
  const rest = await readPages(connection, without, () => null, call);
  const along = [...values].flatMap(([id, one]) => (one.newest ? [[id, one.newest] as const] : []));
  return {
    conversations: [...values.values()],
    pages: new Map([...along, ...rest.pages]),
    failures: new Map([...failures, ...rest.failures]),
  };
}

/** Reads one page of each thread, from the cursor given. */
export async function readPages(
  connection: Connection,
  keys: readonly ThreadKey[],
  cursorOf: (key: ThreadKey) => string | null,
  call: Call,
): Promise<PagesRead> {
  const asked = (some: readonly ThreadKey[]): readonly PageKey[] =>
    some.map((key) => ({ conversation: key, older: cursorOf(key) }));
  const read = await inBatches(connection, keys, (some) => connection.adapter.messages(asked(some), call));
  return { pages: read.values, failures: read.failures };
}

/** Asks in batches beside each other, as many at once as the throttle lets through. A batch that fails fails for its own keys only. */
async function inBatches<Value>(
  { module }: Connection,
  keys: readonly ThreadKey[],
  ask: (keys: readonly ThreadKey[]) => Promise<readonly Slot<Value>[]>,
): Promise<{ values: ReadonlyMap<ConversationId, Value>; failures: Failures }> {
  const values = new Map<ConversationId, Value>();
  const failures = new Map<ConversationId, ProviderError>();
  const { batchSize } = module.limits;
  const batches = Array.from({ length: Math.ceil(keys.length / batchSize) }, (_, place) =>
    keys.slice(place * batchSize, (place + 1) * batchSize),
  );
  await Promise.all(
    batches.map(async (batch) => {
      const slots = await ask(batch).catch((error: unknown): readonly Slot<Value>[] => {
        if (!(error instanceof ProviderError)) throw error;
        return batch.map(() => ({ ok: false, error }));
      });
      for (const [place, { id }] of batch.entries()) {
        const slot = slots[place];
        if (!id || !slot) continue;
        if (!slot.ok) failures.set(id, slot.error);
        else if (slot.value) values.set(id, slot.value);
      }
    }),
  );
  return { values, failures };
}
