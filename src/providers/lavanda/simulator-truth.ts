import type { BookingTruth, ConversationTruth, MessageTruth } from '../../simulator/contract.ts';
import { type Conversation, type Message, nameOf, type Subject } from '../../simulator/estate.ts';
import type { World } from '../../simulator/world.ts';
import { timeText } from './simulator-estate.ts';
import { bookingIds, conversationIds, leadIds, listingIds, messageIds } from './simulator-ids.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

/**
 * What a careful caller finds: the threads of active workspaces that are no demo, and of each booking or lead only the
 * first guest's unless the plural spelling is served.
 */
export function reachableConversations(world: World, switches: LavandaSwitches): readonly ConversationTruth[] {
  const subjects = [
    ...world.bookingsInOrder.map(({ id }): Subject => ({ kind: 'booking', id })),
    ...world.leadsInOrder.map(({ id }): Subject => ({ kind: 'lead', id })),
  ].filter((subject) => {
    const { active, demo } = world.portfolioOf(subject);
    return active && !demo;
  });
  const reached = new Set(subjects.flatMap((subject) => reachedFrom(world, switches, subject)));
  return [...reached].sort((a, b) => a.id - b.id).map((conversation) => truthOf(world, switches, conversation));
}

/** One conversation as the API tells it, reachable or not. */
export function truthOf(world: World, switches: LavandaSwitches, conversation: Conversation): ConversationTruth {
  const guest = world.guests.get(conversation.guestId);
  const booking = idOf(conversation, 'booking');
  const lead = idOf(conversation, 'lead');
  return {
    externalId: conversationIds.toExternal(conversation.id),
    participantName: guest ? nameOf(guest) : null,
    participantEmail: guest?.email ?? null,
    bookingExternalId: booking === null ? null : bookingIds.toExternal(booking),
    leadExternalId: lead === null ? null : leadIds.toExternal(lead),
    propertyExternalId: propertyOf(world, booking, lead),
    messages: conversation.messages.map((message) => messageTruth(message, switches)),
  };
}

/** A booking with the conversations that the API gives now. */
export function bookingTruth(world: World, switches: LavandaSwitches, id: number): BookingTruth {
  const conversations = reachedFrom(world, switches, { kind: 'booking', id });
  return {
    externalId: bookingIds.toExternal(id),
    conversationExternalIds: conversations.map((conversation) => conversationIds.toExternal(conversation.id)),
  };
}

function reachedFrom(world: World, { conversationField }: LavandaSwitches, subject: Subject): readonly Conversation[] {
  const all = world.conversationsOf(subject);
  return conversationField === 'conversations' || conversationField === 'all' ? all : all.slice(0, 1);
}

function idOf(conversation: Conversation, kind: Subject['kind']): number | null {
  return conversation.subjects.find((subject) => subject.kind === kind)?.id ?? null;
}

/** A booking names a listing, a lead a building: nothing says how the two hang together. */
function propertyOf(world: World, booking: number | null, lead: number | null): string | null {
  const listing = booking === null ? undefined : world.bookings.get(booking)?.listingId;
  if (listing !== undefined) return listingIds.toExternal(listing);
  const building = lead === null ? undefined : world.leads.get(lead)?.propertyId;
  return building === undefined ? null : String(building);
}

function messageTruth(message: Message, switches: LavandaSwitches): MessageTruth {
  return {
    externalId: messageIds.toExternal(message.id),
    sentBy: message.by === 'host' ? 'us' : 'participant',
    body: message.body,
    sentAt: new Date(timeText(message.at, switches)),
    automated: message.automated,
    channel: message.channel,
    read: message.read,
  };
}
