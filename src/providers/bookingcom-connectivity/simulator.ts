import {
  conversationIds,
  findMessage,
  messageIdOf,
  openProperties,
  properties,
  reservationIdOf,
  stayOf,
} from '../../simulator/bookingcom.ts';
import { createBookingScripts, stayNamed } from '../../simulator/bookingcom-scripts.ts';
import { createCallLog } from '../../simulator/calls.ts';
import type { ProviderSimulator, SentMessage, SimulatorOptions } from '../../simulator/contract.ts';
import { createFaults } from '../../simulator/faults.ts';
import { createHost } from '../../simulator/host.ts';
import type { Desk } from './simulator-desk.ts';
import { createGateway } from './simulator-gateway.ts';
import { createNotifications } from './simulator-notifications.ts';
import { createOffice } from './simulator-office.ts';
import { createRequests } from './simulator-requests.ts';
import { type ConnectivitySwitches, defaultSwitches } from './simulator-switches.ts';
import { createTokenOffice } from './simulator-token.ts';
import { bookingTruth, reachableConversations, stateOf, truthOf } from './simulator-truth.ts';

const baseUrl = 'https://supply-xml.booking.com/messaging';
const authBaseUrl = 'https://connectivity-authentication.booking.com';

/** Where a world's bookings should be made so that all of them are seen here. */
export const platforms: readonly string[] = ['Booking.com'];

/** Beside what every simulator has: what only a machine account's queue can tell. */
export interface ConnectivitySimulator extends ProviderSimulator<ConnectivitySwitches> {
  readonly queue: {
    /** Messages that were confirmed unseen, by id: a count that was repeated or came late threw them away. */
    lost(): readonly string[];
    /** How many wait. */
    readonly waiting: number;
  };
}

/** Plays Booking.com's Connectivity messaging, its token host and its notification service over the world it is given. */
export function createSimulator(options: SimulatorOptions<ConnectivitySwitches>): ConnectivitySimulator {
  const { world, clock, account = 'demo' } = options;
  const switches: ConnectivitySwitches = { ...defaultSwitches, ...options.switches };
  const desk: Desk = { world, clock, switches };
  const client = { clientId: `sim-machine-${account}`, clientSecret: `sim-secret-${account}` };
  const webhook = { clientId: `sim-cns-${account}`, clientSecret: `sim-cns-secret-${account}` };
  const tokens = createTokenOffice(client, clock);
  const notifications = createNotifications(desk, webhook);
  const faults = createFaults();
  const calls = createCallLog();
  const sent: SentMessage[] = [];
  const requests = createRequests(world);
  const office = createOffice(desk, requests, ({ conversation, ...taken }) =>
    sent.push({ conversationExternalId: conversationIds.toExternal(conversation), ...taken, at: clock.now() }),
  );
  const propertyIds = openProperties(world).map(({ id }) => properties.toExternal(id));
  const credentials = { ...client, propertyIds, webhook };
  const scripts = createBookingScripts(world, 'host');
  return {
    ...scripts,
    ...additions(desk),
    fetch: createHost({ clock, faults, calls, service: createGateway(desk, account, tokens, office) }),
    baseUrl,
    baseUrls: [baseUrl, authBaseUrl],
    addresses: (url) => ({ baseUrl: url, authBaseUrl: url }),
    credentials,
    badCredentials: { ...credentials, clientSecret: 'sim-secret-wrong' },
    ...{ switches, faults, calls, sent, world },
    queue: {
      lost: () => office.queue.lost.map((id) => messageIdOf(world.messages.get(id) ?? { id, at: new Date(0) })),
      get waiting() {
        return office.queue.waiting;
      },
    },
    changeMessage(message, change) {
      scripts.changeMessage(message, change);
      const changed = findMessage(world, message);
      if (changed && change.redacted) notifications.redacted(changed);
    },
    stateOf: (conversation) => stateOf(desk, stayNamed(world, conversation), requests),
    webhook: notifications.make,
    authorizeWebhooks: notifications.authorize,
    deliverWebhooks: notifications.deliver,
    conversations: () => reachableConversations(desk),
    expireTokens: tokens.revokeAll,
  };
}

/** New reservations are made at Booking.com, wherever a script would have them. */
function additions(desk: Desk): Pick<ProviderSimulator, 'addBooking' | 'addConversation'> {
  const { world, switches } = desk;
  return {
    addBooking(news = {}) {
      const afterMs = switches.conversationAfterMs;
      const start = afterMs > 0 ? ({ conversation: { afterMs } } as const) : {};
      const booking = world.addBooking({ ...start, ...news, platform: 'Booking.com' });
      return bookingTruth(desk, booking.id, reservationIdOf(booking));
    },
    addConversation(news = {}) {
      if (news.about === 'lead') throw new RangeError('[simulator] there are no leads at Booking.com');
      const stay = stayOf(world, world.addConversation({ ...news, platform: 'Booking.com' }));
      if (!stay) throw new RangeError('[simulator] the thread is not seen at Booking.com');
      return truthOf(desk, stay);
    },
  };
}
