import type { AccountId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { createWakes } from '../../src/lib/wake.ts';
import type { Checkpoint, Memory, Pull } from '../../src/providers/contract.ts';
import { providers } from '../../src/providers/registry.ts';
import { createIngest, type Ingest } from '../../src/sync/ingest.ts';
import type { TestApp } from './app.ts';

/** A door of its own into a test's store, beside that of the running system. */
export function doorOf({ db, clock }: Pick<TestApp, 'db' | 'clock'>): Ingest {
  return createIngest({ db, clock, times: defaultTimes, wakes: createWakes() });
}

/** What walking everything at a simulated provider tells, a batch a step, without any thread being read. */
export async function walk(t: TestApp): Promise<readonly (readonly ProviderEvent[])[]> {
  const module = providers[0];
  const simulator = t.simulator();
  const adapter = module?.connect(module.credentials.parse(simulator.credentials), {
    fetch: (url, init) => simulator.fetch(url, init),
    now: () => t.clock.now(),
    memory: createPlainMemory(),
  });
  const batches: (readonly ProviderEvent[])[] = [];
  for (let from: Checkpoint | null = null, more = true; more; ) {
    const step: Pull | undefined = await adapter?.sweep?.(from, {
      signal: new AbortController().signal,
      lane: 'background',
    });
    batches.push(step?.events ?? []);
    from = step?.checkpoint ?? null;
    more = step?.more ?? false;
  }
  return batches;
}

/** Stores what the provider lists and reads no thread: as an import stands just after its walk. */
export async function listOnly(t: TestApp, accountId: string): Promise<void> {
  const ingest = doorOf(t);
  for (const events of await walk(t)) await ingest({ accountId: accountId as AccountId, events });
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
