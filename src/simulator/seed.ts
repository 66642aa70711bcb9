import type { Clock } from '../lib/clock.ts';
import type { Chance } from './chance.ts';
import { dayMs } from './days.ts';
import type { BookingStatus } from './estate.ts';
import { pictureOf } from './pictures.ts';
import type { Tables } from './tables.ts';
import { languages } from './texts.ts';
import type { Bookings } from './world-bookings.ts';
import type { Messaging } from './world-messages.ts';

/** What seeding needs of the world. */
interface Ground {
  readonly tables: Tables;
  readonly bookings: Bookings;
  readonly messaging: Messaging;
  /** Where bookings are made. */
  readonly platforms: readonly string[];
  readonly clock: Clock;
  readonly chance: Chance;
}

const portfolios = [
  { name: 'Harbour & Hill Stays', slug: 'harbour-hill', active: true, demo: false },
  { name: 'Old Quarter Lettings', slug: 'old-quarter', active: false, demo: false },
  { name: 'Show House', slug: 'show-house', active: true, demo: true },
] as const;

// Portfolio, name, city, country, currency.
const properties = [
  [1, 'Northgate House', 'Manchester', 'GB', 'GBP'],
  [1, 'Hafenblick', 'Hamburg', 'DE', 'EUR'],
  [1, 'Maison des Canuts', 'Lyon', 'FR', 'EUR'],
  [1, 'Casa do Alecrim', 'Lisboa', 'PT', 'EUR'],
  [1, 'Södra Gården', 'Stockholm', 'SE', 'SEK'],
  [2, 'Palazzo Vecchio Rooms', 'Bologna', 'IT', 'EUR'],
  [3, 'Sample Court', 'London', 'GB', 'GBP'],
] as const;

const flats = ['Studio', 'One-bedroom flat', 'Two-bedroom flat with balcony'] as const;

/** Portfolios, properties and their listings: the same in every world. */
export function seedPlaces(tables: Tables): void {
  for (const portfolio of portfolios) {
    const id = tables.nextId('portfolio');
    tables.portfolios.set(id, { id, ...portfolio });
  }
  for (const [portfolioId, name, city, countryCode, currency] of properties) {
    const id = tables.nextId('property');
    tables.properties.set(id, { id, portfolioId, name, city, countryCode, currency });
    for (const [index, title] of flats.entries()) addListing(tables, id, `${name}, ${title}`, index);
  }
}

/** Fills the estate: `size` threads that are worked in, and a few more elsewhere where there are any. */
export function seedConversations(ground: Ground, size: number): void {
  const { bookings, chance } = ground;
  for (let index = 0; index < size; index += 1) {
    const common = { language: languageAt(index), messages: lengthAt(chance, index), createdAt: pastMoment(ground) };
    if (index % 4 === 3) bookings.addLead(common);
    else bookings.addBooking({ ...common, ...stayAt(ground, index) });
  }
  if (size > 0) seedOddities(ground);
}

/** What every inbox has some of: a party of three, a booking nobody wrote about, a portfolio that left, a demo one. */
function seedOddities(ground: Ground): void {
  const { bookings, tables } = ground;
  const createdAt = pastMoment(ground);
  bookings.addBooking({ guests: 3, createdAt, messages: 2, language: 'en', platform: 'Airbnb' });
  bookings.addBooking({ conversation: 'none', createdAt, platform: 'Booking.com' });
  for (const listing of tables.listings.values()) {
    const portfolio = tables.properties.get(listing.propertyId)?.portfolioId;
    if (portfolio !== 1) bookings.addBooking({ listingId: listing.id, createdAt, messages: 2 });
  }
  seedPlatformOddities(ground);
}

/** What Booking.com's inbox has besides: a thread nobody has written in, a picture, and a structured request. */
function seedPlatformOddities({ bookings, messaging, tables, clock }: Ground): void {
  const common = {
    platform: 'Booking.com',
    language: 'en',
    createdAt: new Date(clock.now().getTime() - dayMs),
  } as const;
  bookings.addBooking({ ...common });
  const { id } = bookings.addBooking({ ...common, messages: 3, guestHasAccount: true });
  const [thread] = tables.bySubject.get(`booking:${id}`) ?? [];
  if (thread === undefined) return;
  const bytes = pictureOf({ width: 160, height: 100, colour: [46, 120, 96] });
  const plan = messaging.addAttachment(thread, { by: 'host', name: 'way-in.png', contentType: 'image/png', bytes });
  messaging.write(thread, { by: 'host', body: 'This is the door, on the left.', attachmentIds: [plan.id] });
  const special = { kind: 'self-service', topic: 'checkin' } as const;
  messaging.write(thread, { by: 'guest', body: 'I would like to check in between 14:00 and 15:00.', special });
}

/** Past, current and future stays in turn, seen from now. */
function stayAt({ clock, chance, platforms }: Ground, index: number) {
  const nights = chance.between(2, 9);
  const past = -chance.between(12, 25);
  // The oldest thread is of somebody who left the other day, so that it can still be answered wherever that has an end.
  const left = index === 0 ? -nights - 3 : past;
  const daysFromNow = [left, -chance.between(0, nights - 1), chance.between(2, 60)][index % 3] ?? 0;
  const status: BookingStatus = chance.happens(0.1) ? chance.pick(['requested', 'canceled', 'inquiry']) : 'confirmed';
  const checkIn = new Date(clock.now().getTime() + daysFromNow * dayMs);
  return { nights, checkIn, platform: chance.pick(platforms), status };
}

function lengthAt(chance: Chance, index: number): number {
  return index % 17 === 5 ? chance.between(61, 90) : chance.between(1, 12);
}

/** Not in step with leads, stays or lengths, so that each of these comes in every language. */
function languageAt(index: number) {
  return languages[(index + Math.floor(index / languages.length)) % languages.length] ?? 'en';
}

function pastMoment({ clock, chance }: Ground): Date {
  return new Date(clock.now().getTime() - chance.between(26 * dayMs, 40 * dayMs));
}

function addListing(tables: Tables, propertyId: number, title: string, size: number): void {
  const id = tables.nextId('listing');
  tables.listings.set(id, { id, propertyId, title, maxGuests: 2 + size * 2, nightlyCents: 8_900 + size * 4_000 });
}
