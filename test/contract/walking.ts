import type {
  Page,
  ProviderBooking,
  ProviderConversation,
  ProviderEvent,
  ProviderLead,
  ProviderMessage,
  ProviderParticipant,
  UnwrittenConversation,
} from '../../src/domain/messaging.ts';
import type {
  Checkpoint,
  ConversationKey,
  PageKey,
  ProviderAdapter,
  Pull,
  Slot,
} from '../../src/providers/contract.ts';
import type { ConversationTruth } from '../../src/simulator/contract.ts';
import { type Bench, callOf } from './bench.ts';

/** What an adapter told, put together as a store would. */
export interface Heard {
  readonly conversations: Map<string, ProviderConversation>;
  readonly bookings: Map<string, ProviderBooking>;
  readonly leads: Map<string, ProviderLead>;
  /** By conversation. */
  readonly messages: Map<string, ProviderMessage[]>;
  readonly stale: Set<string>;
  /** By booking. */
  readonly unwritten: Map<string, UnwrittenConversation>;
  readonly unreadable: string[];
}

/** Puts events together; the order in which they came does not matter. */
export function hear(events: Iterable<ProviderEvent>): Heard {
  const heard: Heard = {
    ...{ conversations: new Map(), bookings: new Map(), leads: new Map() },
    ...{ messages: new Map(), stale: new Set(), unwritten: new Map(), unreadable: [] },
  };
  for (const event of events) {
    if (event.type === 'conversation') hearConversation(heard, event.conversation);
    if (event.type === 'booking') heard.bookings.set(event.booking.externalId, event.booking);
    if (event.type === 'lead') heard.leads.set(event.lead.externalId, event.lead);
    if (event.type === 'message') {
      heard.messages.set(event.conversation, [...(heard.messages.get(event.conversation) ?? []), event.message]);
    }
    if (event.type === 'stale') heard.stale.add(event.conversation);
    if (event.type === 'unwritten') heard.unwritten.set(event.conversation.booking, event.conversation);
    if (event.type === 'unreadable') heard.unreadable.push(event.reason);
  }
  return heard;
}

function hearConversation({ conversations }: Heard, news: ProviderConversation): void {
  conversations.set(news.externalId, together(conversations.get(news.externalId), news));
}

/** What was left out before or is left out now stays as it was told: one that hangs from two things is told once with each. */
export function together(known: ProviderConversation | undefined, news: ProviderConversation): ProviderConversation {
  const { booking = null, lead = null, participant = null } = known ?? {};
  return {
    ...news,
    booking: news.booking ?? booking,
    lead: news.lead ?? lead,
    participant: personOf(participant, news.participant),
  };
}

function personOf(known: ProviderParticipant | null, news: ProviderParticipant | null): ProviderParticipant | null {
  if (!known || !news) return news ?? known;
  return {
    externalId: news.externalId ?? known.externalId,
    name: news.name ?? known.name,
    email: news.email ?? known.email,
  };
}

/** One step of a walk: where it started and what it brought. */
export interface Step {
  readonly from: Checkpoint | null;
  readonly pull: Pull;
}

type Stepper = (from: Checkpoint | null) => Promise<Pull>;

/** Walks on until nothing more is said to be there. */
export async function walk(step: Stepper, from: Checkpoint | null = null): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (let at = from; ; ) {
    const pull = await step(at);
    steps.push({ from: at, pull });
    if (!pull.more) return steps;
    if (steps.length === 500) throw new Error('the walk does not end');
    at = pull.checkpoint;
  }
}

/** Everything that the adapter finds by itself: by its walk, its change feed, or both. What the feed tells is confirmed, as it goes on. */
export async function discover(adapter: ProviderAdapter): Promise<Heard> {
  const sweep = adapter.sweep && ((from: Checkpoint | null) => adapter.sweep?.(from, callOf()) ?? noPull);
  const steps = [...(sweep ? await walk(sweep) : []), ...(adapter.pull ? await walk(draining(adapter)) : [])];
  return hear(steps.flatMap((step) => step.pull.events));
}

/** Pulls without confirming. */
export function pulling(adapter: ProviderAdapter): Stepper {
  return (from) => adapter.pull?.(from, callOf()) ?? noPull;
}

/** Pulls and then confirms as the core does: from what was stored, and once. */
export function draining(adapter: ProviderAdapter): Stepper {
  return async (from) => {
    const pull = await pulling(adapter)(from);
    if (pull.receipt) await adapter.confirm?.(stored(pull.receipt), callOf());
    return pull;
  };
}

/** As it is after it was kept as JSON. */
export function stored<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

const noPull: Promise<Pull> = Promise.resolve({ events: [], checkpoint: null, more: false, receipt: null });

/** How the conversations are named to their provider, in the order of the simulator's truth. */
export async function keysOf(bench: Bench): Promise<readonly ConversationKey[]> {
  return keysIn(bench, await discover(bench.adapter));
}

/** The same of what was discovered already; where nobody has written no feed tells of it, and it is asked for by its booking. */
export async function keysIn(
  { adapter, simulator }: Pick<Bench, 'adapter' | 'simulator'>,
  { conversations, unwritten }: Heard,
): Promise<readonly ConversationKey[]> {
  const keys: ConversationKey[] = [];
  for (const truth of simulator.conversations()) {
    const told = conversations.get(truth.externalId) ?? (await lookUp(adapter, truth));
    const found = told ?? unwritten.get(truth.bookingExternalId ?? '');
    if (found) keys.push(keyOf(found));
  }
  return keys;
}

/** A conversation by the booking that it is about; null where there is none or the provider cannot tell. */
export async function lookUp(
  adapter: ProviderAdapter,
  { propertyExternalId: property, bookingExternalId: booking }: ConversationTruth,
): Promise<ProviderConversation | UnwrittenConversation | null> {
  if (property === null || booking === null) return null;
  return (await adapter.findConversation?.({ property, booking }, callOf())) ?? null;
}

export function keyOf({ externalId, address }: ProviderConversation | UnwrittenConversation): ConversationKey {
  return { externalId, address };
}

/** The value of a slot that must hold one. */
export function valueIn<Value>(slot: Slot<Value> | undefined): Value {
  if (!slot) throw new Error('there is no such slot');
  if (!slot.ok) throw slot.error;
  if (slot.value === null) throw new Error('the slot is empty');
  return slot.value;
}

/** Pages back to the beginning of threads; slot i holds the pages of thread i as they came, the newest first. */
export async function readBack(
  adapter: ProviderAdapter,
  keys: readonly ConversationKey[],
  batchSize: number,
): Promise<readonly (readonly Page<ProviderMessage>[])[]> {
  const pages: Page<ProviderMessage>[][] = keys.map(() => []);
  let open = keys.map((conversation, index) => ({ index, page: { conversation, older: null } as PageKey }));
  for (let round = 0; open.length > 0; round += 1) {
    if (round === 500) throw new Error('the thread has no beginning');
    const now = open.slice(0, batchSize);
    const later = open.slice(batchSize);
    const slots = await adapter.messages(
      now.map(({ page }) => page),
      callOf(),
    );
    const unfinished = now.flatMap(({ index, page }, place) => {
      const read = valueIn(slots[place]);
      pages[index]?.push(read);
      return read.older === null ? [] : [{ index, page: { ...page, older: read.older } }];
    });
    open = [...later, ...unfinished];
  }
  return pages;
}

/** The messages of a thread's pages, oldest first. */
export function messagesIn(pages: readonly Page<ProviderMessage>[]): readonly ProviderMessage[] {
  return pages.toReversed().flatMap(({ items }) => items);
}
