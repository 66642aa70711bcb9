import { brand } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ProviderEvent, ProviderMessage } from '../../src/domain/messaging.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import {
  type ConnectivityCredentials,
  connectivityCredentials,
} from '../../src/providers/bookingcom-connectivity/credentials.ts';
import { bookingcomConnectivity } from '../../src/providers/bookingcom-connectivity/index.ts';
import { createSimulator } from '../../src/providers/bookingcom-connectivity/simulator.ts';
import type { ConnectivitySwitches } from '../../src/providers/bookingcom-connectivity/simulator-switches.ts';
import type { Call, Checkpoint, ConversationKey, Memory, ProviderAdapter, Pull } from '../../src/providers/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';

export const call: Call = { signal: new AbortController().signal, lane: 'background' };

/** Long enough ago for a thread to have a time for each message, and lately enough to be written in. */
export const lastMonth = new Date('2026-02-01T09:00:00Z');

/** A machine account and an adapter that has looked at it once, so that its memory knows the properties. */
export function visit(
  switches: Partial<ConnectivitySwitches> = {},
  given: { readonly size?: number; readonly credentials?: Partial<ConnectivityCredentials> } = {},
) {
  const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size: given.size ?? 30 });
  const simulator = createSimulator({ world, clock, switches });
  const { baseUrl } = simulator;
  const credentials = connectivityCredentials.parse({ ...simulator.credentials, baseUrl, ...given.credentials });
  const requestIds: string[] = [];
  const note = (facts: Readonly<Record<string, unknown>>) => void requestIds.push(String(facts.requestId));
  const deps = { fetch: simulator.fetch, now: () => clock.now(), memory: createMemory(), note };
  return {
    clock,
    world,
    simulator,
    credentials,
    requestIds,
    adapter: bookingcomConnectivity.connect(credentials, deps),
  };
}

export type Visit = ReturnType<typeof visit>;

function createMemory(): Memory {
  let value: JsonObject = {};
  let turn: Promise<unknown> = Promise.resolve();
  return {
    read: async () => value,
    update(change) {
      const next = turn.then(async () => {
        value = JSON.parse(JSON.stringify(await change(value)));
        return value;
      });
      turn = next.catch(() => null);
      return next;
    },
  };
}

/** Names a conversation by its id and what it is about, as a store would that has not learned who we are there. */
export function keyOf(truth: {
  readonly externalId: string;
  readonly bookingExternalId: string | null;
  readonly propertyExternalId: string | null;
}): ConversationKey {
  const { externalId, bookingExternalId: reference, propertyExternalId: property } = truth;
  return { externalId: brand(externalId), address: { property, reference, type: 'reservation' } };
}

/** Walks over everything. */
export async function sweep(adapter: ProviderAdapter): Promise<readonly ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  let from: Checkpoint | null = null;
  for (let steps = 0, more = true; more && steps < 100; steps++) {
    const pull: Pull | undefined = await adapter.sweep?.(from, call);
    events.push(...(pull?.events ?? []));
    from = pull?.checkpoint ?? null;
    more = pull?.more ?? false;
  }
  if (from !== null) throw new Error('the walk does not end');
  return events;
}

export async function pullOnce(adapter: ProviderAdapter, from: Checkpoint | null = null): Promise<Pull> {
  const pull = await adapter.pull?.(from, call);
  if (!pull) throw new Error('there is no queue');
  return pull;
}

/** Looks as the poller does: reads, confirms what was read, and reads on. */
export async function drain(adapter: ProviderAdapter, from: Checkpoint | null = null): Promise<Pull> {
  const events: ProviderEvent[] = [];
  let at = from;
  for (let looks = 0; looks < 50; looks += 1) {
    const pull = await pullOnce(adapter, at);
    events.push(...pull.events);
    if (pull.receipt) await adapter.confirm?.(JSON.parse(JSON.stringify(pull.receipt)), call);
    at = pull.checkpoint;
    if (!pull.more) return { ...pull, events };
  }
  throw new Error('the queue does not end');
}

export function messagesIn(events: readonly ProviderEvent[]): readonly ProviderMessage[] {
  return events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
}

export function conversationsIn(events: readonly ProviderEvent[]): ReadonlyMap<string, ConversationKey> {
  return new Map(
    events.flatMap((event) => {
      if (event.type !== 'conversation') return [];
      const { externalId, address } = event.conversation;
      return [[externalId, { externalId, address }]];
    }),
  );
}

/** A whole thread, oldest first. */
export async function wholeThread(adapter: ProviderAdapter, conversation: ConversationKey) {
  const messages: ProviderMessage[] = [];
  let older: string | null = null;
  for (let pages = 0; pages < 20; pages++) {
    const [slot] = await adapter.messages([{ conversation, older }], call);
    if (!slot?.ok || !slot.value) throw new Error(`no page: ${slot && !slot.ok ? slot.error.message : 'null'}`);
    messages.unshift(...slot.value.items);
    older = slot.value.older;
    if (older === null) return messages;
  }
  throw new Error('pages without end');
}

/** What the simulator's truth tells of a message. */
export function truthful({ externalId, sentBy, body, sentAt }: ProviderMessage) {
  return { externalId, sentBy, body, sentAt };
}

/** A new conversation that can be written in, with three messages of the last hours. */
export function openThread({ simulator, clock }: Pick<Visit, 'simulator' | 'clock'>) {
  const createdAt = new Date(clock.now().getTime() - 6 * 3_600_000);
  const truth = simulator.addConversation({ createdAt, messages: 3 });
  if (!simulator.stateOf?.(truth.externalId).writable) throw new Error('it cannot be written in');
  return truth;
}
