import { type AccountId, type BookingId, brand, type ConversationId, type ExternalBookingId } from '../domain/ids.ts';
import type { Address, Booking } from '../domain/messaging.ts';
import type { Database } from './database.ts';
import type { TenantScope } from './scope.ts';
import { cutSlice, type Slice, type SliceRequest } from './slice.ts';
import { type Cell, createParameters, day, lineUp, readRows, toNumberOrNull } from './statement.ts';

/** Bookings are not filtered yet. */
export interface BookingFilter {
  readonly workspaceIds?: never;
}

/** A part of the tenant's bookings, newest first. Ids grow with time and alone give the order: a position's `at` says nothing here. */
export async function listBookings(
  db: Database,
  scope: TenantScope,
  _filter: BookingFilter,
  slice: SliceRequest,
): Promise<Slice<Booking>> {
  const parameters = createParameters(scope.tenantId);
  const after = slice.after ? `AND b.id < ${parameters.add(slice.after.id)}` : '';
  const before = slice.before ? `AND b.id > ${parameters.add(slice.before.id)}` : '';
  const rows = await readRows<BookingCells>(db, {
    text: `${select} WHERE b.tenant_id = $1 ${after} ${before}
      ORDER BY b.id ${slice.from === 'start' ? 'DESC' : 'ASC'} LIMIT ${parameters.add(slice.limit + 1)}`,
    values: parameters.values,
  });
  return cutSlice(rows.map(toBooking), slice);
}

/** How many bookings the tenant has. */
export async function countBookings(db: Database, scope: TenantScope, _filter: BookingFilter): Promise<number> {
  const rows = await readRows<[count: string]>(db, {
    text: 'SELECT count(*) FROM booking WHERE tenant_id = $1',
    values: [scope.tenantId],
  });
  return Number(rows[0]?.[0] ?? 0);
}

/** Slot i answers id i; null where it is unknown or foreign. */
export async function bookingsByIds(
  db: Database,
  scope: TenantScope,
  ids: readonly BookingId[],
): Promise<readonly (Booking | null)[]> {
  return lineUp(ids, await bookingsWhere(db, scope, 'id', ids), (booking) => booking.id);
}

/** Slot i answers the provider's id i; null where it is unknown. Of several accounts' bookings of one id, the first one stored. */
export async function bookingsByExternalIds(
  db: Database,
  scope: TenantScope,
  externalIds: readonly ExternalBookingId[],
): Promise<readonly (Booking | null)[]> {
  const bookings = await bookingsWhere(db, scope, 'external_id', externalIds);
  return lineUp(externalIds, bookings, (booking) => booking.externalId);
}

type BookingCells = [
  id: string,
  accountId: string,
  conversationId: Cell,
  externalId: string,
  address: string,
  status: Cell,
  confirmationCode: Cell,
  checkIn: Cell,
  checkOut: Cell,
  guestsCount: Cell,
  propertyName: Cell,
  propertyExternalId: Cell,
];

// Of several conversations the one first seen, so that the answer never changes.
const select = `SELECT b.id, b.account_id, (SELECT c.id FROM conversation c WHERE c.tenant_id = b.tenant_id AND c.booking_id = b.id
    ORDER BY c.first_seen_at, c.id LIMIT 1), b.external_id, b.address, b.status, b.confirmation_code,
    ${day('b.check_in')}, ${day('b.check_out')}, b.guests_count, b.property_name, b.property_external_id
  FROM booking b`;

async function bookingsWhere(
  db: Database,
  scope: TenantScope,
  column: 'id' | 'external_id',
  keys: readonly string[],
): Promise<readonly Booking[]> {
  if (keys.length === 0) return [];
  const rows = await readRows<BookingCells>(db, {
    name: `bookings-by-${column}`,
    text: `${select} WHERE b.tenant_id = $1 AND b.${column} = ANY($2::text[]) ORDER BY b.id`,
    values: [scope.tenantId, keys],
  });
  return rows.map(toBooking);
}

function toBooking(cells: BookingCells): Booking {
  const [id, accountId, conversationId, externalId, address, status, confirmationCode, checkIn, checkOut, ...rest] =
    cells;
  const [guestsCount, propertyName, propertyExternalId] = rest;
  return {
    id: brand<BookingId>(id),
    accountId: brand<AccountId>(accountId),
    conversationId: conversationId === null ? null : brand<ConversationId>(conversationId),
    externalId: brand<ExternalBookingId>(externalId),
    address: JSON.parse(address) as Address,
    status,
    confirmationCode,
    checkIn,
    checkOut,
    guestsCount: toNumberOrNull(guestsCount),
    propertyName,
    propertyExternalId,
  };
}
