import { brand, type ExternalMessageId } from '../../domain/ids.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type {
  Address,
  ProviderBooking,
  ProviderConversation,
  ProviderMessage,
  ProviderParticipant,
  SentBy,
  UnwrittenConversation,
} from '../../domain/messaging.ts';
import { byTime, sentAtOf } from './moments.ts';
import { type WireMetadata, wireMessage, wireNews, wireParticipant, wireThread } from './wire.ts';

/** How a conversation is reached: every request names the property, and a reservation stands in where the id is not known. */
export interface Place {
  readonly accommodation: string;
  readonly reservation: string | null;
}

/** One message of the feed, read, with what it belongs to. */
export interface News {
  readonly conversation: string;
  /** Null where the property is not told: then the conversation could not be asked about. */
  readonly place: Place | null;
  /** The property, where it is the one who wrote. */
  readonly participant: ProviderParticipant | null;
  readonly message: ProviderMessage;
}

export function addressOf({ accommodation, reservation }: Place): Address {
  return { accommodation, ...(reservation !== null && { reservation }) };
}

/** What an address names, or null where it is none of ours. */
export function placeOf({ accommodation, reservation }: Address): Place | null {
  if (typeof accommodation !== 'string' || accommodation === '') return null;
  return { accommodation, reservation: typeof reservation === 'string' && reservation !== '' ? reservation : null };
}

/** The id of an item of the feed, readable or not: what it is confirmed by. */
export function idOfNews(raw: Json): ExternalMessageId | null {
  const id = wireNews.safeParse(raw).data?.id ?? null;
  return id === null ? null : brand(id);
}

/** An item of the feed, or null where it has no id or hangs nowhere. */
export function newsOf(raw: Json): News | null {
  const wire = wireNews.safeParse(raw).data;
  if (!wire || wire.id === null || wire.conversation === null) return null;
  const { accommodation, reservation, sender } = wire;
  const isProperty = sideOf(sender.kind) === 'participant';
  return {
    conversation: wire.conversation,
    place: accommodation === null ? null : { accommodation, reservation },
    participant: isProperty ? participantOf(sender, accommodation) : null,
    message: messageFrom({ ...wire, id: wire.id }, sideOf(sender.kind), raw),
  };
}

/** A conversation as the feed shows it: whatever of it the messages happen to tell. */
export function conversationOfNews(news: readonly [News, ...News[]], place: Place): ProviderConversation {
  const [first] = news;
  const participant = news.findLast((one) => one.participant !== null)?.participant ?? null;
  return { ...bare(place), externalId: brand(first.conversation), participant, raw: addressOf(place) };
}

/** A booking whose conversation has no id yet. */
export function unwritten(reservation: string, address: Address): UnwrittenConversation {
  return {
    externalId: null,
    booking: brand(reservation),
    address,
    ...{ participant: null, channel: null, facts: null },
  };
}

/** A booking, of which messaging tells no more than where it is. */
export function bookingOf(reservation: string, place: Place, property: ProviderParticipant | null): ProviderBooking {
  return {
    externalId: brand(reservation),
    address: addressOf(place),
    ...{ status: null, confirmationCode: null, checkIn: null, checkOut: null, guestsCount: null },
    propertyName: property?.name ?? null,
    propertyExternalId: place.accommodation,
    raw: addressOf(place),
  };
}

/** A whole thread: its conversation and all its messages, oldest first. */
export interface Thread {
  readonly id: string | null;
  readonly conversation: Omit<ProviderConversation, 'externalId'>;
  readonly messages: readonly ProviderMessage[];
}

/** A thread, read. What in it has no id is passed over. `asked` is where it was looked for. */
export function threadOf(raw: JsonObject, asked: Place): Thread {
  const wire = wireThread.parse(raw);
  const people = wire.participants.flatMap((one) => wireParticipant.safeParse(one).data ?? []);
  const property = people.find(({ kind }) => sideOf(kind) === 'participant');
  const place = { ...asked, reservation: wire.reservation ?? asked.reservation };
  const sides = new Map(people.map((one) => [one.id, sideOf(one.kind)]));
  const messages = wire.messages.flatMap((item): readonly ProviderMessage[] => {
    const message = wireMessage.safeParse(item).data;
    if (!message || message.id === null) return [];
    return [messageFrom({ ...message, id: message.id }, sides.get(message.sender) ?? null, item)];
  });
  const { messages: _, ...told } = raw;
  return {
    id: wire.id,
    conversation: {
      ...bare(place),
      participant: property ? participantOf(property, asked.accommodation) : null,
      raw: told,
    },
    messages: [...new Map(messages.map((one) => [one.externalId, one])).values()].sort(byTime),
  };
}

type WireWords = Pick<ReturnType<typeof wireMessage.parse>, 'content' | 'attachments' | 'timestamp'>;

function messageFrom(wire: WireWords & { readonly id: string }, sentBy: SentBy | null, raw: Json): ProviderMessage {
  return {
    externalId: brand(wire.id),
    body: wire.content,
    sentAt: sentAtOf(wire.id, wire.timestamp),
    sentBy,
    // Welcome messages and other templates come looking like anything that the property writes.
    ...{ automated: null, channel: null, kind: null, read: null, urgent: null, priority: null, snoozeUntil: null },
    attachments: wire.attachments.map((id) => ({ externalId: brand(id), name: null, contentType: null, size: null })),
    raw,
  };
}

/** The account speaks for guests: the property is the other side. `hotel` is the property's older name. */
function sideOf(kind: string | null): SentBy | null {
  if (kind === 'guest') return 'us';
  return kind === 'property' || kind === 'hotel' ? 'participant' : null;
}

/** In threads a property's label is its id once more: no name. */
function participantOf(
  { id, label }: WireMetadata & { readonly id: string | null },
  accommodation: string | null,
): ProviderParticipant {
  return { externalId: id === null ? null : brand(id), name: label === accommodation ? null : label, email: null };
}

function bare(place: Place): Omit<ProviderConversation, 'externalId'> {
  return {
    address: addressOf(place),
    booking: place.reservation === null ? null : brand(place.reservation),
    ...{ participant: null, channel: null, subject: null, lead: null },
    ...{ noReplyNeeded: null, closedAt: null, facts: null, newest: null },
    raw: addressOf(place),
  };
}
