import { rm } from 'node:fs/promises';
import { type Client, createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { createSimulator } from '../../src/providers/lavanda/simulator.ts';
import { serveOnLoopback } from '../../src/simulator/loopback.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { openDatabase } from '../../src/store/database.ts';
import { allScopes, createToken, ensureTenant } from '../../src/store/tokens.ts';
import { temporaryDirectory } from '../helpers/database.ts';
import { type ServerProcess, startServer } from '../helpers/server-process.ts';

/*
 * A server that is told to go, as processes of their own: SIGTERM while people write and listen (DELIVERY 8.1).
 */

const WRITERS = 6;
const PAUSE_MS = 10;
const LISTENERS = 50;

/** A server with a connected account of one conversation, and what is needed to talk to it. */
async function desk() {
  const dataDir = await temporaryDirectory();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const env = { PARLEY_DATA_DIR: dataDir, PARLEY_ALLOW_PRIVATE_HOSTS: 'on' };
  const world = createWorld({ seed: 7, clock: systemClock, size: 0 });
  const simulator = createSimulator({ world, clock: systemClock });
  for (let index = 0; index < WRITERS; index += 1) simulator.addConversation({ messages: 1 });
  const loopback = await serveOnLoopback(simulator.fetch);
  onTestFinished(() => loopback.close());
  const start = () => startServer(env);
  const server = await start();
  const db = await openDatabase({ url: null, dataDir, clock: systemClock, attach: true });
  const { id } = await ensureTenant(db, 'acme', systemClock.now());
  const token = await createToken(db, id, { name: 'test', scopes: allScopes, now: systemClock.now() });
  await db.close();
  const credentials = { ...simulator.credentials, ...simulator.addresses(loopback.url) };
  const connect = 'mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { account { id } } }';
  await ask(server, token, connect, { input: { provider: 'lavanda', credentials } });
  return { server, start, simulator, token };
}

async function ask<Data>({ url }: ServerProcess, token: string, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function conversationsOf(server: ServerProcess, token: string): Promise<readonly string[]> {
  type Inbox = { readonly conversations: { readonly nodes: readonly { readonly id: string }[] } };
  for (;;) {
    const { conversations } = await ask<Inbox>(server, token, '{ conversations(first: 100) { nodes { id } } }');
    if (conversations.nodes.length === WRITERS) return conversations.nodes.map(({ id }) => id);
  }
}

const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';

/** Writes on and on until the server takes no more. Answers the texts that it said were safe. */
async function writeOn(
  server: ServerProcess,
  token: string,
  conversationId: string,
  name: string,
): Promise<readonly string[]> {
  const safe: string[] = [];
  for (let count = 0; ; count += 1) {
    const body = `${name} ${count}`;
    try {
      const input = { conversationId, body, idempotencyKey: body };
      const { sendMessage } = await ask<{ sendMessage: { message: object | null } }>(server, token, SEND, { input });
      if (sendMessage.message) safe.push(body);
      await sleep(systemClock, PAUSE_MS);
    } catch {
      return safe;
    }
  }
}

interface Listening {
  readonly seen: string[];
  readonly codes: number[];
  cursor: string | null;
}

/** Follows new messages from where it was, and notes how it was ended. */
function listenAt(server: ServerProcess, token: string, to: Listening): Client {
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    on: { closed: (event) => to.codes.push((event as { code: number }).code) },
  });
  const query = 'subscription ($after: EventCursor) { messageAdded(after: $after) { cursor message { body } } }';
  type Added = { readonly messageAdded: { readonly cursor: string; readonly message: { readonly body: string } } };
  client.subscribe<Added>(
    { query, variables: { after: to.cursor } },
    {
      next({ data }) {
        if (!data) return;
        to.cursor = data.messageAdded.cursor;
        to.seen.push(data.messageAdded.message.body);
      },
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return client;
}

describe('a server that is told to go while people write and listen', () => {
  it('loses nothing that it said was safe, sends sockets elsewhere and ends with 0 within 10 s', {
    timeout: 90_000,
  }, async () => {
    const { server, start, simulator, token } = await desk();
    const ids = await conversationsOf(server, token);
    const { eventCursor } = await ask<{ eventCursor: string }>(server, token, '{ eventCursor }');
    const listeners = Array.from(
      { length: LISTENERS },
      (): Listening => ({ seen: [], codes: [], cursor: eventCursor }),
    );
    for (const one of listeners) listenAt(server, token, one);
    const writing = ids.map((id, index) => writeOn(server, token, id, `Writer ${index}`));
    while (listeners.some(({ seen }) => seen.length < 10)) await sleep(systemClock, 20);
    const told = systemClock.monotonic();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(systemClock.monotonic() - told).toBeLessThan(10_000);
    const safe = (await Promise.all(writing)).flat();
    expect(safe.length).toBeGreaterThan(WRITERS);
    expect(listeners.flatMap(({ codes }) => codes)).toEqual(listeners.map(() => 1001));

    const next = await start();
    const clients = listeners.map((one) => listenAt(next, token, one));
    const delivered = () => new Set(simulator.sent.map(({ body }) => body));
    const isAllIn = (bodies: ReadonlySet<string>) => safe.every((body) => bodies.has(body));
    while (!isAllIn(delivered()) || !listeners.every(({ seen }) => isAllIn(new Set(seen))))
      await sleep(systemClock, 20);
    expect(simulator.sent.length).toBe(delivered().size);
    for (const { seen } of listeners) {
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(listeners[0]?.seen);
    }
    await Promise.all(clients.map((client) => client.dispose()));
    next.child.kill('SIGTERM');
    expect(await next.ended).toBe(0);
  });
});
