import { dayMs } from './days.ts';
import type { Attachment, Booking, Conversation, Guest, Message, Property, Side } from './estate.ts';
import { nameUuid, readNumber, timeUuid } from './uuids.ts';
import type { World } from './world.ts';

/*
 * Booking.com's part of the estate, as both its messaging APIs see it: the reservations made there, each with one thread
 * between who booked and the property. What an API's words for it are is its simulator's business.
 */

/** A reservation's thread with all that hangs on it. */
export interface Stay {
  readonly booking: Booking;
  readonly conversation: Conversation;
  readonly property: Property;
  readonly guest: Guest;
  /** Not confirmed yet: a request to book. */
  readonly requested: boolean;
}

/** A property's id there: digits. */
export const properties = {
  toExternal: (id: number): string => String(PROPERTIES + id),
  toInternal: (externalId: string): number | null =>
    /^\d{1,15}$/.test(externalId) ? Number(externalId) - PROPERTIES : null,
};

/** The one who speaks for a property, the same in all its threads. */
export const propertyParticipants = { toExternal: (property: number): string => nameUuid('property', property) };
/** A guest, the same in all their threads. */
export const guestParticipants = { toExternal: (guest: number): string => nameUuid('guest', guest) };

/** A thread's id: the same at every sighting, also when a request becomes a reservation. */
export const conversationIds = {
  toExternal: (id: number): string => nameUuid('conversation', id),
  toInternal: (externalId: string): number | null => {
    const id = readNumber('conversation', externalId);
    return id !== null && nameUuid('conversation', id) === externalId ? id : null;
  },
};

/** A message's id: holds its time to the millisecond. */
export function messageIdOf(message: Pick<Message, 'id' | 'at'>): string {
  return timeUuid('message', message.at, message.id);
}

/** The message of that id, or null. */
export function findMessage(world: World, externalId: string): Message | null {
  const message = world.messages.get(readNumber('message', externalId) ?? 0);
  return message && messageIdOf(message) === externalId ? message : null;
}

export function attachmentIdOf(attachment: Pick<Attachment, 'id' | 'at'>): string {
  return timeUuid('attachment', attachment.at, attachment.id);
}

/** The file of that id, or null. */
export function findAttachment(world: World, externalId: string): Attachment | null {
  const attachment = world.attachments.get(readNumber('attachment', externalId) ?? 0);
  return attachment && attachmentIdOf(attachment) === externalId ? attachment : null;
}

/** Reservations that have a thread, in properties that are worked in, oldest thread first. */
export function staysOf(world: World): readonly Stay[] {
  const stays = [...world.conversations.values()].map((conversation) => stayOf(world, conversation));
  return stays.filter((stay) => stay !== null);
}

/** The reservation that a thread is about; null where it was not made there, or the thread is not its own. */
export function stayOf(world: World, conversation: Conversation): Stay | null {
  const subject = conversation.subjects.find(({ kind }) => kind === 'booking');
  const booking = world.bookings.get(subject?.id ?? 0);
  const guest = world.guests.get(conversation.guestId);
  if (!subject || !guest || booking?.platform !== 'Booking.com') return null;
  // Only who booked has a thread there: a party's others talk elsewhere.
  if (booking.guestIds[0] !== guest.id) return null;
  const { active, demo } = world.portfolioOf(subject);
  const property = world.properties.get(world.listings.get(booking.listingId)?.propertyId ?? 0);
  if (!property || !active || demo) return null;
  return { booking, conversation, property, guest, requested: booking.status === 'requested' };
}

/** A reservation's id there: digits. */
export function reservationIdOf(booking: Booking): string {
  return booking.platformId ?? String(booking.id);
}

/** Properties that are worked in. */
export function openProperties(world: World): readonly Property[] {
  const open = [...world.portfolios.values()].filter(({ active, demo }) => active && !demo).map(({ id }) => id);
  return [...world.properties.values()].filter(({ portfolioId }) => open.includes(portfolioId));
}

/** Until when that side may write: a week for the property and 66 days for the guest, and a fortnight after a guest's word. */
export function writableUntil({ booking, conversation }: Stay, side: Side): Date {
  const over = booking.canceledAt?.getTime() ?? Date.parse(booking.checkOut);
  if (side === 'guest') return new Date(over + 66 * dayMs);
  const asked = conversation.messages.findLast(({ by }) => by === 'guest')?.at.getTime() ?? 0;
  return new Date(Math.max(over + 7 * dayMs, asked + 14 * dayMs));
}

/** Until when an account's owner may read a thread. */
export function readableUntil({ booking }: Stay): Date {
  return new Date((booking.canceledAt?.getTime() ?? Date.parse(booking.checkOut)) + 365 * dayMs);
}

/** Whether a file is gone: every message it was sent with was judged to be phishing. */
export function isTakenBack({ conversation }: Stay, file: number): boolean {
  const holders = conversation.messages.filter(({ attachmentIds }) => attachmentIds.includes(file));
  return holders.length > 0 && holders.every(({ redacted }) => redacted);
}

/** What is left of a message that was judged to be phishing. */
export const redactedText = 'This message was deleted';

// Far enough from the estate's own numbers to be no use as them.
const PROPERTIES = 7_000_000;
