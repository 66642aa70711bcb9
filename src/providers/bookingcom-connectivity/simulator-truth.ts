import { conversationIds, messageIdOf, properties, type Stay, stayOf } from '../../simulator/bookingcom.ts';
import type { BookingTruth, ConversationState, ConversationTruth, MessageTruth } from '../../simulator/contract.ts';
import type { Message } from '../../simulator/estate.ts';
import { closesAt, type Desk, isShown, isWritable, visibleStays } from './simulator-desk.ts';
import { contentOf, guestName, referenceOf } from './simulator-messages.ts';
import type { Requests } from './simulator-requests.ts';

/** What a careful caller of version 1.2 finds, oldest thread first. */
export function reachableConversations(desk: Desk): readonly ConversationTruth[] {
  return visibleStays(desk).map((stay) => truthOf(desk, stay));
}

/** One thread as the API tells it. A request to book is no booking yet. */
export function truthOf(desk: Desk, stay: Stay): ConversationTruth {
  const shown = stay.conversation.messages.filter((message) => isShown(desk, message, 1.2));
  return {
    externalId: conversationIds.toExternal(stay.conversation.id),
    participantName: guestName(stay),
    participantEmail: null,
    bookingExternalId: stay.requested ? null : referenceOf(stay),
    leadExternalId: null,
    propertyExternalId: properties.toExternal(stay.property.id),
    messages: shown.map((message) => messageTruth(desk, stay, message)),
  };
}

/** A reservation with its thread, where that has begun. */
export function bookingTruth({ world }: Desk, id: number, externalId: string): BookingTruth {
  const stays = world.conversationsOf({ kind: 'booking', id }).map((conversation) => stayOf(world, conversation));
  return {
    externalId,
    conversationExternalIds: stays.flatMap((stay) => (stay ? [conversationIds.toExternal(stay.conversation.id)] : [])),
  };
}

export function stateOf(desk: Desk, stay: Stay, requests: Requests): ConversationState {
  return {
    writable: isWritable(desk, stay),
    writableUntil: closesAt(desk, stay),
    noReplyNeeded: stay.requested || desk.switches.tags === 'absent' ? null : stay.conversation.noReplyNeeded,
    openRequests: requests.openIn(stay.conversation.id),
  };
}

/** Ours count as read. */
function messageTruth(desk: Desk, stay: Stay, message: Message): MessageTruth {
  return {
    externalId: messageIdOf(message),
    sentBy: message.by === 'host' ? 'us' : 'participant',
    body: contentOf(desk, stay, message),
    sentAt: message.at,
    automated: message.automated,
    channel: null,
    read: message.by === 'host' || message.read,
  };
}
