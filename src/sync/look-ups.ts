import { ProviderError } from '../domain/errors.ts';
import { type AccountId, brand, type ExternalBookingId } from '../domain/ids.ts';
import type { ProviderEvent } from '../domain/messaging.ts';
import type { Clock } from '../lib/clock.ts';
import { createSingleFlight } from '../lib/single-flight.ts';
import type { Call } from '../providers/contract.ts';
import { notePropertyOfBooking } from '../store/booking-writes.ts';
import type { Database } from '../store/database.ts';
import type { Connection } from './connections.ts';
import type { Ingest } from './ingest.ts';

/** A booking as its provider calls it. */
export interface BookingName {
  readonly property: string;
  readonly booking: string;
}

/** Looks the conversation of a booking up at one account, into the store. Why that failed, or null. */
export type LookUp = (connection: Connection, of: BookingName, call: Call) => Promise<ProviderError | null>;

export interface LookUpParts {
  readonly db: Database;
  readonly ingest: Ingest;
  readonly clock: Clock;
}

/** Equal look-ups in flight are one, and none follows an equal one within its provider's gap. */
export function createLookUp({ db, ingest, clock }: LookUpParts): LookUp {
  const merged = createSingleFlight<ProviderError | null>();
  const recent = new Set<string>();

  const look = async ({ account, adapter, module }: Connection, of: BookingName, call: Call, key: string) => {
    try {
      const event = eventOf(await adapter.findConversation?.(of, call), of);
      if (event) {
        await ingest({ accountId: account.id, events: [event] });
        await notePropertyOfBooking(db, account.id, of);
      }
      recent.add(key);
      clock.after(module.limits.minGapMs, () => recent.delete(key));
      return null;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // Most accounts do not have the booking that is looked for: that is an answer, not a failure.
      return error.kind === 'not-found' || error.kind === 'forbidden' ? null : error;
    }
  };
  return async (connection, of, call) => {
    const key = keyOf(connection.account.id, of);
    return recent.has(key) ? null : merged(key, () => look(connection, of, call, key));
  };
}

function keyOf(id: AccountId, { property, booking }: BookingName): string {
  return JSON.stringify([id, property, booking]);
}

type Found = Awaited<ReturnType<NonNullable<Connection['adapter']['findConversation']>>> | undefined;

function eventOf(found: Found, of: BookingName): ProviderEvent | null {
  if (!found) return null;
  if (found.externalId === null) return { type: 'unwritten', conversation: found };
  // Found by its booking: so it is about that, also where the provider does not repeat it.
  const booking = found.booking ?? brand<ExternalBookingId>(of.booking);
  return { type: 'conversation', conversation: { ...found, booking } };
}
