import { describe, expect, it } from 'vitest';
import { visit } from './simulator-visitor.ts';

const day = 86_400_000;
const everything = 'from=1970-01-01T00:00:00Z&include_canceled=true';

type Visited = ReturnType<typeof visit>;
const bookingsAt = async ({ ask }: Visited, query = ''): Promise<readonly string[]> =>
  (await ask(`GET /bookings?${query}`)).body.bookings.map(({ id }: { id: number }) => String(id));

describe('bookings', () => {
  it('are by default those to come that stand', async () => {
    const visited = visit();
    const { simulator, clock } = visited;
    const past = new Date(clock.now().getTime() - 30 * day);
    const [over, canceled, future] = [
      simulator.addBooking({ createdAt: past, checkIn: past }),
      simulator.addBooking({ status: 'canceled' }),
      simulator.addBooking({ platform: 'Booking.com' }),
    ].map(({ externalId }) => externalId);
    expect(await bookingsAt(visited)).toEqual([future]);
    expect(await bookingsAt(visited, 'from=1970-01-01T00:00:00Z')).toEqual([over, future]);
    expect(await bookingsAt(visited, everything)).toEqual([over, canceled, future]);
    expect(await bookingsAt(visited, `${everything}&status=canceled`)).toEqual([canceled]);
  });

  it('that are cancelled are found by id only where they are asked for', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addBooking({ status: 'canceled' });
    expect((await ask(`GET /bookings/${externalId}`)).status).toBe(404);
    const { body } = await ask(`GET /bookings/${externalId}?include_canceled=true`);
    expect(body.bookings[0]).toMatchObject({ status: 'Canceled' });
  });

  it('name guest, rental, source and conversations', async () => {
    const { ask, simulator } = visit();
    const truth = simulator.addConversation({ platform: 'Airbnb' });
    const [booking] = (await ask(`GET /bookings/${truth.bookingExternalId}?include=client`)).body.bookings;
    expect(booking.links).toMatchObject({
      ...{ rental: Number(truth.propertyExternalId), client: 37, source: 4, conversations: [70] },
    });
    expect(booking).toMatchObject({ status: 'Booked', external_reference: 'HM0000001' });
    expect(booking.client.fullname).toBe(truth.participantName);
  });

  it('get their conversation some time later', async () => {
    const { ask, simulator, clock } = visit({ conversationAfterMs: 30_000 });
    const booking = simulator.addBooking({ platform: 'Airbnb', messages: 1 });
    expect(booking.conversationExternalIds).toEqual([]);
    const conversations = async () =>
      (await ask(`GET /bookings/${booking.externalId}`)).body.bookings[0].links.conversations;
    clock.advance(29_999);
    expect(await conversations()).toEqual([]);
    clock.advance(1);
    clock.advance(5000);
    const [id] = await conversations();
    expect(simulator.conversations()[0]?.externalId).toBe(String(id));
    const [item] = (await ask(`GET /inbox/conversations/${id}`)).body.conversations;
    expect(item.created_at).toBe('2026-03-02T09:00:30Z');
    const [brief] = (await ask('GET /bookings')).body.bookings;
    expect(brief.updated_at).toBe('2026-03-02T09:00:00Z');
  });

  it('may be dated anew by their conversation', async () => {
    const { ask, simulator, clock } = visit({ conversationAfterMs: 30_000, conversationBumpsBooking: true });
    simulator.addBooking();
    clock.advance(30_000);
    expect((await ask('GET /bookings')).body.bookings[0].updated_at).toBe('2026-03-02T09:00:30Z');
  });

  it('that changed are told, and the cancelled among them as gone unless these are asked for', async () => {
    const visited = visit();
    const { ask, simulator, world, clock } = visited;
    const [one, other] = [simulator.addBooking(), simulator.addBooking()];
    clock.advance(60_000);
    world.changeBooking(1, { status: 'canceled' });
    world.changeBooking(2, { checkOut: '2027-01-01' });
    const since = 'updated_since=2026-03-02T09:00:30Z';
    const { body } = await ask(`GET /bookings?${since}`);
    expect([body.bookings.length, body.meta.deleted_ids]).toEqual([1, [Number(one.externalId)]]);
    expect(await bookingsAt(visited, `${since}&${everything}`)).toEqual([one.externalId, other.externalId]);
  });

  it('that are over stay away from what has changed, or do not', async () => {
    const visited = visit();
    const { simulator, clock } = visited;
    const past = new Date(clock.now().getTime() - 30 * day);
    const { externalId } = simulator.addBooking({ createdAt: past, checkIn: past });
    const since = 'updated_since=2026-03-02T08:00:00Z';
    expect(await bookingsAt(visited, since)).toEqual([]);
    simulator.switches.updatedSinceKeepsFrom = false;
    expect(await bookingsAt(visited, since)).toEqual([externalId]);
  });

  it('tell little, and no conversations, to who may only see what is public', async () => {
    const { ask, simulator } = visit({ bookingsScope: 'public' });
    simulator.addConversation();
    const [booking] = (await ask('GET /bookings?include_canceled=true')).body.bookings;
    expect(Object.keys(booking).sort()).toEqual([
      ...['end_at', 'id', 'links', 'reference', 'start_at', 'status', 'updated_at'],
    ]);
    expect(booking.links.conversations).toBeUndefined();
    simulator.switches.bookingsScope = 'bookings_read';
    simulator.switches.scopes = ['public', 'inbox_read'];
    expect((await ask('GET /bookings')).body.bookings[0].links.client).toBeUndefined();
  });
});
