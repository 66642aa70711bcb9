import type { Address } from '../../domain/messaging.ts';
import type { ConversationKey } from '../contract.ts';
import { refusal } from './failures.ts';
import type { Known } from './memory.ts';

/** Where a conversation is found. `us` is the participant id under which its property speaks. */
export interface Place {
  readonly property: string | null;
  /** `reservation` or `request_to_book`; both this and the reference change when a request is confirmed. */
  readonly type: string | null;
  readonly reference: string | null;
  readonly us: string | null;
}

export const RESERVATION = 'reservation';

/** A place as it is stored. */
export function addressOf({ property, type, reference, us }: Place): Address {
  return Object.fromEntries(
    Object.entries({ property, type, reference, us }).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

/** The place that an address names; what is none of ours names nothing. */
export function placeOf(address: Address): Place {
  const read = (field: keyof Place) => {
    const value = address[field];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return { property: read('property'), type: read('type'), reference: read('reference'), us: read('us') };
}

/** The same place with what the properties' voices tell of it, either way. */
export function completed(place: Place, voices: Known['voices']): Place {
  const { us } = place;
  const property =
    place.property ?? Object.entries(voices).find(([, voice]) => us !== null && voice === us)?.[0] ?? null;
  return { ...place, property, us: us ?? (property === null ? null : (voices[property] ?? null)) };
}

/** `/properties/…` with each further part encoded. Throws where one of them cannot stand in a path. */
export function pathOf(operation: string, ...parts: readonly string[]): string {
  const unfit = parts.some((part) => part === '' || /^\.+$/.test(part));
  if (unfit) throw refusal(operation, 'not-found', 'such an id cannot be asked for');
  return ['/properties', ...parts.map(encodeURIComponent)].join('/');
}

/** Below which properties a conversation may be, the likely one alone where that is known. */
export function propertiesOf(place: Place, all: readonly string[]): readonly string[] {
  return place.property === null ? all : [place.property];
}

/** Whether a key names anything at all. */
export function isAskable({ externalId }: ConversationKey, place: Place): boolean {
  return externalId !== null || place.reference !== null;
}
