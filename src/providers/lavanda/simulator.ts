import { createCallLog } from '../../simulator/calls.ts';
import type { ProviderSimulator, SentMessage, SimulatorOptions } from '../../simulator/contract.ts';
import { createFaults } from '../../simulator/faults.ts';
import { type Arrival, createHost, type Handling } from '../../simulator/host.ts';
import { operationName } from './simulator-documents.ts';
import { answerGraphql, errorBody } from './simulator-graphql.ts';
import { conversationIds, messageIds, workspaceIds } from './simulator-ids.ts';
import { rootOf, type SentListener } from './simulator-root.ts';
import { defaultSwitches, type LavandaSwitches } from './simulator-switches.ts';
import { createTokenOffice, type TokenOffice } from './simulator-token.ts';
import { bookingTruth, reachableConversations, truthOf } from './simulator-truth.ts';
import { createPostOffice } from './simulator-webhook.ts';

const baseUrl = 'https://platapi.lavanda.app';

/** The secret of every simulated account's webhooks. */
export const webhookSecret = 'whsec_c2ltdWxhdGVkLXNpZ25pbmcta2V5LTMyLWJ5dGVzISE=';

/** Plays Lavanda: `POST /v1/oauth2/token` and a GraphQL endpoint at `POST /v1` over the world it is given. */
export function createSimulator(options: SimulatorOptions<LavandaSwitches>): ProviderSimulator<LavandaSwitches> {
  const { world, clock, account = 'demo' } = options;
  const switches: LavandaSwitches = { ...defaultSwitches, ...options.switches };
  const client = { clientId: `sim-client-${account}`, clientSecret: `sim-secret-${account}` };
  const tokens = createTokenOffice(client, switches, clock);
  const faults = createFaults();
  const calls = createCallLog();
  const sent: SentMessage[] = [];
  const onSent: SentListener = (conversationExternalId, messageExternalId, body) =>
    sent.push({ conversationExternalId, messageExternalId, body, at: clock.now(), attachments: [] });
  const takes = createGate(switches, () => clock.now().getTime());
  const answer = (arrival: Arrival, handling: Handling): Response | Promise<Response> =>
    route(arrival, tokens, switches, takes, () =>
      answerGraphql(arrival, switches, rootOf({ world, switches, handling }, onSent)),
    );
  return {
    fetch: createHost({ clock, faults, calls, service: { name: operationName, answer } }),
    baseUrl,
    baseUrls: [baseUrl],
    addresses: (url) => ({ baseUrl: url }),
    credentials: { ...client, webhookSecret },
    badCredentials: { ...client, clientSecret: 'sim-secret-wrong', webhookSecret },
    switches,
    faults,
    calls,
    sent,
    world,
    guestWrites: (conversation, body, how = {}) =>
      messageIds.toExternal(world.write(conversationNumber(conversation), { by: 'guest', body, ...how }).id),
    hostWritesElsewhere(conversation, body) {
      world.markRead(conversationNumber(conversation));
      return messageIds.toExternal(world.write(conversationNumber(conversation), { by: 'host', body }).id);
    },
    changeMessage: (message, change) => void world.changeMessage(messageIds.toInternal(message) ?? 0, change),
    webhook: createPostOffice(webhookSecret, workspaceIds.toExternal(1), switches, clock),
    conversations: () => reachableConversations(world, switches),
    addBooking: (news) => bookingTruth(world, switches, world.addBooking(news).id),
    addConversation: (news) => truthOf(world, switches, world.addConversation(news)),
    removeConversation: (conversation) => world.removeConversation(conversationNumber(conversation)),
    expireTokens: tokens.revokeAll,
  };
}

function conversationNumber(externalId: string): number {
  return conversationIds.toInternal(externalId) ?? 0;
}

/** Paths, then who asks, then how often: in the order in which a gateway looks. */
function route(
  arrival: Arrival,
  tokens: TokenOffice,
  switches: LavandaSwitches,
  takes: () => number | null,
  graphql: () => Promise<Response>,
): Response | Promise<Response> {
  const path = arrival.url.pathname;
  if (path !== '/v1' && path !== '/v1/oauth2/token') return new Response('Not found', { status: 404 });
  if (arrival.method !== 'POST') return new Response('Method not allowed', { status: 405, headers: { allow: 'POST' } });
  if (path === '/v1/oauth2/token') return tokens.answer(arrival);
  if (!tokens.admits(arrival.headers.get('authorization'))) {
    const status = switches.authFailureStyle === 'http401' ? 401 : 200;
    return Response.json(errorBody('Unauthorized', 'UNAUTHENTICATED'), { status });
  }
  if (switches.requireClientName && !arrival.headers.get('x-api-client-name')) {
    return Response.json(errorBody('The header x-api-client-name is missing', 'BAD_REQUEST'), { status: 400 });
  }
  const retryAfter = takes();
  if (retryAfter === null) return graphql();
  const headers = { 'retry-after': String(retryAfter) };
  return Response.json(errorBody('Too many requests', 'RATE_LIMITED'), { status: 429, headers });
}

/** Counts requests in windows of the clock: null lets one in, else seconds until the next window. */
function createGate(switches: LavandaSwitches, now: () => number): () => number | null {
  let window = -1;
  let taken = 0;
  return () => {
    if (!switches.rateLimit) return null;
    const { requests, perSeconds } = switches.rateLimit;
    const current = Math.floor(now() / 1000 / perSeconds);
    taken = current === window ? taken + 1 : 1;
    window = current;
    return taken <= requests ? null : Math.ceil((current + 1) * perSeconds - now() / 1000);
  };
}
