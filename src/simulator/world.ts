import type { Clock } from '../lib/clock.ts';
import { createChance } from './chance.ts';
import type {
  Attachment,
  Booking,
  Conversation,
  Guest,
  Lead,
  Listing,
  Message,
  Portfolio,
  Property,
  Subject,
} from './estate.ts';
import { seedConversations, seedPlaces } from './seed.ts';
import { createTables, demand, subjectKey, type Tables } from './tables.ts';
import { createVoices, type Voices } from './voices.ts';
import { type Bookings, createBookings, type NewBooking, type NewLead } from './world-bookings.ts';
import { createMessaging, type Messaging } from './world-messages.ts';

export interface WorldOptions {
  /** The same seed at the same time makes the same world. */
  readonly seed: number;
  readonly clock: Clock;
  /** Conversations that are worked in. 0: the properties stand empty. Absent: 40. */
  readonly size?: number;
  /** Where the seeded bookings are made. Absent: Airbnb, Booking.com and directly, mixed. */
  readonly platforms?: readonly string[];
}

/** A thread with what it hangs from. `about` absent: a booking. */
export type NewConversation =
  | ({ readonly about?: 'booking' } & Omit<NewBooking, 'conversation' | 'guests'>)
  | ({ readonly about: 'lead' } & Omit<NewLead, 'conversation'>);

/** What is in the estate now. */
export interface Register {
  readonly portfolios: ReadonlyMap<number, Portfolio>;
  readonly properties: ReadonlyMap<number, Property>;
  readonly listings: ReadonlyMap<number, Listing>;
  readonly guests: ReadonlyMap<number, Guest>;
  readonly bookings: ReadonlyMap<number, Booking>;
  readonly leads: ReadonlyMap<number, Lead>;
  readonly conversations: ReadonlyMap<number, Conversation>;
  readonly messages: ReadonlyMap<number, Message>;
  readonly attachments: ReadonlyMap<number, Attachment>;
  /** Oldest first, by `createdAt`. */
  readonly bookingsInOrder: readonly Booking[];
  readonly leadsInOrder: readonly Lead[];
}

/**
 * One estate with its bookings, guests and threads, as it is in truth. Every simulator given it shows the same things
 * in its provider's words, and what is written through one is seen through all.
 * Methods that name what does not exist throw a RangeError.
 */
export interface World extends Register, Bookings, Voices, Omit<Messaging, 'startConversation' | 'attach'> {
  readonly clock: Clock;
  addConversation(news?: NewConversation): Conversation;
  /** The thread of who booked, begun now where there is none yet. */
  openThread(bookingId: number): Conversation;
  /** The threads of a booking or lead: whoever booked first. */
  conversationsOf(subject: Subject): readonly Conversation[];
  /** The portfolio that a booking or lead belongs to. */
  portfolioOf(subject: Subject): Portfolio;
}

/** Makes a world: about 40 conversations in eight languages unless told otherwise, dated relative to the clock's now. */
export function createWorld(options: WorldOptions): World {
  const { clock } = options;
  const tables = createTables();
  const chance = createChance(options.seed);
  const messaging = createMessaging(tables, clock);
  const bookings = createBookings(tables, clock, chance, messaging);
  seedPlaces(tables);
  const world: World = {
    ...tables,
    ...bookings,
    ...createVoices(tables, chance),
    clock,
    write: messaging.write,
    addAttachment: messaging.addAttachment,
    setNoReplyNeeded: messaging.setNoReplyNeeded,
    changeMessage: messaging.changeMessage,
    markRead: messaging.markRead,
    onMessage: messaging.onMessage,
    conversationsOf: (subject) => threadsOf(tables, subject),
    portfolioOf: (subject) => portfolioOf(tables, subject),
    openThread(bookingId) {
      const subject: Subject = { kind: 'booking', id: bookingId };
      const { guestIds, platform } = demand(tables.bookings, 'booking', bookingId);
      const [guest = 0] = guestIds;
      const [known] = threadsOf(tables, subject);
      return known ?? messaging.startConversation(subject, guest, platform.toLowerCase(), clock.now());
    },
    removeConversation: (id) => removeGuest(tables, bookings, messaging, id),
    addConversation(news = {}) {
      const subject: Subject =
        news.about === 'lead'
          ? { kind: 'lead', id: bookings.addLead(news).id }
          : { kind: 'booking', id: bookings.addBooking(news).id };
      const [conversation] = threadsOf(tables, subject);
      if (!conversation) throw new RangeError('[simulator] the thread did not begin');
      return conversation;
    },
  };
  const ground = { tables, bookings, messaging, clock, chance: createChance(options.seed + 1) };
  seedConversations({ ...ground, platforms: options.platforms ?? allPlatforms }, options.size ?? 40);
  return world;
}

const allPlatforms = ['Airbnb', 'Booking.com', 'Direct'];

function threadsOf(tables: Tables, subject: Subject): readonly Conversation[] {
  const ids = tables.bySubject.get(subjectKey(subject)) ?? [];
  return ids.map((id) => demand(tables.conversations, 'conversation', id));
}

function portfolioOf(tables: Tables, subject: Subject): Portfolio {
  const propertyId =
    subject.kind === 'lead'
      ? demand(tables.leads, 'lead', subject.id).propertyId
      : demand(tables.listings, 'listing', demand(tables.bookings, 'booking', subject.id).listingId).propertyId;
  return demand(tables.portfolios, 'portfolio', demand(tables.properties, 'property', propertyId).portfolioId);
}

function removeGuest(tables: Tables, bookings: Bookings, messaging: Messaging, conversationId: number): void {
  const { subjects, guestId } = demand(tables.conversations, 'conversation', conversationId);
  messaging.removeConversation(conversationId);
  for (const subject of subjects) {
    if (subject.kind === 'lead') continue;
    const { guestIds } = demand(tables.bookings, 'booking', subject.id);
    bookings.changeBooking(subject.id, { guestIds: guestIds.filter((id) => id !== guestId) });
  }
}
