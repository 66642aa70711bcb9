import type { JsonObject } from '../../domain/json.ts';
import { findMessage, guestParticipants, propertyParticipants, type Stay } from '../../simulator/bookingcom.ts';
import { type Fields, textsOf } from './simulator-body.ts';
import type { Desk } from './simulator-desk.ts';
import { ok, type Reply, refuse } from './simulator-envelope.ts';

/** The kinds of tags there are ("Managing tags"). The last six are Booking.com's own and cannot be set. */
export function listTags(okOf: () => JsonObject): Reply {
  const settable = { no_reply_needed: 'conversation', read: 'message' };
  const own = ['sent', 'delivered', 'replied', 'pending_guest', 'pending_property', 'pending_none'];
  const tags = [
    ...Object.entries(settable).map(([tag, usage]) => ({ tag, description: `Whether it is ${tag}`, usage })),
    ...own.map((tag) => ({ tag, description: 'Internal', usage: 'internal' })),
  ];
  return ok({ ...okOf(), tags });
}

/** Sets or takes the mark that no answer is needed. */
export function tagConversation(desk: Desk, stay: Stay, set: boolean, okOf: () => JsonObject): Reply {
  if (stay.requested) return refuse(403, 'Tags are not available here');
  desk.world.setNoReplyNeeded(stay.conversation.id, set);
  return ok({ ...okOf(), tag: 'no_reply_needed', is_set: set });
}

/** Marks messages as read or unread by a participant. All of them, or none where one is unknown. */
export function tagMessages(desk: Desk, stay: Stay, set: boolean, body: Fields | null, okOf: () => JsonObject): Reply {
  if (stay.requested) return refuse(403, 'Tags are not available here');
  const ids = textsOf(body?.['message_ids']);
  const side = sideOf(stay, body?.['participant_id']);
  if (!ids || ids.length === 0) return refuse(400, 'message_ids is required');
  if (!side) return refuse(400, 'participant_id is no participant of this conversation');
  const messages = ids.map((id) => findMessage(desk.world, id));
  if (messages.some((message) => message?.conversationId !== stay.conversation.id)) {
    return refuse(desk.switches.unknownThing, 'A message does not exist in this conversation');
  }
  for (const message of messages) {
    if (message) desk.world.changeMessage(message.id, side === 'host' ? { read: set } : { readByGuest: set });
  }
  // Live, marking unread was seen to answer `is_set: true`.
  return ok({ ...okOf(), tag: 'read', is_set: set || desk.switches.unreadAnswer === 'live' });
}

/** The experimental way: the tag's name in the body. */
export function tagByName(desk: Desk, stay: Stay, set: boolean, body: Fields | null, okOf: () => JsonObject): Reply {
  if (body?.['tag'] === 'no_reply_needed') return tagConversation(desk, stay, set, okOf);
  return body?.['tag'] === 'read' ? tagMessages(desk, stay, set, body, okOf) : refuse(400, 'tag is not known');
}

function sideOf(stay: Stay, participant: unknown): 'host' | 'guest' | null {
  if (participant === propertyParticipants.toExternal(stay.property.id)) return 'host';
  return participant === guestParticipants.toExternal(stay.guest.id) ? 'guest' : null;
}
