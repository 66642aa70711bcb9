import type { Json, JsonObject } from '../../domain/json.ts';
import {
  attachmentIdOf,
  conversationIds,
  guestParticipants,
  messageIdOf,
  properties,
  propertyParticipants,
  redactedText,
  reservationIdOf,
  type Stay,
} from '../../simulator/bookingcom.ts';
import type { Message } from '../../simulator/estate.ts';
import type { Desk, Dialect, Waiting } from './simulator-desk.ts';

/** A message in the feed, in one of the three published shapes. */
export function showInFeed(desk: Desk, { message, stay }: Waiting, dialect: Dialect): JsonObject {
  const id = messageIdOf(message);
  const conversation = conversationIds.toExternal(stay.conversation.id);
  const about = {
    accommodation: properties.toExternal(stay.property.id),
    reservation: reservationIdOf(stay.booking),
  };
  const common = {
    content: contentOf(message),
    attachments: filesOf(desk, message),
    timestamp: timeIn(dialect, message),
  };
  const sender = senderIn(dialect, stay, message);
  if (dialect === 'guide') return { message: id, conversation: { conversation, ...about }, ...common, sender };
  if (dialect === '3.2') return { id, conversation: { id: conversation, ...about }, ...common, sender };
  return { message_id: id, reply_to: null, conversation: { id: conversation, ...about }, ...common, sender };
}

/** A whole thread. */
export function showConversation(desk: Desk, stay: Stay, dialect: Dialect, arrange: Arrange): JsonObject {
  const { property, guest, conversation } = stay;
  const accommodation = properties.toExternal(property.id);
  const messages = conversation.messages.map(
    (message): JsonObject => ({
      id: messageIdOf(message),
      ...(dialect === '3.2' ? {} : { reply_to: null }),
      sender: senderOf(stay, message),
      content: contentOf(message),
      ...(dialect === 'guide' ? {} : { attachments: filesOf(desk, message) }),
      timestamp: message.at.toISOString(),
    }),
  );
  // The name holds the id; the 3.1 reference has a field of its own for it.
  const label = dialect === '3.1' ? { accommodation_id: accommodation } : { name: accommodation };
  return {
    id: conversationIds.toExternal(conversation.id),
    reservation: reservationIdOf(stay.booking),
    messages: arrange(messages),
    participants: [
      { id: guestParticipants.toExternal(guest.id), metadata: { type: 'guest' } },
      { id: propertyParticipants.toExternal(property.id), metadata: { type: 'property', ...label } },
    ],
  };
}

type Arrange = (items: readonly JsonObject[]) => readonly JsonObject[];

export function contentOf(message: Message): string {
  return message.redacted ? redactedText : message.body;
}

function filesOf({ world }: Desk, message: Message): readonly string[] {
  const files = message.redacted ? [] : message.attachmentIds.map((id) => world.attachments.get(id));
  return files.flatMap((file) => (file ? [attachmentIdOf(file)] : []));
}

/** The feed cuts to the second, and each shape words the time in its own way. */
function timeIn(dialect: Dialect, { at }: Message): string {
  const second = at.toISOString().slice(0, 19);
  if (dialect === '3.2') return `${second}+00:00`;
  return dialect === '3.1' ? `${second}.000Z` : `${second}Z`;
}

function senderIn(dialect: Dialect, stay: Stay, message: Message): Json {
  const id = senderOf(stay, message);
  const type = message.by === 'host' ? 'property' : 'guest';
  const name = message.by === 'host' ? stay.property.name : '';
  if (dialect === 'guide') return { participant_id: id, metadata: { type, id: name } };
  const named = message.by === 'host' ? { type, name } : { type };
  return dialect === '3.2' ? { participant: id, metadata: named } : { participant_id: id, metadata: named };
}

function senderOf(stay: Stay, message: Message): string {
  return message.by === 'host'
    ? propertyParticipants.toExternal(stay.property.id)
    : guestParticipants.toExternal(stay.guest.id);
}
