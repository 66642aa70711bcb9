import type { JsonObject } from '../../src/domain/json.ts';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type {
  Call,
  Checkpoint,
  Fetch,
  Memory,
  ProviderAdapter,
  ProviderModule,
  Pull,
} from '../../src/providers/contract.ts';

/** A provider's account, and how it is reached. */
export interface ListedAccount {
  readonly module: ProviderModule;
  readonly credentials: unknown;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** The account's own, where what is learned from lists is to be known afterwards. Absent: one that is forgotten. */
  readonly memory?: Memory;
}

/**
 * What an account lists, a batch a step, without any thread being read and without any message: by its walk where it has one, else by its
 * feed, which is confirmed on the way. Asked by an adapter of its own, beside whatever the running system has.
 */
export async function* unreadLists(account: ListedAccount): AsyncGenerator<readonly ProviderEvent[]> {
  const adapter = visitor(account);
  for (let from: Checkpoint | null = null, more = true; more; ) {
    const step: Pull = await stepOf(adapter, from);
    yield step.events.filter(({ type }) => type !== 'message');
    if (step.receipt) await adapter.confirm?.(step.receipt, call);
    from = step.checkpoint;
    more = step.more;
  }
}

const call: Call = { signal: new AbortController().signal, lane: 'background' };

function stepOf(adapter: ProviderAdapter, from: Checkpoint | null): Promise<Pull> {
  const step = adapter.sweep?.(from, call) ?? adapter.pull?.(from, call);
  if (!step) throw new Error('this provider lists nothing');
  return step;
}

function visitor({ module, credentials, fetch, clock, memory = createPlainMemory() }: ListedAccount): ProviderAdapter {
  return module.connect(module.credentials.parse(credentials), { fetch, memory, now: () => clock.now() });
}

function createPlainMemory(): Memory {
  let kept: JsonObject = {};
  return {
    read: async () => kept,
    async update(change) {
      kept = await change(kept);
      return kept;
    },
  };
}
