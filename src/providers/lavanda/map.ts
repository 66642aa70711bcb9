import { brand } from '../../domain/ids.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type {
  Address,
  Page,
  ProviderBooking,
  ProviderConversation,
  ProviderEvent,
  ProviderLead,
  ProviderMessage,
  SentBy,
} from '../../domain/messaging.ts';
import type { Subject } from './dialect.ts';
import { isObject, readList, wireBooking, wireConversation, wireLead, wireMessage } from './wire.ts';

/** What a conversation hangs from, with its id. */
export interface Target {
  readonly subject: Subject;
  readonly id: string;
}

/** The address of whatever hangs from a booking or lead. */
export function addressOf({ subject, id }: Target): Address {
  return { [subject]: id };
}

/** What an address names, or null where it is none of ours. */
export function targetOf(address: Address): Target | null {
  for (const subject of ['booking', 'lead'] as const) {
    const id = address[subject];
    if (typeof id === 'string' && id !== '') return { subject, id };
  }
  return null;
}

/** A message, or null where it cannot be read. */
export function messageOf(raw: Json): ProviderMessage | null {
  const wire = wireMessage.safeParse(raw).data;
  if (!wire) return null;
  const { id, sentBy, ...same } = wire;
  return { ...same, externalId: brand(id), sentBy: sideOf(sentBy), kind: null, attachments: [], raw };
}

/** A conversation, or null where it cannot be read. `newest` is its newest page of messages where that was read too. */
export function conversationOf(
  raw: Json,
  target: Target,
  newest: Page<ProviderMessage> | null,
): ProviderConversation | null {
  const wire = wireConversation.safeParse(raw).data;
  if (!wire) return null;
  const { participant } = wire;
  return {
    externalId: brand(wire.id),
    address: addressOf(target),
    participant: participant && {
      externalId: participant.id === null ? null : brand(participant.id),
      name: participant.name,
      email: participant.email,
    },
    channel: null,
    subject: null,
    booking: target.subject === 'booking' ? brand(target.id) : null,
    lead: target.subject === 'lead' ? brand(target.id) : null,
    noReplyNeeded: null,
    closedAt: null,
    facts: null,
    newest,
    raw: without(raw, 'messages'),
  };
}

/** A booking, or null where it cannot be read. Lavanda names no property on it: only a listing. */
export function bookingOf(raw: Json): ProviderBooking | null {
  const wire = wireBooking.safeParse(raw).data;
  if (!wire) return null;
  const { id, listingId, ...same } = wire;
  const address = addressOf({ subject: 'booking', id });
  return { ...same, externalId: brand(id), address, propertyName: null, propertyExternalId: listingId, raw };
}

/** A lead, or null where it cannot be read. */
export function leadOf(raw: Json): ProviderLead | null {
  const wire = wireLead.safeParse(raw).data;
  if (!wire) return null;
  const { contact, totalAdults, totalChildren } = wire;
  return {
    externalId: brand(wire.id),
    address: addressOf({ subject: 'lead', id: wire.id }),
    status: wire.applicationStatus ?? wire.status?.internalReference ?? null,
    reference: wire.uniqueReference,
    checkIn: wire.estimatedCheckIn,
    checkOut: wire.estimatedCheckOut,
    guestsCount: totalAdults === null && totalChildren === null ? null : (totalAdults ?? 0) + (totalChildren ?? 0),
    contactName: [contact?.firstName, contact?.lastName].filter(Boolean).join(' ') || null,
    contactEmail: contact?.email ?? null,
    propertyName: wire.building?.name ?? null,
    raw,
  };
}

/** What one item of a list of bookings or leads tells: itself, and every conversation that hangs from it. */
export function eventsOf(subject: Subject, raw: Json, field: string | null): readonly ProviderEvent[] {
  const bare = field === null ? raw : without(raw, field);
  const hanging = field !== null && isObject(raw) ? readList(raw[field]).items : [];
  if (subject === 'booking') {
    const booking = bookingOf(bare);
    if (!booking) return [unreadable('a booking without an id', raw)];
    return [{ type: 'booking', booking }, ...conversationEvents({ subject, id: booking.externalId }, hanging)];
  }
  const lead = leadOf(bare);
  if (!lead) return [unreadable('a lead without an id', raw)];
  return [{ type: 'lead', lead }, ...conversationEvents({ subject, id: lead.externalId }, hanging)];
}

/** An item that could not be read, to be kept and counted. */
export function unreadable(reason: string, raw: Json): ProviderEvent {
  return { type: 'unreadable', reason, raw };
}

function conversationEvents(target: Target, items: readonly Json[]): readonly ProviderEvent[] {
  return items.map((raw) => {
    const conversation = conversationOf(raw, target, null);
    return conversation
      ? { type: 'conversation', conversation }
      : unreadable(`a conversation without an id on ${target.subject} ${target.id}`, raw);
  });
}

// Whether it is an enum, and so perhaps in capitals, is not documented (L-MSG has the two in small letters).
function sideOf(value: string | null): SentBy | null {
  const side = value?.toLowerCase();
  return side === 'us' || side === 'participant' ? side : null;
}

function without(raw: Json, field: string): Json {
  if (!isObject(raw)) return raw;
  const { [field]: _, ...rest }: JsonObject = raw;
  return rest;
}
