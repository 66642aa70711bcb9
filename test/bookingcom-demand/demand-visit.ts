import { brand } from '../../src/domain/ids.ts';
import type { ProviderEvent, ProviderMessage } from '../../src/domain/messaging.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { demandCredentials } from '../../src/providers/bookingcom-demand/credentials.ts';
import { bookingcomDemand } from '../../src/providers/bookingcom-demand/index.ts';
import { createSimulator, platforms } from '../../src/providers/bookingcom-demand/simulator.ts';
import type { DemandSwitches } from '../../src/providers/bookingcom-demand/simulator-switches.ts';
import type { Call, Checkpoint, ConversationKey, ProviderAdapter, Pull, Slot } from '../../src/providers/contract.ts';
import { properties, reservationIdOf } from '../../src/simulator/bookingcom.ts';
import type { ConversationTruth } from '../../src/simulator/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';

export const call: Call = { signal: new AbortController().signal, lane: 'background' };
export const dayMs = 86_400_000;

export type Version = '3.1' | '3.2' | '3.3';

export interface VisitOptions {
  readonly version?: Version;
  /** Conversations in the world. Absent: 6. */
  readonly size?: number;
  readonly bad?: boolean;
}

/** An account of a travel seller in a world of its own. */
export function visit(
  switches: Partial<DemandSwitches>,
  { version = '3.2', size = 6, bad = false }: VisitOptions = {},
) {
  const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
  const world = createWorld({ seed: 7, clock, size, platforms });
  const simulator = createSimulator({ world, clock, switches });
  const { credentials: good, badCredentials } = simulator;
  const baseUrl = `https://demandapi.booking.com/${version}`;
  const credentials = demandCredentials.parse({ ...(bad ? badCredentials : good), baseUrl });
  const refuses = () => Promise.reject(new Error('there is no memory'));
  const memory = { read: refuses, update: refuses };
  const deps = { fetch: simulator.fetch, now: () => clock.now(), memory };
  return { clock, world, simulator, adapter: bookingcomDemand.connect(credentials, deps) };
}

export type Visit = ReturnType<typeof visit>;

export async function pullOnce(adapter: ProviderAdapter, from: Checkpoint | null = null): Promise<Pull> {
  const pull = await adapter.pull?.(from, call);
  if (!pull) throw new Error('there is no feed');
  return pull;
}

/** Reads the feed to its end as the core does: every receipt is confirmed once, and only after it was read. */
export async function drain(adapter: ProviderAdapter, from: Checkpoint | null = null) {
  const events: ProviderEvent[] = [];
  let checkpoint = from;
  for (let more = true, looks = 0; more; looks += 1) {
    if (looks === 50) throw new Error('the feed does not end');
    const pull = await pullOnce(adapter, checkpoint);
    events.push(...pull.events);
    if (pull.receipt) await adapter.confirm?.(JSON.parse(JSON.stringify(pull.receipt)), call);
    checkpoint = pull.checkpoint;
    more = pull.more;
  }
  return { events, checkpoint };
}

/** What the messages among events say, in the order in which they came. */
export function messagesIn(events: readonly ProviderEvent[]) {
  return events.flatMap((event) => {
    if (event.type !== 'message') return [];
    return [{ conversation: String(event.conversation), ...saidBy(event.message) }];
  });
}

export function saidBy({ externalId, sentBy, body, sentAt }: ProviderMessage) {
  return { externalId: String(externalId), sentBy, body, sentAt };
}

/** The same in truth. */
export function truthIn({ externalId: conversation, messages }: ConversationTruth) {
  return messages.map(({ externalId, sentBy, body, sentAt }) => ({ conversation, externalId, sentBy, body, sentAt }));
}

export function keyOf({ externalId, bookingExternalId, propertyExternalId }: ConversationTruth): ConversationKey {
  const address = { accommodation: propertyExternalId ?? '', reservation: bookingExternalId ?? '' };
  return { externalId: brand(externalId), address };
}

export function valueIn<Value>(slot: Slot<Value> | undefined): Value {
  if (!slot?.ok || slot.value === null) throw new Error(`no value: ${slot && !slot.ok ? slot.error.message : 'null'}`);
  return slot.value;
}

/** A whole thread, oldest first. */
export async function readBack(adapter: ProviderAdapter, conversation: ConversationKey) {
  const messages: ProviderMessage[] = [];
  for (let older: string | null = null, pages = 0; pages < 20; pages += 1) {
    const [slot] = await adapter.messages([{ conversation, older }], call);
    const page = valueIn(slot);
    messages.unshift(...page.items);
    if (page.older === null) return messages;
    older = page.older;
  }
  throw new Error('pages without end');
}

export function firstIn({ simulator }: Visit): ConversationTruth {
  const [first] = simulator.conversations();
  if (!first) throw new Error('there is no conversation');
  return first;
}

/** A new booking, as the one who made it knows it: by property and reservation. */
export function book({ simulator, world }: Visit, news: Parameters<Visit['simulator']['addBooking']>[0] = {}) {
  const { externalId: booking } = simulator.addBooking(news);
  const made = [...world.bookings.values()].find((one) => reservationIdOf(one) === booking);
  const property = world.listings.get(made?.listingId ?? 0)?.propertyId ?? 0;
  return { booking, property: properties.toExternal(property) };
}
