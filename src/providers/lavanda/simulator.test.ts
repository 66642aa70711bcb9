import { describe, expect, it } from 'vitest';
import { visit } from './simulator-visitor.ts';

const oneBooking = '{ bookings { search(first: 1) { edges { node { id } } } } }';

describe('the token endpoint', () => {
  it('gives a bearer token that looks like a JWT and says how long it is good', async () => {
    const { token } = visit();
    const { status, body } = await token();
    expect(status).toBe(200);
    expect(body).toMatchObject({ expires_in: 3600, token_type: 'Bearer' });
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ token_use: 'access', scope: 'platapi/lavanda', client_id: claims.sub });
    expect(claims.exp - claims.iat).toBe(3600);
  });

  it('also takes a form', async () => {
    const { simulator } = visit();
    const { clientId, clientSecret } = simulator.credentials;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: String(clientId),
      client_secret: String(clientSecret),
    });
    const response = await simulator.fetch(`${simulator.baseUrl}/v1/oauth2/token`, { method: 'POST', body });
    expect(response.status).toBe(200);
  });

  it('refuses bad credentials, other grants and what is no form', async () => {
    const { token, simulator } = visit();
    const { clientId, clientSecret } = simulator.badCredentials;
    const bad = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    expect(await token(bad)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await token({ ...bad, grant_type: 'password' })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    });
    expect(await token('{')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('keeps an older token good beside a new one, unless switched', async () => {
    const { token, ask, simulator } = visit();
    const first = (await token()).body.access_token;
    await token();
    expect((await ask(oneBooking, {}, { token: first })).status).toBe(200);
    simulator.switches.revokeOldTokens = true;
    await token();
    expect((await ask(oneBooking, {}, { token: first })).status).toBe(401);
  });
});

describe('the GraphQL endpoint', () => {
  it('refuses a missing, wrong, expired or revoked token', async () => {
    const { ask, clock, simulator } = visit();
    const refused = {
      status: 401,
      body: { errors: [{ message: 'Unauthorized', extensions: { code: 'UNAUTHENTICATED' } }] },
    };
    expect(await ask(oneBooking, {}, { token: 'a.b.c' })).toMatchObject(refused);
    expect((await ask(oneBooking)).status).toBe(200);
    clock.advance(3_600_000);
    expect(await ask(oneBooking)).toMatchObject(refused);
    simulator.switches.authFailureStyle = 'graphql200';
    expect(await ask(oneBooking)).toMatchObject({ ...refused, status: 200 });
  });

  it('ends all tokens on request', async () => {
    const { ask, simulator } = visit();
    expect((await ask(oneBooking)).status).toBe(200);
    simulator.expireTokens?.();
    expect((await ask(oneBooking)).status).toBe(401);
  });

  it('asks for the client-name header only when told to', async () => {
    const { ask } = visit({ requireClientName: true });
    expect(await ask(oneBooking)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
    const named = await ask(oneBooking, {}, { init: { headers: { 'x-api-client-name': 'parley' } } });
    expect(named.status).toBe(200);
  });

  it('words an unknown field as a GraphQL server does, with status 200 or 400', async () => {
    const { ask, simulator } = visit();
    const query = '{\n  bookings {\n    booking(bookingId: "bk_7001") {\n      conversation { id }\n    }\n  }\n}';
    const error = {
      message: 'Cannot query field "conversation" on type "Booking".',
      locations: [{ line: 4, column: 7 }],
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    };
    expect(await ask(query)).toMatchObject({ status: 200, body: { errors: [error] } });
    simulator.switches.errorStatus = 400;
    expect(await ask(query)).toMatchObject({ status: 400, body: { errors: [error] } });
    simulator.switches.suggestions = true;
    expect((await ask(query)).body.errors[0].message).toContain('Did you mean "converation"');
  });

  it('tells a text that cannot be parsed, bad variables and a body that is no query apart', async () => {
    const { ask, simulator, token } = visit();
    expect((await ask('{ bookings {')).body.errors[0].extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    const bad = await ask('query ($n: Int) { bookings { search(first: $n) { totalCount } } }', { n: 'many' });
    expect(bad.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    const authorization = `Bearer ${(await token()).body.access_token}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await simulator.fetch(`${simulator.baseUrl}/v1`, { method: 'POST', headers, body: '[]' });
    expect(response.status).toBe(400);
  });

  it('limits the rate when told to, and says when to come back', async () => {
    const { ask, clock } = visit({ rateLimit: { requests: 2, perSeconds: 60 } });
    expect([(await ask(oneBooking)).status, (await ask(oneBooking)).status]).toEqual([200, 200]);
    const third = await ask(oneBooking);
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '60']);
    clock.advance(60_000);
    expect((await ask(oneBooking)).status).toBe(200);
  });

  it('knows no other path and no other method', async () => {
    const { simulator } = visit();
    expect((await simulator.fetch('https://platapi.lavanda.app/v2', { method: 'POST' })).status).toBe(404);
    expect((await simulator.fetch('https://platapi.lavanda.app/v1')).status).toBe(405);
  });

  it('refuses depth beyond the limit, where one is set', async () => {
    const { ask } = visit({ maxDepth: 3 });
    expect((await ask(oneBooking)).body.errors[0].message).toBe('The query is deeper than 3');
  });

  it('lets nobody but a user ask whoami', async () => {
    const { ask } = visit();
    expect((await ask('{ whoami { id } }')).body).toMatchObject({
      data: { whoami: null },
      errors: [{ path: ['whoami'], extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

describe('the call log', () => {
  it('names each request by what it asks for, and counts the conversations it read', async () => {
    const { ask, simulator } = visit({}, 3);
    await ask('{ __type(name: "Booking") { name } }');
    await ask('{ workspaces { nodes { id } } }');
    await ask('{ crm { leads { search { totalCount } } } }');
    await ask('{ crm { leads(first: 1) { totalCount } } }');
    await ask(
      '{ a: bookings { booking(bookingId: "bk_7001") { ...c } } b: bookings { booking(id: "bk_7002") { ...c } } } fragment c on Booking { converation { messages { totalCount } } }',
    );
    await ask('{ bookings { booking(id: "bk_7001") { id } } }');
    expect(simulator.calls.entries.map((call) => [call.operation, call.conversationCount])).toEqual([
      ['token', 0],
      ['introspection', 0],
      ['workspaces', 0],
      ['leads.search', 0],
      ['leads.search', 0],
      ['conversations', 2],
      ['booking', 0],
    ]);
    expect(simulator.calls.count({ operation: ['token', 'booking'], status: 200 })).toBe(2);
    simulator.calls.reset();
    expect(simulator.calls.count()).toBe(0);
  });
});
