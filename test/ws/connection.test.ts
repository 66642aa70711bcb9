import type { ExecutionResult } from 'graphql';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;
const clients: Client[] = [];

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await served.close();
});

function client(options?: Parameters<Served['socket']>[0]): Client {
  const made = served.socket(options);
  clients.push(made);
  return made;
}

/** The one answer of an operation, or the errors that it was refused with. */
function ask(on: Client, query: string, more: object = {}): Promise<ExecutionResult | readonly unknown[]> {
  return new Promise((resolve, reject) => {
    let answer: ExecutionResult = {};
    on.subscribe(
      { query, ...more },
      {
        next: (value) => {
          answer = value as ExecutionResult;
        },
        error: (error) => (Array.isArray(error) ? resolve(error) : reject(error)),
        complete: () => resolve(answer),
      },
    );
  });
}

const VIEWER = '{ viewer { tenant { id } } }';
const unauthenticated = [{ message: 'A valid bearer token is needed.', extensions: { code: 'UNAUTHENTICATED' } }];

describe('a token on a websocket', () => {
  it.each(['authorization', 'Authorization'])('is taken from the connection’s %s parameter', async (header) => {
    served = await serve(db);
    const answer = await ask(client({ header }), VIEWER);
    expect(answer).toMatchObject({ data: { viewer: { tenant: { id: served.estate.scope.tenantId } } } });
  });

  it('is taken from an operation’s own headers where the connection has none, as GraphiQL sends it', async () => {
    served = await serve(db);
    const extensions = { headers: { Authorization: `bearer ${served.token}` } };
    const answer = await ask(client({ token: null }), VIEWER, { extensions });
    expect(answer).toMatchObject({ data: { viewer: { tenant: { id: served.estate.scope.tenantId } } } });
  });

  it.each([
    ['is missing', null],
    ['is unknown', 'parley_unknown'],
  ])(
    'that %s gets UNAUTHENTICATED for each operation, introspection among them, and the socket stays',
    async (_title, token) => {
      served = await serve(db);
      const socket = client({ token });
      const documents = [
        VIEWER,
        '{ __schema { queryType { name } } }',
        '{ nothing',
        'subscription { messageAdded { cursor } }',
      ];
      for (const document of documents) expect(await ask(socket, document)).toEqual(unauthenticated);
      expect(served.transport.feeds.readers).toBe(0);
    },
  );

  it('without the scope to read may not subscribe', async () => {
    served = await serve(db);
    const token = await served.tokenFor(['messages:send']);
    const answer = await ask(client({ token }), 'subscription { messageAdded { cursor } }');
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(served.transport.feeds.readers).toBe(0);
  });

  it('that is revoked ends its subscriptions with the next event, and its socket with 4403', async () => {
    served = await serve(db);
    const token = await served.tokenFor(['messages:read']);
    const socket = client({ token });
    const closed = new Promise((resolve) => socket.on('closed', resolve));
    const stream = socket.iterate({ query: 'subscription { messageAdded { cursor } }' });
    const next = stream.next();
    await readers(1);
    await db.prisma.token.updateMany({
      where: { scopes: { equals: ['messages:read'] } },
      data: { revoked_at: new Date(0) },
    });
    served.clock.advance(5_000);
    await served.say('not for you');
    expect((await next).value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await closed).toMatchObject({ code: 4403 });
    await readers(0);
  });

  it('that runs out ends its subscriptions when it does', async () => {
    served = await serve(db);
    const token = await served.tokenFor(['messages:read']);
    const until = new Date(served.clock.now().getTime() + 60_000);
    await db.prisma.token.updateMany({ where: { scopes: { equals: ['messages:read'] } }, data: { expires_at: until } });
    const socket = client({ token });
    const closed = new Promise((resolve) => socket.on('closed', resolve));
    const next = socket.iterate({ query: 'subscription { messageAdded { cursor } }' }).next();
    await readers(1);
    served.clock.advance(60_000);
    expect((await next).value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await closed).toMatchObject({ code: 4403 });
  });
});

describe('one operation that is wrong', () => {
  it.each([
    ['cannot be parsed', '{ viewer {'],
    ['is invalid', '{ nothing }'],
    [
      'is too deep',
      `{ ${'node(id: "x") { ... on ConversationMessage { conversation { lastMessage { '.repeat(5)}id${' } } } }'.repeat(5)} }`,
    ],
    ['is too long', `{ ${'viewer { scopes } '.repeat(600)} }`],
    ['has a wrong variable', 'query($id: ID!) { node(id: $id) { id } }'],
    ['names an operation that is not there', 'query A { eventCursor } query B { eventCursor }'],
  ])('because it %s is told so, and leaves its neighbours on the socket going', async (_title, document) => {
    served = await serve(db);
    const socket = client();
    const stream = socket.iterate({ query: 'subscription { messageAdded { message { body } } }' });
    const next = stream.next();
    await readers(1);
    const refused = await ask(socket, document);
    const errors = Array.isArray(refused) ? refused : (refused as ExecutionResult).errors;
    expect(errors?.length).toBeGreaterThan(0);
    for (const error of errors ?? []) expect(error.extensions?.http).toBeUndefined();
    await served.say('still here');
    expect((await next).value).toEqual({ data: { messageAdded: { message: { body: 'still here' } } } });
  });

  it('beyond a hundred on one socket is refused', async () => {
    served = await serve(db);
    const socket = client();
    for (let i = 0; i < 100; i += 1)
      socket
        .iterate({ query: 'subscription { messageAdded { cursor } }' })
        .next()
        .catch(() => {});
    await readers(100);
    expect(await ask(socket, VIEWER)).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  it('tells nothing of what went wrong inside', async () => {
    served = await serve(db);
    const socket = client();
    const next = socket.iterate({ query: 'subscription { messageAdded { conversation { id } } }' }).next();
    await readers(1);
    const { query } = db.pool;
    db.pool.query = ((...args: unknown[]) =>
      JSON.stringify(args[0]).includes('FROM conversation')
        ? Promise.reject(new Error('password=hunter2'))
        : Reflect.apply(query, db.pool, args)) as typeof query;
    await served.say('x');
    const { value } = await next;
    db.pool.query = query;
    expect(value).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(JSON.stringify(value)).not.toContain('hunter2');
  });
});

/** Resolves when that many subscriptions are open here. */
async function readers(count: number): Promise<void> {
  while (served.transport.feeds.readers !== count) await served.post('{ eventCursor }');
}
