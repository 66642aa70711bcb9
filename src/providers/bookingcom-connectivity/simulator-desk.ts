import type { Clock } from '../../lib/clock.ts';
import {
  conversationIds,
  openProperties,
  properties,
  type Stay,
  stayOf,
  staysOf,
  writableUntil,
} from '../../simulator/bookingcom.ts';
import type { Message } from '../../simulator/estate.ts';
import type { World } from '../../simulator/world.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';

/** What everything at Booking.com's property side is answered from. */
export interface Desk {
  readonly world: World;
  readonly clock: Clock;
  readonly switches: ConnectivitySwitches;
}

/** The `Accept-Version` of a request, as far as it matters. 1.1 is 1.0. */
export type Version = 1.0 | 1.2 | 1.3;

/** Threads that the account sees, oldest first. */
export function visibleStays(desk: Desk): readonly Stay[] {
  return staysOf(desk.world).filter((stay) => !stay.requested || desk.switches.requestToBook);
}

/** The thread of that id in that property; null where there is none, or it hangs elsewhere. */
export function findStay(desk: Desk, property: string, conversation: string): Stay | null {
  const found = desk.world.conversations.get(conversationIds.toInternal(conversation) ?? 0);
  const stay = found ? stayOf(desk.world, found) : null;
  if (!stay || (stay.requested && !desk.switches.requestToBook)) return null;
  return properties.toExternal(stay.property.id) === property ? stay : null;
}

/** Whether a property hangs on the machine account. */
export function isOurs(desk: Desk, property: string): boolean {
  return openProperties(desk.world).some(({ id }) => properties.toExternal(id) === property);
}

/** Whether a message is told at that version ("Version history"). In the queue only the portal's feature decides. */
export function isShown({ switches }: Desk, message: Message, version: Version): boolean {
  return message.special?.kind !== 'self-service' || switches.selfServiceMessaging || version >= 1.2;
}

/** When the property may write no more. */
export function closesAt({ switches }: Desk, stay: Stay): Date {
  const own = writableUntil(stay, 'host');
  if (switches.readOnlyFrom === 'propertyWindow') return own;
  return new Date(Math.max(own.getTime(), writableUntil(stay, 'guest').getTime()));
}

export function isWritable(desk: Desk, stay: Stay): boolean {
  return desk.clock.now() <= closesAt(desk, stay);
}
