/*
 * The things of the simulated estate, in nobody's words: each simulator shows them in its provider's.
 * Ids are numbers counted from 1 per kind; a simulator makes its external ids from them and reads them back.
 */

/** Who wrote a message: the side that lets, or the guest. */
export type Side = 'host' | 'guest';

export type Language = 'en' | 'de' | 'fr' | 'es' | 'it' | 'pt' | 'sv' | 'ja';

/** A group of properties that is looked after together. Only those that are active and no demo are worked in. */
export interface Portfolio {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  readonly active: boolean;
  readonly demo: boolean;
}

export interface Property {
  readonly id: number;
  readonly portfolioId: number;
  readonly name: string;
  readonly city: string;
  readonly countryCode: string;
  readonly currency: string;
}

/** What can be booked: one flat of a property. */
export interface Listing {
  readonly id: number;
  readonly propertyId: number;
  readonly title: string;
  readonly maxGuests: number;
  readonly nightlyCents: number;
}

export interface Guest {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly phone: string;
  readonly language: Language;
  /** Whether they read in the platform's own inbox; without an account there they get everything by mail. */
  readonly hasAccount: boolean;
}

export type BookingStatus = 'requested' | 'confirmed' | 'canceled' | 'inquiry' | 'awaiting_payment';

export interface Booking {
  readonly id: number;
  readonly listingId: number;
  /** The first is who booked. */
  readonly guestIds: readonly number[];
  readonly status: BookingStatus;
  /** Where it was made, such as `Airbnb`. */
  readonly platform: string;
  /** The platform's own id of it; null for a direct booking. */
  readonly platformId: string | null;
  readonly confirmationCode: string;
  readonly createdAt: Date;
  /** When it was taken back after it had been made; null while it stands, and where nobody knows when. */
  readonly canceledAt: Date | null;
  /** `YYYY-MM-DD`. */
  readonly checkIn: string;
  readonly checkOut: string;
  readonly nights: number;
  readonly guestsCount: number;
}

export interface Lead {
  readonly id: number;
  readonly propertyId: number;
  readonly guestId: number;
  readonly status: 'open' | 'viewing_booked' | 'converted' | 'lost';
  readonly createdAt: Date;
  readonly checkIn: string;
  readonly checkOut: string;
  readonly adults: number;
  readonly children: number;
}

/** What a conversation hangs from. Several only while a lead and its booking share one. */
export interface Subject {
  readonly kind: 'booking' | 'lead';
  readonly id: number;
}

/** What a message is where it is more than words: a structured request of the guest, or word of a request to book. */
export type Special = { readonly kind: 'self-service'; readonly topic: string } | { readonly kind: 'request-event' };

/** A file that was handed in for a thread; messages name it. */
export interface Attachment {
  readonly id: number;
  readonly conversationId: number;
  readonly by: Side;
  readonly name: string;
  /** Media type, as it was claimed. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly at: Date;
}

export interface Message {
  readonly id: number;
  readonly conversationId: number;
  readonly by: Side;
  readonly body: string;
  readonly at: Date;
  /** The way it travelled, such as `email`. */
  readonly channel: string;
  /** Written by a machine of the host's side. */
  readonly automated: boolean;
  /** By the host's side. */
  readonly read: boolean;
  readonly readByGuest: boolean;
  readonly urgent: boolean;
  readonly priority: number;
  readonly snoozeUntil: Date | null;
  readonly special: Special | null;
  readonly attachmentIds: readonly number[];
  /** Judged to be phishing: platforms that look for such take its text back. */
  readonly redacted: boolean;
}

/** A thread with one guest. */
export interface Conversation {
  readonly id: number;
  readonly subjects: readonly Subject[];
  readonly guestId: number;
  readonly channel: string;
  readonly createdAt: Date;
  readonly noReplyNeeded: boolean;
  /** Oldest first. */
  readonly messages: readonly Message[];
}

/** What may be changed of a message in the provider's own inbox. */
export type MessageChange = Partial<
  Pick<Message, 'body' | 'read' | 'readByGuest' | 'urgent' | 'priority' | 'snoozeUntil' | 'redacted'>
>;

/** A guest's whole name, in the order in which their language puts it. */
export function nameOf(guest: Guest): string {
  return guest.language === 'ja' ? `${guest.lastName} ${guest.firstName}` : `${guest.firstName} ${guest.lastName}`;
}
