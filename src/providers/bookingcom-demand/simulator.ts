import { conversationIds, reservationIdOf, stayOf } from '../../simulator/bookingcom.ts';
import { createBookingScripts, stayNamed } from '../../simulator/bookingcom-scripts.ts';
import { createCallLog } from '../../simulator/calls.ts';
import type { ProviderSimulator, SentMessage, SimulatorOptions } from '../../simulator/contract.ts';
import { createFaults } from '../../simulator/faults.ts';
import { createHost } from '../../simulator/host.ts';
import { type Desk, readableStays } from './simulator-desk.ts';
import { createFeed } from './simulator-feed.ts';
import { createGateway } from './simulator-gateway.ts';
import { type DemandSwitches, defaultSwitches } from './simulator-switches.ts';
import { bookingTruth, stateOf, truthOf } from './simulator-truth.ts';

const host = 'https://demandapi.booking.com';
const baseUrl = `${host}/3.2`;

/** Where a world's bookings should be made so that all of them are seen here. */
export const platforms: readonly string[] = ['Booking.com'];

/** For somebody who looks on: properties answer by themselves, as the sandbox's does. */
export const demoSwitches: Partial<DemandSwitches> = { sandboxReplies: true };

/** Beside what every simulator has: how much of the feed waits to be confirmed. */
export interface DemandSimulator extends ProviderSimulator<DemandSwitches> {
  readonly feed: { readonly waiting: number };
}

/** Plays Booking.com's Demand messaging in its versions 3.1 to 3.3 over the world it is given. `us` is the guest's side. */
export function createSimulator(options: SimulatorOptions<DemandSwitches>): DemandSimulator {
  const { world, clock, account = 'demo' } = options;
  const switches: DemandSwitches = { ...defaultSwitches, ...options.switches };
  const desk: Desk = { world, clock, switches };
  const key = { token: `sim-key-${account}`, affiliateId: affiliateOf(account) };
  const faults = createFaults();
  const calls = createCallLog();
  const sent: SentMessage[] = [];
  const feed = createFeed(desk);
  const gateway = createGateway(desk, key, feed, ({ conversation, ...taken }) =>
    sent.push({ conversationExternalId: conversationIds.toExternal(conversation), ...taken, at: clock.now() }),
  );
  return {
    ...createBookingScripts(world, 'guest'),
    ...additions(desk),
    fetch: createHost({ clock, faults, calls, service: gateway }),
    baseUrl,
    baseUrls: [baseUrl, `${host}/3.1`, `${host}/3.3`],
    addresses: (url) => ({ baseUrl: `${url}/3.2` }),
    credentials: key,
    badCredentials: { ...key, token: 'sim-key-wrong' },
    ...{ switches, faults, calls, sent, world },
    feed,
    stateOf: (conversation) => stateOf(desk, stayNamed(world, conversation)),
    webhook: () => null,
    conversations: () => readableStays(desk).map(truthOf),
  };
}

/** New reservations are made at Booking.com, and their threads begin some seconds later with the property's welcome. */
function additions(desk: Desk): Pick<ProviderSimulator, 'addBooking' | 'addConversation'> {
  const { world, switches } = desk;
  return {
    addBooking(news = {}) {
      const conversation = { afterMs: switches.conversationAfterMs };
      const messages = switches.welcomeMessage ? 1 : 0;
      const booking = world.addBooking({ conversation, messages, ...news, platform: 'Booking.com' });
      return bookingTruth(desk, booking.id, reservationIdOf(booking));
    },
    addConversation(news = {}) {
      if (news.about === 'lead') throw new RangeError('[simulator] there are no leads at Booking.com');
      const stay = stayOf(world, world.addConversation({ ...news, platform: 'Booking.com' }));
      if (!stay) throw new RangeError('[simulator] the thread is not seen at Booking.com');
      return truthOf(stay);
    },
  };
}

/** Digits, another number for another account. */
function affiliateOf(account: string): string {
  return String([...account].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 900_000, 0) + 300_000);
}
