import type { JsonObject } from '../../domain/json.ts';
import { dayMs } from '../../simulator/days.ts';
import type { Booking, Lead, Listing } from '../../simulator/estate.ts';
import { sources } from './simulator-channels.ts';
import { bookingsOf, type Ledger, shown } from './simulator-ledger.ts';
import type { Resource } from './simulator-listing.ts';
import { clients } from './simulator-people.ts';
import { type Asked, may } from './simulator-replies.ts';
import { toId, toWorldId } from './simulator-rows.ts';
import { readTime, timeOrNull, timeText } from './simulator-times.ts';

interface BookingItem {
  readonly id: number;
  readonly booking: Booking;
}

/** Bookings: by default only those that are not over and not cancelled. */
export const bookings: Resource<BookingItem> = {
  ...{ name: 'bookings', path: 'bookings', perPage: 100, synced: true },
  // None for conversations, as in the reference's example.
  templates: { account: 'accounts', rental: 'rentals', client: 'clients', source: 'sources' },
  list: (asked, since) =>
    [...asked.ledger.world.bookings.values()]
      .filter((booking) => isWanted(asked, booking) && isInTime(asked, booking, since) && isChosen(asked, booking))
      .map(itemOf),
  find(asked, id) {
    const booking = asked.ledger.world.bookings.get(toWorldId('booking', id));
    return booking && isWanted(asked, booking) ? itemOf(booking) : null;
  },
  updatedAt: ({ ledger }, { booking }) => bookingUpdatedAt(ledger, booking),
  deletedSince(asked, since) {
    if (seesCanceled(asked)) return [];
    const { world } = asked.ledger;
    const changed = [...world.bookings.values()].filter((one) => bookingUpdatedAt(asked.ledger, one) > since);
    return changed.flatMap(({ id, status }) => (status === 'canceled' ? [toId('booking', id)] : []));
  },
  show: (asked, { booking }) => showBooking(asked, booking),
  includes: {
    client(asked, { booking }) {
      const client = clients.find(asked, toId('guest', booking.guestIds[0] ?? 0));
      return client && may(asked.grant, 'clients_read') ? clients.show(asked, client) : undefined;
    },
  },
};

function itemOf(booking: Booking): BookingItem {
  return { id: toId('booking', booking.id), booking };
}

function bookingUpdatedAt({ sightings }: Ledger, booking: Booking): Date {
  return sightings.get(`booking:${booking.id}`)?.updatedAt ?? booking.createdAt;
}

/** Whether everything of a booking may be seen. */
function isWhole({ ledger, grant }: Asked): boolean {
  return ledger.switches.bookingsScope === 'bookings_read' && may(grant, 'bookings_read', 'bookings_write');
}

function seesCanceled(asked: Asked): boolean {
  return isWhole(asked) && ['true', '1'].includes(asked.query.get('include_canceled') ?? '');
}

function isWanted(asked: Asked, { status }: Booking): boolean {
  return status !== 'canceled' || seesCanceled(asked);
}

function isInTime(asked: Asked, booking: Booking, since: Date | null): boolean {
  const { clock, switches } = asked.ledger;
  const given = readTime(asked.query.get('from') ?? '');
  const from = given ?? (since && !switches.updatedSinceKeepsFrom ? new Date(0) : clock.now());
  const until = readTime(asked.query.get('until') ?? '') ?? afterMonths(from, asked.query.get('months'));
  return endOf(booking) > from && (until === null || startOf(booking) < until);
}

function afterMonths(from: Date, months: string | null): Date | null {
  return months !== null && /^\d{1,3}$/.test(months) ? new Date(from.getTime() + Number(months) * 30 * dayMs) : null;
}

function isChosen({ query }: Asked, booking: Booking): boolean {
  const among = (name: string, value: string): boolean => query.get(name)?.split(',').includes(value) ?? true;
  return (
    among('status', statusOf(booking).toLowerCase()) &&
    among('rental_id', String(toId('listing', booking.listingId))) &&
    among('client_id', String(toId('guest', booking.guestIds[0] ?? 0)))
  );
}

function startOf({ checkIn }: Booking): Date {
  return new Date(`${checkIn}T16:00:00Z`);
}

function endOf({ checkOut }: Booking): Date {
  return new Date(`${checkOut}T10:00:00Z`);
}

function statusOf({ status }: Booking): string {
  if (status === 'canceled') return 'Canceled';
  return status === 'confirmed' ? 'Booked' : 'Tentative';
}

function showBooking(asked: Asked, booking: Booking): JsonObject {
  const { ledger, account } = asked;
  const rental = toId('listing', booking.listingId);
  const brief = {
    ...{ id: toId('booking', booking.id), start_at: timeText(startOf(booking)), end_at: timeText(endOf(booking)) },
    ...{ status: statusOf(booking), updated_at: timeText(bookingUpdatedAt(ledger, booking)) },
    reference: booking.confirmationCode,
  };
  if (!isWhole(asked)) return { links: { account: account.id, rental }, ...brief };
  const [guest] = booking.guestIds;
  return {
    links: {
      ...{ account: account.id, rental, client: guest === undefined ? null : toId('guest', guest) },
      ...{ inquiry: null, rental_agreement: null },
      source: sources.find(({ name }) => name === booking.platform)?.id ?? null,
      ...{ bookings_fees: [], bookings_payments: [], bookings_taxes: [], bookings_tags: [], booking_comments: [] },
      ...{ conversations: conversationsOf(ledger, booking.id), payments: [], rentals_tags: [] },
    },
    ...brief,
    ...priceOf(ledger, booking),
    ...{ booked: booking.status === 'confirmed', unavailable: false, tentative_expires_at: null },
    ...{ adults: booking.guestsCount, children: null, notes: '', external_reference: booking.platformId },
    ...{ expected_checkin_time: '16:00', expected_checkout_time: '10:00', locked: null, owned_by_app: false },
    ...{ canceled_at: timeOrNull(booking.canceledAt), created_at: timeText(booking.createdAt) },
  };
}

function priceOf({ world }: Ledger, booking: Booking): JsonObject {
  const listing = world.listings.get(booking.listingId);
  const price = (((listing?.nightlyCents ?? 0) * booking.nights) / 100).toFixed(1);
  const currency = world.properties.get(listing?.propertyId ?? 0)?.currency ?? 'EUR';
  return { currency, final_price: price, paid_amount: price };
}

/** The conversations of a booking that can be read now, by id. */
export function conversationsOf(ledger: Ledger, booking: number): readonly number[] {
  const { conversations, byWorld, world } = ledger;
  const begun = world
    .conversationsOf({ kind: 'booking', id: booking })
    .map(({ id }) => byWorld.conversations.get(id) ?? 0);
  const connected = conversations.all().flatMap((row) => (row.connected.includes(booking) ? [row.id] : []));
  const rows = [...new Set([...begun, ...connected])].flatMap((id) => conversations.get(id) ?? []);
  const there = shown(ledger, rows).filter((row) => bookingsOf(ledger, row).includes(booking));
  return there.map(({ id }) => id).sort((a, b) => a - b);
}

interface InquiryItem {
  readonly id: number;
  readonly lead: Lead;
}

/** Questions that are no bookings yet; each has one conversation. */
export const inquiries: Resource<InquiryItem> = {
  ...{ name: 'inquiries', path: 'inquiries', perPage: 100, synced: true },
  templates: { account: 'accounts', rental: 'rentals', conversation: 'inbox/conversations' },
  list: ({ ledger }) => [...ledger.world.leads.values()].map((lead) => ({ id: toId('lead', lead.id), lead })),
  find({ ledger }, id) {
    const lead = ledger.world.leads.get(toWorldId('lead', id));
    return lead ? { id, lead } : null;
  },
  updatedAt: ({ ledger }, { lead }) => ledger.sightings.get(`lead:${lead.id}`)?.updatedAt ?? lead.createdAt,
  deletedSince: () => [],
  show(asked, { id, lead }) {
    const { ledger, account } = asked;
    const rental = rentalOfLead(ledger, lead.id);
    const [thread] = ledger.world.conversationsOf({ kind: 'lead', id: lead.id });
    const row = ledger.conversations.get(ledger.byWorld.conversations.get(thread?.id ?? 0) ?? 0);
    const conversation = row ? (shown(ledger, [row])[0]?.id ?? null) : null;
    return {
      links: { account: account.id, rental, conversation },
      ...{ id, start_at: `${lead.checkIn}T16:00:00Z`, end_at: `${lead.checkOut}T10:00:00Z` },
      ...{ adults: lead.adults, children: lead.children, created_at: timeText(lead.createdAt) },
      updated_at: timeText(ledger.sightings.get(`lead:${lead.id}`)?.updatedAt ?? lead.createdAt),
    };
  },
};

/** A lead asks about a house; here it is about the first flat of it. */
export function rentalOfLead({ world }: Ledger, lead: number): number | null {
  const property = world.leads.get(lead)?.propertyId;
  const listing = [...world.listings.values()].find(({ propertyId }) => propertyId === property);
  return listing ? toId('listing', listing.id) : null;
}

interface RentalItem {
  readonly id: number;
  readonly listing: Listing;
}

/** What is let. */
export const rentals: Resource<RentalItem> = {
  ...{ name: 'rentals', path: 'rentals', perPage: 50, synced: true, templates: { account: 'accounts' } },
  list: ({ ledger }) =>
    [...ledger.world.listings.values()].map((one) => ({ id: toId('listing', one.id), listing: one })),
  find({ ledger }, id) {
    const listing = ledger.world.listings.get(toWorldId('listing', id));
    return listing ? { id, listing } : null;
  },
  show({ ledger, account }, { id, listing }) {
    const property = ledger.world.properties.get(listing.propertyId);
    return {
      links: { account: account.id },
      ...{ id, name: listing.title, sleeps: listing.maxGuests, currency: property?.currency ?? 'EUR' },
      ...{ city: property?.city ?? null, country_code: property?.countryCode ?? null },
    };
  },
};
