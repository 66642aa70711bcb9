import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type {
  ConversationFacts,
  ProviderConversation,
  ProviderEvent,
  ProviderMessage,
} from '../../domain/messaging.ts';
import { CHANNEL, newsMessageOf, subjectOf } from './map.ts';
import type { Known } from './memory.ts';
import { openRequest } from './notes.ts';
import { addressOf, completed, type Place } from './places.ts';
import { subjectEvents, unreadable } from './subjects.ts';
import { isObject, readAs, type WireNews, wireNews } from './wire.ts';

/** What stood alone in a queue, a search result or a notification, with the conversation that it names. */
interface News {
  readonly conversation: string;
  readonly place: Place;
  readonly message: ProviderMessage;
  readonly wire: WireNews;
  readonly raw: Json;
}

/** What messages that came alone tell, oldest first: of each conversation once, then the messages. Unreadable ones block nothing. */
export function newsEvents(items: readonly Json[], voices: Known['voices']): readonly ProviderEvent[] {
  const read = items.map((raw) => ({ raw, news: newsOf(raw, voices) }));
  const news = read.flatMap((one) => one.news ?? []).toSorted((a, b) => timeOf(a) - timeOf(b));
  const gaps = read.filter((one) => one.news === null).map(({ raw }) => unreadable('a message without an id', raw));
  const threads = Map.groupBy(news, (one) => one.conversation);
  return [
    ...gaps,
    ...[...threads.values()].flatMap(threadEvents),
    ...news.map(messageEvent),
    ...[...threads].flatMap(([conversation, said]) => (said.some(opensReply) ? [staleEvent(conversation)] : [])),
  ];
}

/** Under which participant id properties speak, as far as these messages say. */
export function voicesIn(items: readonly Json[]): Known['voices'] {
  const found = items.flatMap((raw): [string, string][] => {
    const { property = null, us = null } = newsOf(raw, {})?.place ?? {};
    return property !== null && us !== null ? [[property, us]] : [];
  });
  return Object.fromEntries(found);
}

export function staleEvent(conversation: string): ProviderEvent {
  return { type: 'stale', conversation: brand(conversation) };
}

function newsOf(raw: Json, voices: Known['voices']): News | null {
  const wire = readAs(wireNews, raw);
  const conversation = wire?.conversation?.conversation_id ?? null;
  if (!wire || conversation === null) return null;
  const message = newsMessageOf(wire, raw);
  return { conversation, place: completed(placeIn(wire, message), voices), message, wire, raw };
}

/** `reply_to` is the participant that a message is sent to, so on a guest's message it is the property. */
function placeIn(wire: WireNews, { sentBy }: ProviderMessage): Place {
  const { conversation, sender } = wire;
  const us = sentBy === 'us' ? sender?.participant_id : sentBy === 'participant' ? wire.reply_to : null;
  return {
    property: conversation?.property_id ?? wire.property_id,
    type: conversation?.conversation_type ?? null,
    reference: conversation?.conversation_reference ?? null,
    us: us ?? null,
  };
}

function threadEvents(said: readonly News[]): readonly ProviderEvent[] {
  const last = said.at(-1);
  if (!last) return [];
  const { place, wire } = last;
  const host = said.find((one) => one.message.sentBy === 'us');
  const raw = isObject(wire.conversation) ? wire.conversation : {};
  const subject = subjectEvents(place, host?.wire.sender?.metadata?.name ?? null, raw);
  // A place is replaced at every sighting: one with a part missing must not take the place of a whole one.
  if (place.property === null || place.us === null) return subject;
  return [...subject, { type: 'conversation', conversation: conversationOf(last, said, raw) }];
}

function conversationOf({ conversation, place }: News, said: readonly News[], raw: Json): ProviderConversation {
  const guest = said.findLast(({ message }) => message.sentBy === 'participant')?.wire.sender;
  const id = guest?.participant_id ?? null;
  return {
    externalId: brand(conversation),
    address: addressOf(place),
    participant:
      guest && id !== null
        ? { externalId: brand(id), name: guest.metadata?.name ?? null, email: guest.metadata?.email_alias ?? null }
        : null,
    channel: CHANNEL,
    subject: null,
    ...subjectOf(place),
    noReplyNeeded: null,
    closedAt: null,
    facts: factsIn(said),
    newest: null,
    raw,
  };
}

/** Whoever just wrote could, and a guest's message opens 14 days for us whatever was before (understanding the messaging API). */
function factsIn(said: readonly News[]): ConversationFacts | null {
  const details = openRequest(said.map(({ message }) => message));
  const guestWrote = said.some(({ message }) => message.sentBy === 'participant');
  if (details === null && !guestWrote) return null;
  return { canReply: guestWrote ? true : null, replyUntil: null, replyBlockedBy: null, details };
}

function messageEvent({ conversation, place, message }: News): ProviderEvent {
  return { type: 'message', conversation: brand(conversation), address: addressOf(place), message };
}

/** What a guest says may change what can be done in there, and the thread alone tells that. */
function opensReply({ message }: News): boolean {
  return message.sentBy !== 'us';
}

function timeOf({ message }: News): number {
  return message.sentAt?.getTime() ?? 0;
}
