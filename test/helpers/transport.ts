import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Gateway } from '../../src/domain/gateway.ts';
import type { ConversationId, MessageId } from '../../src/domain/ids.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { createAttachmentLinks } from '../../src/graphql/attachment-links.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createTransport, type Transport, type TransportOptions } from '../../src/graphql/transport.ts';
import { createManualClock, type ManualClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { createWakes, type Wakes } from '../../src/lib/wake.ts';
import type { Database } from '../../src/store/database.ts';
import { appendEvents, feedTopic } from '../../src/store/feed.ts';
import { allScopes, createToken } from '../../src/store/tokens.ts';
import { createEstate, type Estate } from '../store/reads-estate.ts';

export interface PostOptions {
  /** The tenant's own by default; null: none. */
  readonly token?: string | null;
  readonly variables?: object;
  readonly operationName?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API over a tenant of its own, served on loopback. */
export interface Served {
  /** Such as `http://127.0.0.1:40123/graphql`. */
  readonly url: string;
  readonly estate: Estate;
  readonly conversationId: ConversationId;
  readonly token: string;
  readonly clock: ManualClock;
  readonly wakes: Wakes;
  readonly transport: Transport;
  /** Bytes that wait in the server's connections to be written. */
  unsent(): number;
  /** A token of the same tenant with these scopes. */
  tokenFor(scopes: readonly string[]): Promise<string>;
  /** Has the participant write; `hint: false` tells nobody. Resolves when it is committed. */
  say(body: string, options?: { conversationId?: ConversationId; hint?: boolean }): Promise<MessageId>;
  /** An operation by POST. */
  post(query: string, options?: PostOptions): Promise<Response>;
  /** A websocket client. Its token goes into the connection's parameters; null: none. `fresh` gives one for each connection. */
  socket(options?: { token?: string | null; header?: string; fresh?: () => string }): Client;
  close(): Promise<void>;
}

/** Serves the schema over that database. `close` leaves the database open. */
export async function serve(db: Database, options: Partial<TransportOptions> = {}): Promise<Served> {
  const estate = await createEstate(db);
  const conversationId = await estate.conversation(0);
  const clock = createManualClock(new Date('2026-05-01T12:00:00Z'));
  const wakes = createWakes();
  const publicUrl = 'http://parley.test';
  const sealer = createSealer({ current: new Uint8Array(32).fill(7) });
  const tokenFor = (scopes: readonly string[]) =>
    createToken(db, estate.scope.tenantId, { name: 'test', scopes, now: clock.now() });
  const token = await tokenFor(allScopes);
  const transport = createTransport({
    ...{ schema, db, gateway: idleGateway, clock, wakes, times: defaultTimes, log: silentLog },
    ...{ publicUrl, graphiql: true, allowedOrigins: [] },
    links: createAttachmentLinks({ sealer, clock, publicUrl }),
    ...options,
  });
  const adapter = createServerAdapter((request: Request) => transport.fetch(request));
  const server = createServer((request, response) => {
    if (transport.admit(request, response)) void adapter(request, response);
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket) => connections.add(socket));
  const detach = transport.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  let minutes = 0;
  return {
    ...{ url, estate, conversationId, token, clock, wakes, transport, tokenFor },
    unsent: () => [...connections].reduce((sum, { writableLength }) => sum + writableLength, 0),
    async say(body, { conversationId: of = conversationId, hint = true } = {}) {
      minutes += 1;
      const columns = { body, sent_by: 'participant' };
      const { tenantId } = estate.scope;
      const messageId = await estate.message(of, minutes, columns);
      const event = { type: 'MessageAdded', accountId: estate.accountId, conversationId: of, messageId } as const;
      await db.transaction((tx) => appendEvents(tx, tenantId, [event], clock.now()));
      if (hint) wakes.notify(feedTopic(tenantId));
      return messageId;
    },
    post: (query, { token: given = token, headers = {}, ...more } = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { ...json, ...(given && { authorization: `Bearer ${given}` }), ...headers },
        body: JSON.stringify({ query, ...more }),
      }),
    socket: ({ token: given = token, header = 'authorization', fresh } = {}) =>
      createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: fresh ? 1 : 0,
        retryWait: async () => undefined,
        connectionParams: () => (given === null ? {} : { [header]: `Bearer ${fresh?.() ?? given}` }),
      }),
    async close() {
      await detach();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };

const notHere = () => Promise.reject(new Error('not here'));

/** Knows no provider. */
const idleGateway: Gateway = {
  providers: [],
  connectAccount: notHere,
  disconnectAccount: notHere,
  syncAccount: notHere,
  refreshAccounts: async () => [],
  readThreads: async (_tenant, _account, reads) => reads.map(() => null),
  markRead: notHere,
  setNoReplyNeeded: notHere,
  setClosed: notHere,
  budget: async () => null,
  findConversation: async () => [],
  upload: notHere,
  download: async () => null,
  eraseParticipant: notHere,
  warnings: () => [],
  wakeSender: () => {},
};
