import type { Json } from '../../domain/json.ts';
import type { Call, ConversationKey } from '../contract.ts';
import { lists, readByIds } from './lists.ts';
import { type Place, placeOf } from './places.ts';
import type { Ask } from './session.ts';
import { idOf, type WireBooking, wireBooking, wireInquiry } from './wire.ts';

/** Without it a cancelled booking is not given ("Bookings"). */
const withCancelled = { include_canceled: 'true' };

/** The ids of whatever conversations keys name, in their order; null where there is none yet, or no such thing. */
export async function idsOfKeys(
  ask: Ask,
  keys: readonly ConversationKey[],
  call: Call,
): Promise<readonly (string | null)[]> {
  const places = keys.map(({ externalId, address }) => {
    const place = placeOf(address);
    return externalId === null ? place : { ...place, conversation: idOf(externalId), booking: null, inquiry: null };
  });
  const open = places.filter(({ conversation }) => conversation === null);
  const ofBookings = await conversationsOfBookings(ask, open, call);
  const ofInquiries = await conversationsOfInquiries(ask, open, call);
  return places.map(
    ({ conversation, booking, inquiry }) =>
      conversation ?? ofBookings.get(booking ?? '') ?? ofInquiries.get(inquiry ?? '') ?? null,
  );
}

/** One booking; null where there is no such thing. */
export async function readBooking(ask: Ask, id: string, call: Call): Promise<WireBooking | null> {
  const [item] = await readByIds(ask, lists.bookings, { ids: [id], query: withCancelled }, call);
  return wireBooking.safeParse(item).data ?? null;
}

/** A booking may have several conversations; the first is the one that came with it. */
async function conversationsOfBookings(ask: Ask, places: readonly Place[], call: Call) {
  const ids = places.flatMap(({ booking }) => booking ?? []);
  const items = await readByIds(ask, lists.bookings, { ids, query: withCancelled }, call);
  return mapOf(items, (item) => {
    const { id, conversations } = wireBooking.safeParse(item).data ?? {};
    return [id, conversations?.[0]];
  });
}

async function conversationsOfInquiries(ask: Ask, places: readonly Place[], call: Call) {
  const ids = places.flatMap(({ booking, inquiry }) => (booking === null ? (inquiry ?? []) : []));
  const items = await readByIds(ask, lists.inquiries, { ids }, call);
  return mapOf(items, (item) => {
    const { id, conversation } = wireInquiry.safeParse(item).data ?? {};
    return [id, conversation];
  });
}

type Pair = readonly [string | undefined, string | null | undefined];

function mapOf(items: readonly Json[], pairOf: (item: Json) => Pair): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap((item) => {
      const [id, conversation] = pairOf(item);
      return id && conversation ? [[id, conversation] as const] : [];
    }),
  );
}
