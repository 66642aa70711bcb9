import { brand } from '../../domain/ids.ts';
import type { UnwrittenConversation } from '../../domain/messaging.ts';
import type { Call, ProviderAdapter } from '../contract.ts';
import { readBooking } from './conversation-ids.ts';
import type { People } from './people.ts';
import { addressOf } from './places.ts';
import type { Reading } from './reading.ts';
import type { Session } from './session.ts';
import { idOf, type WireBooking } from './wire.ts';

/** Finds the conversation of a booking: the booking names it, once there is one. */
export function createLookUp(
  session: Session,
  reading: Reading,
  people: People,
): NonNullable<ProviderAdapter['findConversation']> {
  return async ({ property, booking: of }, call) => {
    const id = idOf(of);
    const booking = id === null ? null : await readBooking(session.ask, id, call);
    // The rental has to be the booking's own, where the token may see it.
    if (!booking || (booking.rental !== null && booking.rental !== property)) return null;
    const [conversation] = booking.conversations;
    if (conversation !== undefined) {
      const [slot] = await reading.conversations([{ externalId: brand(conversation), address: {} }], call);
      if (slot?.ok && slot.value) return slot.value;
    }
    return unwritten(booking, people, call);
  };
}

/** Conversations may come some time after their bookings ("Inbox guide"). */
async function unwritten({ id, client }: WireBooking, people: People, call: Call): Promise<UnwrittenConversation> {
  const guests = await people.guests(client === null ? [] : [client], call);
  return {
    ...{ externalId: null, booking: brand(id), address: addressOf({ booking: id }) },
    participant: client === null ? null : guests(client),
    ...{ channel: null, facts: null },
  };
}
