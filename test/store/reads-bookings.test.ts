import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brand, type ExternalBookingId, type ExternalLeadId } from '../../src/domain/ids.ts';
import { bookingsByExternalIds, bookingsByIds, countBookings, listBookings } from '../../src/store/bookings.ts';
import type { Database } from '../../src/store/database.ts';
import { countLeads, leadsByExternalIds, leadsByIds, listLeads } from '../../src/store/leads.ts';
import type { Slice } from '../../src/store/slice.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { absent, at, createEstate, type Estate, slice } from './reads-estate.ts';

describe.each(databaseKinds)('reading bookings and leads (%s)', (kind) => {
  let db: Database;
  let estate: Estate;
  beforeAll(async () => {
    db = await testDatabase(kind);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    estate = await createEstate(db);
  });

  const found = (rows: readonly ({ readonly id: string } | null)[]): (string | null)[] =>
    rows.map((row) => row?.id ?? null);
  const place = (id: string | undefined) => ({ at: new Date(0), id: id ?? '' });

  it('gives every field of a booking as it was stored, days as days', async () => {
    const id = await estate.booking({
      external_id: 'b-1',
      address: { conversation: 'c' },
      status: 'confirmed',
      confirmation_code: 'HM1',
      check_in: new Date('2026-06-30'),
      check_out: new Date('2026-07-04'),
      guests_count: 2,
      property_name: 'North',
      property_external_id: 'p-1',
    });
    const conversationId = await estate.conversation(1, { booking_id: id });
    await estate.conversation(2, { booking_id: id });
    const fields = { status: 'confirmed', confirmationCode: 'HM1', checkIn: '2026-06-30', checkOut: '2026-07-04' };
    const property = { guestsCount: 2, propertyName: 'North', propertyExternalId: 'p-1' };
    const ids = { id, accountId: estate.accountId, conversationId, externalId: 'b-1', address: { conversation: 'c' } };
    expect(await bookingsByIds(db, estate.scope, [id])).toEqual([{ ...ids, ...fields, ...property }]);
  });

  it('gives every field of a lead as it was stored, days as days', async () => {
    const id = await estate.lead({
      external_id: 'l-1',
      address: { conversation: 'c' },
      status: 'open',
      reference: 'LD-000088',
      check_in: new Date('2026-12-31'),
      contact_name: 'Ana',
      contact_email: 'ana@example.org',
      property_name: 'North',
    });
    const fields = { status: 'open', reference: 'LD-000088', checkIn: '2026-12-31', checkOut: null, guestsCount: null };
    const contact = { contactName: 'Ana', contactEmail: 'ana@example.org', propertyName: 'North' };
    const ids = { id, accountId: estate.accountId, conversationId: null, externalId: 'l-1' };
    const expected = { ...ids, ...fields, ...contact, address: { conversation: 'c' } };
    expect(await leadsByIds(db, estate.scope, [id])).toEqual([expected]);
  });

  it('pages through bookings and leads, newest first, from either side', async () => {
    for (const subject of ['booking', 'lead'] as const) {
      const ids = [await estate[subject](), await estate[subject](), await estate[subject]()].toSorted().reverse();
      const list = async (request: ReturnType<typeof slice>): Promise<Slice<{ id: string }>> =>
        subject === 'booking' ? listBookings(db, estate.scope, {}, request) : listLeads(db, estate.scope, {}, request);
      const first = await list(slice(2));
      expect([found(first.rows), first.hasMore]).toEqual([ids.slice(0, 2), true]);
      const rest = await list(slice(2, { after: place(ids[1]) }));
      expect([found(rest.rows), rest.hasMore]).toEqual([ids.slice(2), false]);
      const last = await list(slice(1, { from: 'end', before: place(ids[2]) }));
      expect([found(last.rows), last.hasMore]).toEqual([ids.slice(1, 2), true]);
    }
    expect(await countBookings(db, estate.scope, {})).toBe(3);
    expect(await countLeads(db, estate.scope, {})).toBe(3);
  });

  it("lines up with the ids asked for, and shows nothing of another tenant's", async () => {
    const stranger = await createEstate(db);
    const [one, foreign] = [await estate.booking(), await stranger.booking()];
    const [lead, foreignLead] = [await estate.lead(), await stranger.lead()];
    expect(found(await bookingsByIds(db, estate.scope, [foreign, one, absent('bkg')]))).toEqual([null, one, null]);
    expect(found(await leadsByIds(db, estate.scope, [foreignLead, lead, absent('led')]))).toEqual([null, lead, null]);
    const theirs = brand<ExternalBookingId>(`e-${foreign}`);
    expect(await bookingsByExternalIds(db, estate.scope, [theirs])).toEqual([null]);
    const theirLead = brand<ExternalLeadId>(`e-${foreignLead}`);
    expect(await leadsByExternalIds(db, estate.scope, [theirLead])).toEqual([null]);
    expect((await listBookings(db, estate.scope, {}, slice(9))).rows).toHaveLength(1);
  });

  it("finds by the provider's id, always the same one where two accounts have it", async () => {
    const other = await estate.account({ provider: 'other' });
    const [a, b] = [
      await estate.booking({ external_id: 'b-1' }),
      await estate.booking({ external_id: 'b-1', account_id: other }),
    ];
    const lead = await estate.lead({ external_id: 'l-1', observed_at: at(3) });
    const keys = ['b-1', 'b-2'].map((id) => brand<ExternalBookingId>(id));
    expect(found(await bookingsByExternalIds(db, estate.scope, keys))).toEqual([[a, b].toSorted()[0], null]);
    expect(found(await leadsByExternalIds(db, estate.scope, [brand<ExternalLeadId>('l-1')]))).toEqual([lead]);
  });
});
