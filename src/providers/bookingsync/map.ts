import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type {
  Assignee,
  ConversationFacts,
  ProviderAttachment,
  ProviderBooking,
  ProviderConversation,
  ProviderLead,
  ProviderMessage,
  ProviderParticipant,
  SentBy,
} from '../../domain/messaging.ts';
import { byId } from './lists.ts';
import { addressOf, oursIn } from './places.ts';
import {
  isObject,
  type WireBooking,
  type WireConversation,
  type WireMessage,
  type WireParticipant,
  wireAttachment,
  wireInquiry,
} from './wire.ts';

/** What conversations name by id alone, found. */
export interface Names {
  guest(id: string): ProviderParticipant;
  assignee(id: string): Assignee;
  /** By application. */
  readonly channels: Readonly<Record<string, string>>;
}

/** A conversation without its messages. */
export function conversationOf(
  wire: WireConversation,
  raw: Json,
  { names, hostId }: { readonly names: Names; readonly hostId: string | undefined },
): ProviderConversation {
  const channel = wire.channel ?? names.channels[wire.creator?.id ?? ''] ?? null;
  const guest = guestIn(wire);
  const [booking = null] = wire.bookings;
  const inquiry = booking === null ? (wire.inquiries[0] ?? null) : null;
  return {
    externalId: brand(wire.id),
    address: addressOf({ conversation: wire.id, booking, inquiry, us: oursIn(wire, hostId)?.id ?? null, channel }),
    participant: guest === null ? null : names.guest(guest),
    channel,
    subject: wire.subject,
    booking: booking === null ? null : brand(booking),
    lead: inquiry === null ? null : brand(inquiry),
    noReplyNeeded: null,
    closedAt: wire.closedAt,
    assignee: wire.assignee === null ? null : names.assignee(wire.assignee),
    readUpTo: readUpToIn(wire),
    facts: factsOf(channel, false),
    newest: null,
    raw: withoutMessages(raw),
  };
}

/** The conversation with its newest messages, which may tell the channel where nothing else does. */
export function withNewest(
  conversation: ProviderConversation,
  newest: NonNullable<ProviderConversation['newest']>,
): ProviderConversation {
  return { ...conversation, facts: factsOf(conversation.channel ?? channelIn(newest.items), true), newest };
}

/** The channel of the newest message that the guest can see; null where there is none. */
export function channelIn(messages: readonly ProviderMessage[]): string | null {
  return messages.findLast(({ kind, channel }) => kind !== INTERNAL && channel !== null)?.channel ?? null;
}

/** The guest of a conversation: the client who came first. */
export function guestIn({ participants }: WireConversation): string | null {
  return participants?.find(({ member }) => member?.type === 'Client')?.member?.id ?? null;
}

/** What a note of ours is called that the guest never sees. */
const INTERNAL = 'internal';

/** A message. `sender` is who wrote it, where that is known. */
export function messageOf(
  wire: WireMessage,
  raw: Json,
  { sender, attachments }: { readonly sender: WireParticipant | null; readonly attachments: Files },
): ProviderMessage {
  const isInternal = wire.visibility === INTERNAL;
  return {
    externalId: brand(wire.id),
    body: wire.content,
    channel: wire.channel,
    sentAt: wire.sentAt,
    // "Internal is not for client senders": such a note is ours, whoever is named.
    sentBy: isInternal ? 'us' : sideOf(sender),
    kind: isInternal ? INTERNAL : wire.origin,
    ...{ automated: null, read: null, urgent: null, priority: null, snoozeUntil: null },
    attachments: wire.attachments.map((id) => attachments.get(id) ?? unknownFile(id)),
    raw,
  };
}

/** What is known of files, by id. */
export type Files = ReadonlyMap<string, ProviderAttachment>;

export function fileOf(item: Json): ProviderAttachment | null {
  const wire = wireAttachment.safeParse(item).data;
  if (!wire) return null;
  const { id, name, file_content_type: contentType, file_size: size } = wire;
  return { externalId: brand(id), name, contentType, size };
}

/** A booking. In the `public` scope little is told of it. */
export function bookingOf(wire: WireBooking, raw: Json, propertyName: string | null): ProviderBooking {
  return {
    externalId: brand(wire.id),
    address: addressOf({ booking: wire.id }),
    status: wire.status,
    confirmationCode: wire.reference,
    checkIn: dayOf(wire.start_at),
    checkOut: dayOf(wire.end_at),
    guestsCount: guestsOf(wire),
    propertyName,
    propertyExternalId: wire.rental,
    raw,
  };
}

/** What somebody asked before there was a booking; null where it has no id. */
export function leadOf(raw: Json, rentalNames: ReadonlyMap<string, string>): ProviderLead | null {
  const wire = wireInquiry.safeParse(raw).data;
  if (!wire) return null;
  return {
    externalId: brand(wire.id),
    address: addressOf({ inquiry: wire.id }),
    status: wire.status,
    reference: wire.reference,
    checkIn: dayOf(wire.start_at),
    checkOut: dayOf(wire.end_at),
    guestsCount: guestsOf(wire),
    contactName: wire.name,
    contactEmail: wire.email,
    propertyName: rentalNames.get(wire.rental ?? '') ?? null,
    raw,
  };
}

/** The order of messages: by time, then by id. */
export function byTime(a: ProviderMessage, b: ProviderMessage): number {
  return (a.sentAt?.getTime() ?? 0) - (b.sentAt?.getTime() ?? 0) || byId(a.externalId, b.externalId);
}

/** Facts are kept until others are told, so a channel that turned up is said too. Lists leave open what messages may still tell. */
function factsOf(channel: string | null, isAll: boolean): ConversationFacts {
  const isBlocked = channel === null && isAll;
  return {
    canReply: channel === null && !isAll ? null : !isBlocked,
    replyUntil: null,
    replyBlockedBy: isBlocked ? 'no_channel' : null,
    details: null,
  };
}

/** The latest that any of ours has looked. */
function readUpToIn({ readAt, participants }: WireConversation): Date | null {
  const ours = (participants ?? []).filter(({ member }) => member?.type === 'Host').map((one) => one.readAt);
  const times = [readAt, ...ours].flatMap((time) => time?.getTime() ?? []);
  return times.length === 0 ? null : new Date(Math.max(...times));
}

function sideOf(sender: WireParticipant | null): SentBy | null {
  if (sender?.member?.type === 'Host') return 'us';
  return sender?.member?.type === 'Client' ? 'participant' : null;
}

function guestsOf({ adults, children }: { adults: number | null; children: number | null }): number | null {
  return adults === null && children === null ? null : (adults ?? 0) + (children ?? 0);
}

function dayOf(time: string | null): string | null {
  return /^\d{4}-\d{2}-\d{2}/.exec(time ?? '')?.[0] ?? null;
}

function unknownFile(id: string): ProviderAttachment {
  return { externalId: brand(id), name: null, contentType: null, size: null };
}

function withoutMessages(raw: Json): Json {
  if (!isObject(raw) || !Array.isArray(raw.messages)) return raw;
  const { messages: _, ...rest } = raw;
  return rest;
}
