import { brand, type ExternalMessageId } from '../../domain/ids.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type {
  ConversationFacts,
  Page,
  ProviderAttachment,
  ProviderConversation,
  ProviderMessage,
  SentBy,
} from '../../domain/messaging.ts';
import { openRequest } from './notes.ts';
import { addressOf, type Place, RESERVATION } from './places.ts';
import { finestTime, ticksOf } from './uuid-time.ts';
import {
  isObject,
  readAs,
  type WireConversation,
  type WireMessage,
  type WireNews,
  type WireParticipant,
  wireConversation,
  wireParticipant,
  wireThreadMessage,
} from './wire.ts';

/** How it reaches the guest, as it is called on every account. */
export const CHANNEL = 'booking-com';

/** A conversation with its place. `page` is what came of its messages, oldest first, without what cannot be told apart. */
export interface ReadConversation {
  readonly wire: WireConversation;
  readonly place: Place;
  readonly conversation: ProviderConversation;
  readonly messages: readonly ProviderMessage[];
}

/** Whose side a kind of participant is. It is `property`, `hotel`, `guest` or `GUEST` by the endpoint. */
export function sideOf(kind: string | null | undefined): SentBy | null {
  const word = kind?.toLowerCase();
  if (word === 'property' || word === 'hotel') return 'us';
  return word === 'guest' ? 'participant' : null;
}

export function kindOf({ metadata }: Pick<WireParticipant, 'metadata'>): string | null {
  return metadata?.type ?? metadata?.participant_type ?? null;
}

/** A conversation of a property, or null where it cannot be read. */
export function conversationOf(raw: Json, property: string): ReadConversation | null {
  const wire = readAs(wireConversation, raw);
  if (!wire) return null;
  const participants = wire.participants.flatMap((item) => readAs(wireParticipant, item) ?? []);
  const of = (side: SentBy) => participants.find((one) => sideOf(kindOf(one)) === side);
  const guest = of('participant');
  const us = of('us')?.participant_id ?? null;
  const place = { property, type: wire.conversation_type, reference: wire.conversation_reference, us };
  const conversation: ProviderConversation = {
    externalId: brand(wire.conversation_id),
    address: addressOf(place),
    participant: guest
      ? {
          externalId: brand(guest.participant_id),
          name: guest.metadata?.name ?? null,
          email: guest.metadata?.email_alias ?? null,
        }
      : null,
    channel: CHANNEL,
    subject: null,
    ...subjectOf(place),
    noReplyNeeded: wire.tags?.no_reply_needed?.set ?? null,
    closedAt: null,
    facts: null,
    newest: null,
    raw: without(raw, 'messages'),
  };
  const sides = new Map(participants.map((one) => [one.participant_id, sideOf(kindOf(one))]));
  const messages = inOrder(wire.messages.flatMap((item) => threadMessageOf(item, sides, us) ?? []));
  return { wire, place, messages, conversation: { ...conversation, facts: factsOf(wire, messages) } };
}

/** Messages of one thread, oldest first and each once; of one millisecond, in the order in which their ids were made. */
export function inOrder(messages: readonly ProviderMessage[]): readonly ProviderMessage[] {
  const once = [...new Map(messages.map((message) => [message.externalId, message])).values()];
  return once
    .map((message) => ({ message, time: message.sentAt?.getTime() ?? 0, ticks: ticksOf(message.externalId) ?? 0n }))
    .toSorted((a, b) => a.time - b.time || (a.ticks < b.ticks ? -1 : a.ticks > b.ticks ? 1 : 0))
    .map(({ message }) => message);
}

/** A page's cursor says what it is, so that others are told from it. */
export function pageOf({ messages }: ReadConversation, next: string | null): Page<ProviderMessage> {
  return { items: messages, older: next === null ? null : `page:${next}` };
}

/** The page that a cursor of ours names, or null where it is none. */
export function pageIdOf(cursor: string): string | null {
  return /^page:(.+)$/s.exec(cursor)?.[1] ?? null;
}

/** What a conversation is about: a reservation, or a request to book until that is confirmed. */
export function subjectOf({ type, reference }: Place): Pick<ProviderConversation, 'booking' | 'lead'> {
  if (reference === null) return { booking: null, lead: null };
  if (type === null || type.toLowerCase() === RESERVATION) return { booking: brand(reference), lead: null };
  return { booking: null, lead: type.toLowerCase() === 'request_to_book' ? brand(reference) : null };
}

/** The message that a queue, a search or a notification tells of. */
export function newsMessageOf(wire: WireNews, raw: Json): ProviderMessage {
  const sentBy = wire.sender ? sideOf(kindOf(wire.sender)) : null;
  // There are no tags here, but who wrote a message has read it.
  return { ...messageOf(wire, raw), sentBy, read: sentBy === 'us' || null };
}

function threadMessageOf(
  raw: Json,
  sides: ReadonlyMap<string, SentBy | null>,
  us: string | null,
): ProviderMessage | null {
  const wire = readAs(wireThreadMessage, raw);
  if (!wire) return null;
  const sentBy = wire.sender_id === null ? null : (sides.get(wire.sender_id) ?? null);
  const { set = null, participants = null } = wire.tags?.read ?? {};
  // The tag says for whom it is read; the guest's having read it is none of ours.
  const tagged = set && participants && us !== null ? participants.includes(us) : set;
  return { ...messageOf(wire, raw), sentBy, read: sentBy === 'us' || tagged };
}

function messageOf(wire: WireMessage, raw: Json): Omit<ProviderMessage, 'sentBy' | 'read'> {
  const kind = wire.message_type;
  return {
    externalId: brand<ExternalMessageId>(wire.message_id),
    body: wire.content,
    // Self-service requests and states of a request to book are written by Booking.com, but say what the guest did.
    automated: kind === null ? null : kind === 'automatically_sent_template',
    // Nothing is said of the way a message travels but by its kind, `email`.
    channel: null,
    sentAt: finestTime(wire.message_id, wire.timestamp),
    kind,
    urgent: null,
    priority: null,
    snoozeUntil: null,
    attachments: (wire.attachment_ids ?? wire.attachment_files_uuid ?? []).map(attachmentOf),
    raw,
  };
}

// Name, type and size are told by file_info alone.
function attachmentOf(id: string): ProviderAttachment {
  return { externalId: brand(id), name: null, contentType: null, size: null };
}

/** The reply window hangs from the check-out, which this API never tells: `access` is all it says. */
function factsOf({ access }: WireConversation, messages: readonly ProviderMessage[]): ConversationFacts | null {
  const details = openRequest(messages);
  if (access === null && details === null) return null;
  const closed = access?.toLowerCase() === 'read_only';
  const canReply = access === null ? null : !closed;
  return { canReply, replyUntil: null, replyBlockedBy: closed ? 'read_only' : null, details };
}

function without(raw: Json, field: string): Json {
  if (!isObject(raw)) return raw;
  const { [field]: _, ...rest }: JsonObject = raw;
  return rest;
}
