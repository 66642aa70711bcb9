import { expect } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ProviderEvent, ProviderMessage } from '../../src/domain/messaging.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import type {
  Call,
  Checkpoint,
  ConversationKey,
  Memory,
  PageKey,
  ProviderAdapter,
  Pull,
} from '../../src/providers/contract.ts';
import { lavandaCredentials } from '../../src/providers/lavanda/credentials.ts';
import { lavanda } from '../../src/providers/lavanda/index.ts';
import { createSimulator } from '../../src/providers/lavanda/simulator.ts';
import type { LavandaSwitches } from '../../src/providers/lavanda/simulator-switches.ts';
import { createWorld } from '../../src/simulator/world.ts';

export const call: Call = { signal: new AbortController().signal, lane: 'background' };

/** Long enough ago for a thread to have a time for each message. */
export const lastMonth = new Date('2026-02-01T09:00:00Z');

export function visit(
  switches: Partial<LavandaSwitches>,
  { size = 30, credentials: given = 'good' }: { readonly size?: number; readonly credentials?: 'good' | 'bad' } = {},
) {
  const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size });
  const simulator = createSimulator({ world, clock, switches });
  const { credentials: good, badCredentials: bad, baseUrl } = simulator;
  const credentials = lavandaCredentials.parse({ ...(given === 'good' ? good : bad), baseUrl });
  const deps = { fetch: simulator.fetch, now: () => clock.now(), memory: createMemory() };
  return { clock, world, simulator, credentials, adapter: lavanda.connect(credentials, deps) };
}

function createMemory(): Memory {
  let value: JsonObject = {};
  let turn: Promise<unknown> = Promise.resolve();
  return {
    read: async () => value,
    update(change) {
      const next = turn.then(async () => {
        value = await change(value);
        return value;
      });
      turn = next.catch(() => null);
      return next;
    },
  };
}

export function keyOf(truth: {
  externalId: string;
  bookingExternalId: string | null;
  leadExternalId: string | null;
}): ConversationKey {
  const { externalId, bookingExternalId: booking, leadExternalId: lead } = truth;
  return { externalId: brand(externalId), address: booking === null ? { lead } : { booking } };
}

export async function sweep(adapter: ProviderAdapter): Promise<readonly ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  let from: Checkpoint | null = null;
  for (let steps = 0, more = true; more && steps < 50; steps++) {
    const pull: Pull | undefined = await adapter.sweep?.(from, call);
    events.push(...(pull?.events ?? []));
    from = pull?.checkpoint ?? null;
    more = pull?.more ?? false;
  }
  expect(from).toBeNull();
  return events;
}

export function conversationsIn(events: readonly ProviderEvent[]): Map<string, ConversationKey> {
  return new Map(
    events.flatMap((event) => {
      if (event.type !== 'conversation') return [];
      const { externalId, address } = event.conversation;
      return [[externalId, { externalId, address }]];
    }),
  );
}

/** Every message of every conversation, 25 conversations at a time. */
export async function readAll(adapter: ProviderAdapter, keys: readonly ConversationKey[]) {
  const threads: [string, readonly ProviderMessage[]][] = [];
  for (let start = 0; start < keys.length; start += 25) {
    const batch = keys.slice(start, start + 25);
    const slots = await adapter.conversations(batch, call);
    for (const [index, key] of batch.entries()) {
      const slot = slots[index];
      const newest = slot?.ok ? { ok: true as const, value: slot.value?.newest ?? null } : undefined;
      threads.push([String(key.externalId), await older(adapter, key, newest)]);
    }
  }
  return threads;
}

type PageSlot = Awaited<ReturnType<ProviderAdapter['messages']>>[number];

/** A page and all that are older, oldest first. */
export async function older(adapter: ProviderAdapter, conversation: ConversationKey, newest: PageSlot | undefined) {
  const messages: ProviderMessage[] = [];
  let slot = newest;
  for (let pages = 0; pages < 20; pages++) {
    if (!slot?.ok || !slot.value) throw new Error(`no page: ${slot && !slot.ok ? slot.error.message : 'null'}`);
    expect(slot.value.items.length).toBeLessThanOrEqual(25);
    messages.unshift(...slot.value.items);
    if (slot.value.older === null) return messages;
    const page: PageKey = { conversation, older: slot.value.older };
    [slot] = await adapter.messages([page], call);
  }
  throw new Error('pages without end');
}
