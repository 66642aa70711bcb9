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
import { type Message, nameOf } from '../../simulator/estate.ts';
import type { Desk, Version } from './simulator-desk.ts';
import { mailed } from './simulator-mail.ts';

/** A message in a thread: its sender is a bare id. */
export function showInThread(desk: Desk, stay: Stay, message: Message, version: Version): JsonObject {
  return {
    ...headOf(desk, stay, message, version),
    sender_id: senderOf(stay, message),
    timestamp: message.at.toISOString(),
    attachment_ids: filesOf(desk, message),
    ...(desk.switches.tags === 'present' ? { tags: tagsOf(stay, message) } : {}),
  };
}

/** A message in the queue: its sender and its conversation come along, its time is cut. */
export function showInQueue(desk: Desk, stay: Stay, message: Message, version: Version): JsonObject {
  const { queuePropertyKind, queueProperty, queueTimestamps } = desk.switches;
  const property = properties.toExternal(stay.property.id);
  const kind = message.by === 'host' ? queuePropertyKind : 'GUEST';
  const whole = message.at.toISOString();
  return {
    ...headOf(desk, stay, message, version),
    timestamp: queueTimestamps === 'second' ? whole.replace(/\.\d+Z$/, '.000Z') : whole,
    ...(message.by === 'guest' ? { reply_to: propertyParticipants.toExternal(stay.property.id) } : {}),
    attachment_ids: filesOf(desk, message),
    sender: senderWithName(stay, message, kind, version),
    conversation: {
      ...(queueProperty === 'absent' ? {} : { property_id: queueProperty === 'integer' ? Number(property) : property }),
      ...conversationOf(stay),
    },
  };
}

/** A message in a search's result: its property stands beside it. */
export function showInSearch(desk: Desk, stay: Stay, message: Message, version: Version): JsonObject {
  return {
    ...headOf(desk, stay, message, version),
    property_id: properties.toExternal(stay.property.id),
    timestamp: message.at.toISOString(),
    attachment_ids: filesOf(desk, message),
    sender: senderWithName(stay, message, message.by === 'host' ? 'hotel' : 'guest', version),
    conversation: conversationOf(stay),
  };
}

/** A message as the notification service tells it, which knows no versions. */
export function showInNotification(desk: Desk, stay: Stay, message: Message): JsonObject {
  const attributes = attributesOf(message, 1.2);
  return {
    ...headOf(desk, stay, message, 1.2),
    attributes: Object.keys(attributes).length > 0 ? attributes : null,
    timestamp: message.at.toISOString(),
    reply_to: null,
    attachment_ids: filesOf(desk, message),
    sender: senderWithName(stay, message, message.by === 'host' ? 'hotel' : 'guest', 1.2),
    conversation: { property_id: properties.toExternal(stay.property.id), ...conversationOf(stay) },
  };
}

/** What a reservation's or a request's thread is called. */
export function conversationOf(stay: Stay): JsonObject {
  return {
    conversation_id: conversationIds.toExternal(stay.conversation.id),
    conversation_type: stay.requested ? 'request_to_book' : 'reservation',
    conversation_reference: referenceOf(stay),
  };
}

/** A request to book has an id of its own; confirmed, the thread goes on under the reservation's. */
export function referenceOf({ booking, requested }: Stay): string {
  return requested ? `bro-${booking.id + 500_000}` : reservationIdOf(booking);
}

/** Text as the API tells it. */
export function contentOf(desk: Desk, stay: Stay, message: Message): string {
  if (message.redacted) return redactedText;
  return message.by === 'guest' && message.channel === 'email'
    ? mailed(desk.switches.mailReply, message.body, stay)
    : message.body;
}

/** The kind of a message, from version 1.2 on. */
export function typeOf(message: Message): string {
  if (message.special?.kind === 'self-service') return 'self_service_event';
  if (message.special?.kind === 'request-event') return 'request_to_book_event';
  if (message.automated) return 'automatically_sent_template';
  return message.by === 'guest' && message.channel === 'email' ? 'email' : 'free_text';
}

export function senderOf(stay: Stay, message: Message): string {
  return message.by === 'host'
    ? propertyParticipants.toExternal(stay.property.id)
    : guestParticipants.toExternal(stay.guest.id);
}

/** Ids of a message's files; a redacted one has lost them. */
export function filesOf({ world }: Desk, message: Message): readonly string[] {
  const files = message.redacted ? [] : message.attachmentIds.map((id) => world.attachments.get(id));
  return files.flatMap((file) => (file ? [attachmentIdOf(file)] : []));
}

/** Who a guest is, where it is told: not while they only ask. */
export function guestName({ guest, requested }: Stay): string | null {
  return requested ? null : nameOf(guest);
}

/** Who has read it, by participant. The property's own messages count as read by nobody but the guest. */
function tagsOf(stay: Stay, message: Message): JsonObject {
  const byProperty = message.by === 'guest' && message.read;
  const byGuest = message.by === 'host' && message.readByGuest;
  const participants = [
    ...(byProperty ? [propertyParticipants.toExternal(stay.property.id)] : []),
    ...(byGuest ? [guestParticipants.toExternal(stay.guest.id)] : []),
  ];
  return { read: { set: participants.length > 0, participants } };
}

function headOf(desk: Desk, stay: Stay, message: Message, version: Version): JsonObject {
  const attributes = attributesOf(message, version);
  return {
    message_id: messageIdOf(message),
    ...(version >= 1.2 ? { message_type: typeOf(message) } : {}),
    ...(version >= 1.2 && Object.keys(attributes).length > 0 ? { attributes } : {}),
    content: contentOf(desk, stay, message),
  };
}

function attributesOf(message: Message, version: Version): JsonObject {
  const topic = message.special?.kind === 'self-service' ? message.special.topic : null;
  return {
    ...(topic === null ? {} : { self_service_topic: topic }),
    ...(message.automated && !message.special ? { template_id: '55501', template_name: 'Welcome' } : {}),
    ...(version >= 1.3 ? { is_redacted: message.redacted } : {}),
  };
}

function senderWithName(stay: Stay, message: Message, kind: string, version: Version): Json {
  const name = message.by === 'host' ? stay.property.name : version >= 1.2 ? guestName(stay) : null;
  const named = version >= 1.2 && name !== null ? { name } : {};
  return { participant_id: senderOf(stay, message), metadata: { participant_type: kind, ...named } };
}
