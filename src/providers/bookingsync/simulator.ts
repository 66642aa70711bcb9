import { createCallLog } from '../../simulator/calls.ts';
import type { ProviderSimulator, ProviderTraits, SentMessage, SimulatorOptions } from '../../simulator/contract.ts';
import { createFaults } from '../../simulator/faults.ts';
import { createHost } from '../../simulator/host.ts';
import { createApplication, hexOf, type SimulatedApplication } from './simulator-application.ts';
import { createGateway } from './simulator-gateway.ts';
import { createLedger, type Ledger } from './simulator-ledger.ts';
import { createNotices } from './simulator-notices.ts';
import type { Asked, Office } from './simulator-replies.ts';
import { type BookingsyncScripts, createScripts } from './simulator-scripts.ts';
import { type BookingsyncSwitches, defaultSwitches } from './simulator-switches.ts';
import { createTokenOffice } from './simulator-tokens.ts';
import { bookingTruth, conversationTruths, truthOf } from './simulator-truth.ts';
import { createWebhooks } from './simulator-webhooks.ts';

const baseUrl = 'https://www.bookingsync.com';

/** For somebody who looks on: looked at every two seconds, the usual hour's requests would be used up in minutes. */
export const demoSwitches: Partial<BookingsyncSwitches> = { rateLimit: 100_000 };

/** Conversations, their guests and their messages are lists of their own, a hundred ids a call; files one more. */
export const traits: ProviderTraits = {
  leastCalls: ({ conversations, messages }) => 2 * Math.ceil(conversations / 100) + Math.ceil(messages / 100) + 1,
  readMarks: 'conversations',
  filesBelongTo: 'account',
  webhooksTell: 'hints',
};

export interface BookingsyncOptions extends SimulatorOptions<BookingsyncSwitches> {
  /** What the account has installed, shared by accounts that share it. Absent: an application of its own. */
  readonly application?: SimulatedApplication;
}

/** Beside what every simulator has: what is done in the account's own inbox, and what the guide warns of. */
export interface BookingsyncSimulator extends ProviderSimulator<BookingsyncSwitches>, BookingsyncScripts {
  readonly application: SimulatedApplication;
  /** The account's id, as `/me` and webhooks name it. */
  readonly accountId: string;
  /** What the guide asks not to do, and was done all the same. */
  readonly warnings: readonly string[];
  /** The account uninstalls the application: every token is dead. */
  revoke(): void;
}

/** Plays BookingSync's API v3, its tokens and its webhooks over the world it is given: one account that has all of it. */
export function createSimulator(options: BookingsyncOptions): BookingsyncSimulator {
  const { world, clock, account: name = 'demo' } = options;
  const switches: BookingsyncSwitches = { ...defaultSwitches, ...options.switches };
  const application = options.application ?? createApplication({ clock, name });
  const account = application.install(name);
  const tokens = createTokenOffice(application, account, switches, clock);
  const ledger = createLedger(world, clock, switches);
  const notices = createNotices(ledger);
  const faults = createFaults();
  const calls = createCallLog();
  const sent: SentMessage[] = [];
  const warnings: string[] = [];
  const office = createOffice(ledger, sent, warnings, notices);
  const { clientId, clientSecret, redirectUri } = application;
  const credentials = { clientId, clientSecret, ...tokens.first, redirectUri };
  const showing = asShown(ledger, application, account, office);
  const webhooks = createWebhooks(ledger, application, account, showing);
  return {
    ...additions(ledger, notices.look),
    ...createScripts(ledger, notices),
    fetch: createHost({
      clock,
      faults,
      calls,
      service: createGateway({ ledger, application, account, tokens, office }),
    }),
    baseUrl,
    baseUrls: [baseUrl],
    addresses: (url) => ({ baseUrl: url }),
    credentials,
    badCredentials: {
      ...{ clientId, redirectUri, clientSecret: hexOf('another secret') },
      ...{ refreshToken: hexOf('another refresh token'), accessToken: hexOf('another token') },
    },
    ...{ switches, faults, calls, sent, world, application, warnings },
    accountId: String(account.id),
    webhook(news) {
      notices.look();
      return webhooks.make(news);
    },
    deliverWebhooks: webhooks.deliver,
    conversations() {
      notices.look();
      return conversationTruths(ledger);
    },
    expireTokens: tokens.expireAll,
    revoke() {
      tokens.revokeAll();
      application.leave(account.id);
    },
  };
}

function createOffice(ledger: Ledger, sent: SentMessage[], warnings: string[], notices: Office['notices']): Office {
  return {
    notices,
    warn: (text) => void warnings.push(text),
    sent: (message) =>
      void sent.push({
        conversationExternalId: String(message.conversationId),
        messageExternalId: String(message.id),
        body: message.content,
        at: ledger.clock.now(),
        attachments: message.attachmentIds.map(String),
      }),
  };
}

/** How webhooks show things: as whoever may see everything would read them. */
function asShown(ledger: Ledger, application: SimulatedApplication, account: Asked['account'], office: Office): Asked {
  const nothing = (): void => undefined;
  const handling = {
    arrange: <Item>(items: readonly Item[]) => items,
    ...{ countConversation: nothing, nameRequest: nothing },
  };
  return {
    ...{ ledger, application, account, office, handling, text: '', path: '', query: new URLSearchParams() },
    ...{ base: `${baseUrl}/api/v3`, grant: { kind: 'account', scopes: ledger.switches.scopes } },
  };
}

/** Bookings whose conversations may begin late, and conversations of now. */
function additions(ledger: Ledger, look: () => void): Pick<ProviderSimulator, 'addBooking' | 'addConversation'> {
  const { world, clock, switches, byWorld } = ledger;
  return {
    addBooking(news = {}) {
      const afterMs = switches.conversationAfterMs;
      const conversation = news.conversation ?? (afterMs > 0 ? { afterMs } : 'now');
      const { id } = world.addBooking({ ...news, conversation });
      look();
      // In the very moment in which it begins, so that its date is right.
      if (typeof conversation === 'object') clock.after(conversation.afterMs, look);
      return bookingTruth(ledger, id);
    },
    addConversation(news = {}) {
      const { id } = world.addConversation(news);
      look();
      const row = ledger.conversations.get(byWorld.conversations.get(id) ?? 0);
      if (!row) throw new RangeError('[simulator] the conversation was not entered');
      return truthOf(ledger, row);
    },
  };
}
