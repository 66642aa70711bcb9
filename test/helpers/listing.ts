import type { AccountId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { createWakes } from '../../src/lib/wake.ts';
import type { Call, Checkpoint, Memory, ProviderAdapter, Pull } from '../../src/providers/contract.ts';
import { providers } from '../../src/providers/registry.ts';
import { createIngest, type Ingest } from '../../src/sync/ingest.ts';
import { type TestApp, testSealer } from './app.ts';

/** A door of its own into a test's store, beside that of the running system. */
export function doorOf({ db, clock }: Pick<TestApp, 'db' | 'clock'>): Ingest {
  return createIngest({ db, clock, times: defaultTimes, wakes: createWakes(), sealer: testSealer });
}

/** What walking everything at a simulated provider tells, a batch a step, without any thread being read. */
export async function walk(t: TestApp): Promise<readonly (readonly ProviderEvent[])[]> {
  const adapter = visit(t);
  const batches: (readonly ProviderEvent[])[] = [];
  for (let from: Checkpoint | null = null, more = true; more; ) {
    const step: Pull | undefined = await adapter.sweep?.(from, call);
    batches.push(step?.events ?? []);
    from = step?.checkpoint ?? null;
    more = step?.more ?? false;
  }
  return batches;
}

/** What reading every conversation with its newest page tells, a batch a conversation. */
export async function readAll(t: TestApp): Promise<readonly (readonly ProviderEvent[])[]> {
  const adapter = visit(t);
  const keys = (await walk(t)).flat().flatMap((event) => (event.type === 'conversation' ? [event.conversation] : []));
  const slots = await Promise.all(keys.map((key) => adapter.conversations([key], call)));
  return slots
    .flat()
    .map((slot): ProviderEvent[] =>
      slot.ok && slot.value ? [{ type: 'conversation', conversation: slot.value }] : [],
    );
}

/** Stores what the provider lists and reads no thread: as an import stands just after its walk. */
export async function listOnly(t: TestApp, accountId: string): Promise<void> {
  const ingest = doorOf(t);
  for (const events of await walk(t)) await ingest({ accountId: accountId as AccountId, events });
}

const call: Call = { signal: new AbortController().signal, lane: 'background' };

/** An adapter of the test's own, beside those of the running system. */
function visit(t: TestApp): ProviderAdapter {
  const simulator = t.simulator();
  const module = providers[0];
  if (!module) throw new Error('no provider is registered');
  return module.connect(module.credentials.parse(simulator.credentials), {
    fetch: (url, init) => simulator.fetch(url, init),
    now: () => t.clock.now(),
    memory: createPlainMemory(),
  });
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
