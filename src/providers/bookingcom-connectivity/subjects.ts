import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import { subjectOf } from './map.ts';
import { addressOf, type Place } from './places.ts';

/**
 * What a conversation's place tells of the reservation or request that it is about: where it is, and no more. The API has nothing else of
 * reservations; their id is the number that guest and property know them by. Nothing where the property is not known.
 */
export function subjectEvents(place: Place, propertyName: string | null, raw: Json): readonly ProviderEvent[] {
  const { property, reference } = place;
  if (property === null || reference === null) return [];
  const { booking, lead } = subjectOf(place);
  const address = addressOf({ ...place, us: null });
  const unknown = { status: null, checkIn: null, checkOut: null, guestsCount: null, propertyName, raw };
  if (booking !== null) {
    const known = { externalId: booking, address, confirmationCode: reference, propertyExternalId: property };
    return [{ type: 'booking', booking: { ...unknown, ...known } }];
  }
  if (lead === null) return [];
  const contact = { contactName: null, contactEmail: null };
  return [{ type: 'lead', lead: { ...unknown, ...contact, externalId: brand(lead), address, reference } }];
}

/** An item that could not be read, to be kept and counted. */
export function unreadable(reason: string, raw: Json): ProviderEvent {
  return { type: 'unreadable', reason, raw };
}
