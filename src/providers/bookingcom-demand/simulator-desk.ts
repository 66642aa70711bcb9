import type { JsonObject } from '../../domain/json.ts';
import type { Clock } from '../../lib/clock.ts';
import { properties, readableUntil, reservationIdOf, type Stay, stayOf, staysOf } from '../../simulator/bookingcom.ts';
import type { Message } from '../../simulator/estate.ts';
import type { Arrival, Handling } from '../../simulator/host.ts';
import type { World } from '../../simulator/world.ts';
import type { DemandSwitches } from './simulator-switches.ts';

/** What everything at Booking.com's selling side is answered from. */
export interface Desk {
  readonly world: World;
  readonly clock: Clock;
  readonly switches: DemandSwitches;
}

/** Whose words an answer is in: the reference of 3.1, of 3.2 and later, or the guides'. */
export type Dialect = '3.1' | '3.2' | 'guide';

/** One request, as far as it has been read. */
export interface Asked {
  readonly dialect: Dialect;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly handling: Handling;
}

export type Answer =
  /** `beside` stands outside `data`. */
  { readonly data?: JsonObject; readonly beside?: JsonObject } | Failure;

export interface Failure {
  readonly status: number;
  /** The error's id, as programs read it. */
  readonly error: string;
  readonly message: string;
}

export function fail(status: number, error: string, message: string): Failure {
  return { status, error, message };
}

/** Threads that may be read, oldest first: of reservations, until a year after the stay. */
export function readableStays(desk: Desk): readonly Stay[] {
  return staysOf(desk.world).filter((stay) => isReadable(desk, stay));
}

export function isReadable({ clock }: Desk, stay: Stay): boolean {
  return !stay.requested && clock.now() <= readableUntil(stay);
}

/** The thread of a reservation in that accommodation, or null. */
export function stayOfReservation(desk: Desk, accommodation: string, reservation: string): Stay | null {
  const found = readableStays(desk).find((stay) => reservationIdOf(stay.booking) === reservation);
  return found && properties.toExternal(found.property.id) === accommodation ? found : null;
}

/** The reservation in that accommodation whose thread has not begun, or null. */
export function threadlessBooking({ world }: Desk, accommodation: string, reservation: string): number | null {
  const booking = [...world.bookings.values()].find(
    (one) => one.platform === 'Booking.com' && reservationIdOf(one) === reservation && one.status !== 'requested',
  );
  const property = world.listings.get(booking?.listingId ?? 0)?.propertyId ?? 0;
  if (!booking || properties.toExternal(property) !== accommodation) return null;
  return world.conversationsOf({ kind: 'booking', id: booking.id }).length === 0 ? booking.id : null;
}

/** A thread begun now, for who writes first. */
export function beginThread({ world }: Desk, booking: number): Stay | null {
  return stayOf(world, world.openThread(booking));
}

/** An id as it was given: numbers count where the switches let them. */
export function idIn({ switches }: Desk, value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && switches.idTypes === 'lenient' ? String(value) : null;
}

/** The body as a JSON object; null where it is none. */
export function readFields({ text }: Arrival): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : null;
  } catch {
    return null;
  }
}

/** Why a body does not fit: a field that is missing, or one that the reference does not know. */
export function misfit(
  desk: Desk,
  { fields }: Asked,
  required: readonly string[],
  optional: readonly string[],
): Failure | null {
  const missing = required.find((name) => fields[name] === undefined || fields[name] === null || fields[name] === '');
  if (missing !== undefined) return fail(400, 'missing_parameter', `${missing} is required`);
  const known = [...required, ...optional];
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined || desk.switches.unknownParameters === 'ignored') return null;
  return fail(400, 'unknown_parameter', `${unknown} is not known`);
}

/** A message that waits, with its thread. */
export interface Waiting {
  readonly message: Message;
  readonly stay: Stay;
}
