import type { Clock } from '../lib/clock.ts';
import type { Chance } from './chance.ts';
import { dayMs, dayOf } from './days.ts';
import type { Booking, BookingStatus, Conversation, Guest, Language, Lead, Listing, Subject } from './estate.ts';
import type { Topic } from './phrases.ts';
import { demand, keepDated, type Tables } from './tables.ts';
import { languages, phrasesOf } from './texts.ts';
import { type ThreadPlan, writeThread } from './threads.ts';
import type { Messaging } from './world-messages.ts';

/** When a subject's threads begin: with it, never, or so much later. */
export type ConversationStart = 'now' | 'none' | { readonly afterMs: number };

interface NewSubject {
  readonly language?: Language;
  /** Absent: now. */
  readonly createdAt?: Date;
  /** Absent: `now`. */
  readonly conversation?: ConversationStart;
  /** Messages of history in each thread, from `createdAt` until now. Absent: none. */
  readonly messages?: number;
}

export interface NewBooking extends NewSubject {
  /** Absent: any of the first active portfolio. */
  readonly listingId?: number;
  /** People with a thread of their own. Absent: 1. */
  readonly guests?: number;
  readonly status?: BookingStatus;
  readonly platform?: string;
  /** Absent: two weeks after `createdAt`. */
  readonly checkIn?: Date;
  readonly nights?: number;
  /** Whether whoever booked reads in the platform's own inbox. Absent: five of six do. */
  readonly guestHasAccount?: boolean;
}

export interface NewLead extends NewSubject {
  readonly propertyId?: number;
  readonly status?: Lead['status'];
}

/** What becomes of a lead's thread when it turns into a booking: no provider's papers say, so scripts choose. */
export type LeadThread = 'moves' | 'shared' | 'new';

export interface Bookings {
  addBooking(news?: NewBooking): Booking;
  addLead(news?: NewLead): Lead;
  changeBooking(
    bookingId: number,
    change: Partial<Pick<Booking, 'status' | 'checkIn' | 'checkOut' | 'guestIds'>>,
  ): Booking;
  /** One more guest, with a thread of their own. */
  addGuest(bookingId: number): Conversation;
  convertLead(leadId: number, thread: LeadThread): Booking;
}

/** Adding and changing what conversations hang from. */
export function createBookings(tables: Tables, clock: Clock, chance: Chance, messaging: Messaging): Bookings {
  const desk: Desk = { tables, clock, chance, messaging };
  const changed = (booking: Booking, change: Partial<Booking>): Booking => ({
    ...{ ...booking, ...change },
    canceledAt: change.status === 'canceled' ? clock.now() : booking.canceledAt,
  });
  const changeBooking: Bookings['changeBooking'] = (bookingId, change) =>
    keepDated(tables.bookings, tables.bookingsInOrder, changed(demand(tables.bookings, 'booking', bookingId), change));
  return {
    changeBooking,
    addBooking(news = {}) {
      const booking = makeBooking(desk, news);
      const start = startOf(desk, { kind: 'booking', id: booking.id }, news, booking.createdAt);
      for (const guestId of booking.guestIds) start(guestId, channelOf(booking.platform));
      return booking;
    },
    addLead(news = {}) {
      const lead = makeLead(desk, news);
      startOf(desk, { kind: 'lead', id: lead.id }, news, lead.createdAt)(lead.guestId, 'email');
      return lead;
    },
    addGuest(bookingId) {
      const booking = demand(tables.bookings, 'booking', bookingId);
      const guest = makeGuest(desk, chance.pick(languages));
      changeBooking(bookingId, { guestIds: [...booking.guestIds, guest.id] });
      return messaging.startConversation(
        { kind: 'booking', id: bookingId },
        guest.id,
        channelOf(booking.platform),
        clock.now(),
      );
    },
    convertLead: (leadId, thread) => convert(desk, demand(tables.leads, 'lead', leadId), thread),
  };
}

interface Desk {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly messaging: Messaging;
}

function makeBooking(desk: Desk, news: NewBooking, guestIds?: readonly number[]): Booking {
  const { tables, chance, clock } = desk;
  const id = tables.nextId('booking');
  const createdAt = news.createdAt ?? clock.now();
  const platform = news.platform ?? 'Direct';
  const nights = news.nights ?? 3;
  const checkIn = news.checkIn ?? new Date(createdAt.getTime() + 14 * dayMs);
  const language = news.language ?? chance.pick(languages);
  const booked =
    guestIds ?? Array.from({ length: news.guests ?? 1 }, () => makeGuest(desk, language, news.guestHasAccount).id);
  return keepDated(tables.bookings, tables.bookingsInOrder, {
    id,
    listingId: news.listingId ?? anyListing(desk).id,
    guestIds: booked,
    status: news.status ?? 'confirmed',
    platform,
    platformId: platformIdOf(platform, id),
    confirmationCode: `ZX${String(id).padStart(4, '0')}`,
    createdAt,
    canceledAt: null,
    checkIn: dayOf(checkIn),
    checkOut: dayOf(new Date(checkIn.getTime() + nights * dayMs)),
    nights,
    guestsCount: Math.max(booked.length, chance.between(1, 4)),
  });
}

/** As each platform dresses its ids: Booking.com's are ten digits. */
function platformIdOf(platform: string, id: number): string | null {
  if (platform === 'Direct') return null;
  return platform === 'Booking.com' ? String(4_000_000_000 + id) : `HM${String(id).padStart(7, '0')}`;
}

function makeLead(desk: Desk, news: NewLead): Lead {
  const { tables, chance, clock } = desk;
  const createdAt = news.createdAt ?? clock.now();
  const checkIn = new Date(createdAt.getTime() + chance.between(30, 90) * dayMs);
  return keepDated(tables.leads, tables.leadsInOrder, {
    id: tables.nextId('lead'),
    propertyId: news.propertyId ?? anyListing(desk).propertyId,
    guestId: makeGuest(desk, news.language ?? chance.pick(languages)).id,
    status: news.status ?? 'open',
    createdAt,
    checkIn: dayOf(checkIn),
    checkOut: dayOf(new Date(checkIn.getTime() + chance.between(270, 365) * dayMs)),
    adults: chance.between(1, 2),
    children: chance.happens(0.2) ? 1 : 0,
  });
}

function makeGuest(desk: Desk, language: Language, hasAccount?: boolean): Guest {
  const phrases = phrasesOf(language);
  const id = desk.tables.nextId('guest');
  const guest: Guest = {
    id,
    firstName: desk.chance.pick(phrases.firstNames),
    lastName: desk.chance.pick(phrases.lastNames),
    email: `guest${id}@example.test`,
    phone: `+44000${String(id).padStart(7, '0')}`,
    language,
    hasAccount: hasAccount ?? id % 6 !== 0,
  };
  desk.tables.guests.set(id, guest);
  return guest;
}

function anyListing({ tables, chance }: Desk): Listing {
  const home = [...tables.portfolios.values()].find((portfolio) => portfolio.active && !portfolio.demo);
  return chance.pick(
    [...tables.listings.values()].filter(
      (listing) => tables.properties.get(listing.propertyId)?.portfolioId === home?.id,
    ),
  );
}

/** Starts a guest's thread with its history, at once or when its time has come. */
function startOf(desk: Desk, subject: Subject, news: NewSubject, createdAt: Date) {
  const when = news.conversation ?? 'now';
  return (guestId: number, channel: string): void => {
    const begin = (from: Date): void => {
      const conversation = desk.messaging.startConversation(subject, guestId, channel, from);
      writeHistory(desk, conversation, subject, news.messages ?? 0);
    };
    if (when === 'now') begin(createdAt);
    else if (when !== 'none') desk.clock.after(when.afterMs, () => begin(desk.clock.now()));
  };
}

function writeHistory(desk: Desk, conversation: Conversation, subject: Subject, count: number): void {
  const plan: ThreadPlan = {
    guest: demand(desk.tables.guests, 'guest', conversation.guestId),
    propertyName: propertyNameOf(desk.tables, subject),
    opening: subject.kind === 'lead' ? 'interest' : 'welcome',
    topics: topicsFor(desk.chance, subject),
    count,
    from: conversation.createdAt,
    until: lastWordOf(desk, subject),
  };
  for (const message of writeThread(desk.chance, plan)) desk.messaging.write(conversation.id, message);
}

/** Talk goes on until now, and ends a day after a guest has left. */
function lastWordOf({ tables, clock }: Desk, subject: Subject): Date {
  const now = clock.now().getTime();
  if (subject.kind === 'lead') return new Date(now);
  const left = Date.parse(demand(tables.bookings, 'booking', subject.id).checkOut) + dayMs;
  return new Date(Math.min(now, left));
}

const stayTopics: readonly Topic[] = ['checkIn', 'parking', 'lateArrival', 'wifi', 'heating', 'luggage', 'pets'];
const leadTopics: readonly Topic[] = ['longStay', 'parking', 'pets'];

function topicsFor(chance: Chance, subject: Subject): readonly Topic[] {
  if (subject.kind === 'lead') return leadTopics;
  const turn = chance.between(0, stayTopics.length - 1);
  return [...stayTopics.slice(turn), ...stayTopics.slice(0, turn)];
}

function propertyNameOf(tables: Tables, subject: Subject): string {
  const propertyId =
    subject.kind === 'lead'
      ? demand(tables.leads, 'lead', subject.id).propertyId
      : demand(tables.listings, 'listing', demand(tables.bookings, 'booking', subject.id).listingId).propertyId;
  return demand(tables.properties, 'property', propertyId).name;
}

function channelOf(platform: string): string {
  return platform === 'Direct' ? 'email' : platform.toLowerCase();
}

function convert(desk: Desk, lead: Lead, thread: LeadThread): Booking {
  const { tables, messaging, clock } = desk;
  const listing = [...tables.listings.values()].find((candidate) => candidate.propertyId === lead.propertyId);
  const booking = makeBooking(desk, listing ? { listingId: listing.id } : {}, [lead.guestId]);
  const subject: Subject = { kind: 'booking', id: booking.id };
  keepDated(tables.leads, tables.leadsInOrder, { ...lead, status: 'converted' });
  const threads = tables.bySubject.get(`lead:${lead.id}`) ?? [];
  for (const id of threads) if (thread !== 'new') messaging.attach(id, subject, thread === 'moves');
  if (thread === 'new') messaging.startConversation(subject, lead.guestId, 'email', clock.now());
  return booking;
}
