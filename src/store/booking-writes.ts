import type { AccountId, BookingId, LeadId } from '../domain/ids.ts';
import type { ProviderBooking, ProviderLead } from '../domain/messaging.ts';
import { createId } from '../lib/id.ts';
import type { AccountRow } from './account-lock.ts';
import type { Database, Transaction } from './database.ts';
import { asRecords } from './rows.ts';

/** Stores bookings, each under its (account, external id). Each external id at most once a call. */
export async function saveBookings(
  tx: Transaction,
  account: AccountRow,
  bookings: readonly ProviderBooking[],
  now: Date,
): Promise<void> {
  if (bookings.length === 0) return;
  const records = bookings.map((one) => ({
    id: createId<BookingId>('Booking'),
    external_id: one.externalId,
    address: one.address,
    status: one.status,
    confirmation_code: one.confirmationCode,
    check_in: one.checkIn,
    check_out: one.checkOut,
    guests_count: one.guestsCount,
    property_name: one.propertyName,
    property_external_id: one.propertyExternalId,
    raw: one.raw,
  }));
  await tx.$executeRaw`
    INSERT INTO booking (id, tenant_id, account_id, external_id, address, status, confirmation_code, check_in, check_out,
      guests_count, property_name, property_external_id, raw, observed_at)
    SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, r.address, r.status, r.confirmation_code, r.check_in, r.check_out,
      r.guests_count, r.property_name, r.property_external_id, coalesce(r.raw, 'null'), ${now}
    FROM json_to_recordset(${asRecords(records)}::json) AS r(id text, external_id text, address jsonb, status text,
      confirmation_code text, check_in date, check_out date, guests_count int, property_name text, property_external_id text, raw jsonb)
    ON CONFLICT (account_id, external_id) DO UPDATE SET address = excluded.address, status = excluded.status,
      confirmation_code = excluded.confirmation_code, check_in = excluded.check_in, check_out = excluded.check_out,
      guests_count = excluded.guests_count, property_name = coalesce(excluded.property_name, booking.property_name),
      property_external_id = coalesce(excluded.property_external_id, booking.property_external_id),
      raw = excluded.raw, observed_at = excluded.observed_at`;
}

/** Stores leads, each under its (account, external id). Each external id at most once a call. */
export async function saveLeads(
  tx: Transaction,
  account: AccountRow,
  leads: readonly ProviderLead[],
  now: Date,
): Promise<void> {
  if (leads.length === 0) return;
  const records = leads.map((one) => ({
    id: createId<LeadId>('Lead'),
    external_id: one.externalId,
    address: one.address,
    status: one.status,
    reference: one.reference,
    check_in: one.checkIn,
    check_out: one.checkOut,
    guests_count: one.guestsCount,
    contact_name: one.contactName,
    contact_email: one.contactEmail,
    property_name: one.propertyName,
    raw: one.raw,
  }));
  await tx.$executeRaw`
    INSERT INTO lead (id, tenant_id, account_id, external_id, address, status, reference, check_in, check_out, guests_count,
      contact_name, contact_email, property_name, raw, observed_at)
    SELECT r.id, ${account.tenant_id}, ${account.id}, r.external_id, r.address, r.status, r.reference, r.check_in, r.check_out,
      r.guests_count, r.contact_name, r.contact_email, r.property_name, coalesce(r.raw, 'null'), ${now}
    FROM json_to_recordset(${asRecords(records)}::json) AS r(id text, external_id text, address jsonb, status text, reference text,
      check_in date, check_out date, guests_count int, contact_name text, contact_email text, property_name text, raw jsonb)
    ON CONFLICT (account_id, external_id) DO UPDATE SET address = excluded.address, status = excluded.status,
      reference = excluded.reference, check_in = excluded.check_in, check_out = excluded.check_out,
      guests_count = excluded.guests_count, contact_name = excluded.contact_name, contact_email = excluded.contact_email,
      property_name = excluded.property_name, raw = excluded.raw, observed_at = excluded.observed_at`;
}

/** Notes of which property a booking is, where its provider has not said so with the booking itself. */
export async function notePropertyOfBooking(
  db: Database,
  accountId: AccountId,
  { property, booking }: { readonly property: string; readonly booking: string },
): Promise<void> {
  await db.prisma.booking.updateMany({
    where: { account_id: accountId, external_id: booking, property_external_id: null },
    data: { property_external_id: property },
  });
}
