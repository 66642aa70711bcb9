import type {
  Page,
  ProviderBooking,
  ProviderConversation,
  ProviderEvent,
  ProviderLead,
  ProviderMessage,
} from '../../src/domain/messaging.ts';
import type {
  Checkpoint,
  ConversationKey,
  PageKey,
  ProviderAdapter,
  Pull,
  Slot,
} from '../../src/providers/contract.ts';
import type { ConversationTruth, ProviderSimulator } from '../../src/simulator/contract.ts';
import { type Bench, callOf } from './bench.ts';

/** What an adapter told, put together as a store would. */
export interface Heard {
  readonly conversations: Map<string, ProviderConversation>;
  readonly bookings: Map<string, ProviderBooking>;
  readonly leads: Map<string, ProviderLead>;
  /** By conversation. */
  readonly messages: Map<string, ProviderMessage[]>;
  readonly stale: Set<string>;
  readonly unreadable: string[];
}

/** Puts events together; the order in which they came does not matter. */
export function hear(events: Iterable<ProviderEvent>): Heard {
  const heard: Heard = {
    ...{ conversations: new Map(), bookings: new Map(), leads: new Map() },
    ...{ messages: new Map(), stale: new Set(), unreadable: [] },
  };
  for (const event of events) {
    if (event.type === 'conversation') hearConversation(heard, event.conversation);
    if (event.type === 'booking') heard.bookings.set(event.booking.externalId, event.booking);
    if (event.type === 'lead') heard.leads.set(event.lead.externalId, event.lead);
    if (event.type === 'message') {
      heard.messages.set(event.conversation, [...(heard.messages.get(event.conversation) ?? []), event.message]);
    }
    if (event.type === 'stale') heard.stale.add(event.conversation);
    if (event.type === 'unreadable') heard.unreadable.push(event.reason);
  }
  return heard;
}

function hearConversation({ conversations }: Heard, news: ProviderConversation): void {
  conversations.set(news.externalId, together(conversations.get(news.externalId), news));
}

/** What was left out before or is left out now stays as it was told: one that hangs from two things is told once with each. */
function together(known: ProviderConversation | undefined, news: ProviderConversation): ProviderConversation {
  const { booking = null, lead = null, participant = null } = known ?? {};
  return {
    ...news,
    booking: news.booking ?? booking,
    lead: news.lead ?? lead,
    participant: news.participant ?? participant,
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

/** Everything that the adapter finds by itself: by its walk, its change feed, or both. */
export async function discover(adapter: ProviderAdapter): Promise<Heard> {
  const sweep = adapter.sweep && ((from: Checkpoint | null) => adapter.sweep?.(from, callOf()) ?? noPull);
  const pull = adapter.pull && ((from: Checkpoint | null) => adapter.pull?.(from, callOf()) ?? noPull);
  const steps = [...(sweep ? await walk(sweep) : []), ...(pull ? await walk(pull) : [])];
  return hear(steps.flatMap((step) => step.pull.events));
}

const noPull: Promise<Pull> = Promise.resolve({ events: [], checkpoint: null, more: false, receipt: null });

/** How the conversations that were found are named to their provider, in the order of the simulator's truth. */
export async function keysOf({ adapter, simulator }: Bench): Promise<readonly ConversationKey[]> {
  const { conversations } = await discover(adapter);
  return simulator.conversations().flatMap(({ externalId }) => {
    const found = conversations.get(externalId);
    return found ? [keyOf(found)] : [];
  });
}

export function keyOf({ externalId, address }: ProviderConversation): ConversationKey {
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

type Told = Omit<ConversationTruth, 'propertyExternalId'>;

/** Everything, as the adapter tells it: what it finds by itself, each conversation read, with its thread back to the beginning. */
export async function everythingTold({ adapter, module }: Bench): Promise<readonly Told[]> {
  const { batchSize } = module.limits;
  const found = [...(await discover(adapter)).conversations.values()];
  const read: ProviderConversation[] = [];
  for (let from = 0; from < found.length; from += batchSize) {
    const slots = await adapter.conversations(found.slice(from, from + batchSize).map(keyOf), callOf());
    read.push(...slots.map((slot, place) => together(found[from + place], valueIn(slot))));
  }
  const threads = await readBack(adapter, found.map(keyOf), batchSize);
  return inOrder(read.map((conversation, index) => toldOf(conversation, messagesIn(threads[index] ?? []))));
}

/** Everything, as it is in truth. */
export function everythingTrue(simulator: ProviderSimulator): readonly Told[] {
  return inOrder(simulator.conversations().map(({ propertyExternalId: _, ...told }) => told));
}

/** What a message's fields should be, of those that the simulator's truth names. */
export function truthfully(message: ProviderMessage) {
  const { externalId, sentBy, body, sentAt, automated, channel, read } = message;
  return { externalId, sentBy, body, sentAt, automated, channel, read };
}

function toldOf(conversation: ProviderConversation, messages: readonly ProviderMessage[]): Told {
  return {
    externalId: conversation.externalId,
    participantName: conversation.participant?.name ?? null,
    participantEmail: conversation.participant?.email ?? null,
    bookingExternalId: conversation.booking,
    leadExternalId: conversation.lead,
    messages: messages.map(truthfully) as Told['messages'],
  };
}

function inOrder(told: readonly Told[]): readonly Told[] {
  return told.toSorted((a, b) => (a.externalId < b.externalId ? -1 : 1));
}
