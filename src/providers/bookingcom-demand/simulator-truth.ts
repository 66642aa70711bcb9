import {
  conversationIds,
  messageIdOf,
  properties,
  reservationIdOf,
  type Stay,
  stayOf,
  writableUntil,
} from '../../simulator/bookingcom.ts';
import type { BookingTruth, ConversationState, ConversationTruth, MessageTruth } from '../../simulator/contract.ts';
import type { Message } from '../../simulator/estate.ts';
import type { Desk } from './simulator-desk.ts';
import { contentOf } from './simulator-messages.ts';

/** One thread as the API tells it: the participant is the property, named only by the messages that it wrote. */
export function truthOf(stay: Stay): ConversationTruth {
  const { messages } = stay.conversation;
  return {
    externalId: conversationIds.toExternal(stay.conversation.id),
    participantName: messages.some(({ by }) => by === 'host') ? stay.property.name : null,
    participantEmail: null,
    bookingExternalId: reservationIdOf(stay.booking),
    leadExternalId: null,
    propertyExternalId: properties.toExternal(stay.property.id),
    messages: messages.map(messageTruth),
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

export function stateOf({ clock }: Desk, stay: Stay): ConversationState {
  const until = writableUntil(stay, 'guest');
  return { writable: clock.now() <= until, writableUntil: until, noReplyNeeded: null, openRequests: [] };
}

function messageTruth(message: Message): MessageTruth {
  return {
    externalId: messageIdOf(message),
    sentBy: message.by === 'guest' ? 'us' : 'participant',
    body: contentOf(message),
    sentAt: message.at,
    ...{ automated: null, channel: null, read: null },
  };
}
