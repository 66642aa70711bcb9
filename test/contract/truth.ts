import type { ProviderConversation, ProviderMessage } from '../../src/domain/messaging.ts';
import type { ProviderAdapter } from '../../src/providers/contract.ts';
import type { ConversationTruth, ProviderSimulator } from '../../src/simulator/contract.ts';
import { type Bench, callOf } from './bench.ts';
import { discover, type Heard, keyOf, lookUp, messagesIn, readBack, together, valueIn } from './walking.ts';

type Told = Omit<ConversationTruth, 'propertyExternalId'>;

/** Everything, as the adapter tells it: what it finds by itself, each conversation read, with its thread back to the beginning. */
export async function everythingTold({ adapter, module, simulator }: Bench): Promise<readonly Told[]> {
  const { batchSize } = module.limits;
  const { conversations } = await discover(adapter);
  const found = [...conversations.values(), ...(adapter.sweep ? [] : await silent(adapter, simulator, conversations))];
  const read: ProviderConversation[] = [];
  for (let from = 0; from < found.length; from += batchSize) {
    const slots = await adapter.conversations(found.slice(from, from + batchSize).map(keyOf), callOf());
    read.push(...slots.map((slot, place) => together(found[from + place], valueIn(slot))));
  }
  const threads = await readBack(adapter, found.map(keyOf), batchSize);
  return inOrder(read.map((conversation, index) => toldOf(conversation, messagesIn(threads[index] ?? []))));
}

/** Where there is no walk, a conversation in which nobody has written can only be asked for. */
async function silent(
  adapter: ProviderAdapter,
  simulator: ProviderSimulator,
  known: Heard['conversations'],
): Promise<readonly ProviderConversation[]> {
  const found: ProviderConversation[] = [];
  for (const truth of simulator.conversations()) {
    if (truth.messages.length > 0 || known.has(truth.externalId)) continue;
    const told = await lookUp(adapter, truth);
    if (told && told.externalId !== null) found.push(told);
  }
  return found;
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
