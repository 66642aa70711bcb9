import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(() => served.close());

const VIEWER = '{ viewer { tenant { id } } }';
const unauthenticated = {
  errors: [{ message: 'A valid bearer token is needed.', extensions: { code: 'UNAUTHENTICATED' } }],
};

/** A request as it comes, with nothing added. */
const send = (init: RequestInit, search = '') => fetch(served.url + search, init);
const json = { 'content-type': 'application/json' };
const body = JSON.stringify({ query: VIEWER });

describe('without a valid token', () => {
  const documents = [VIEWER, '{ __schema { queryType { name } } }', '{ nothing', 'mutation { nothing }'];

  it.each(documents)('%s is UNAUTHENTICATED and nothing else', async (query) => {
    served = await serve(db);
    for (const token of [null, 'parley_unknown', 'x'.repeat(600)]) {
      const answer = await served.post(query, { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toContain('application/graphql-response+json');
      expect(await answer.json()).toEqual(unauthenticated);
    }
  });

  it('an answer as application/json is 200, as GraphQL over HTTP has it', async () => {
    served = await serve(db);
    const answer = await served.post(VIEWER, { token: null, headers: { accept: 'application/json' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(unauthenticated);
  });

  it('because it expired or was revoked, it is so within 5 s', async () => {
    served = await serve(db);
    expect((await served.post(VIEWER)).status).toBe(200);
    const { tenantId } = served.estate.scope;
    await db.prisma.token.updateMany({ where: { tenant_id: tenantId }, data: { revoked_at: new Date(0) } });
    served.clock.advance(5_000);
    expect((await served.post(VIEWER)).status).toBe(401);

    const other = await served.tokenFor(['messages:read']);
    const until = new Date(served.clock.now().getTime() + 1_000);
    await db.prisma.token.updateMany({ where: { tenant_id: tenantId, revoked_at: null }, data: { expires_at: until } });
    expect((await served.post(VIEWER, { token: other })).status).toBe(200);
    served.clock.advance(1_000);
    expect((await served.post(VIEWER, { token: other })).status).toBe(401);
  });
});

describe('a request that a browser sends for any page without asking', () => {
  it.each([
    ['application/x-www-form-urlencoded', 'query=%7Bviewer%7Bscopes%7D%7D'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['text/plain', body],
    ['application/graphql', VIEWER],
    ['message/x', body],
  ])('is refused as %s', async (type, sent) => {
    served = await serve(db);
    const authorization = `Bearer ${served.token}`;
    expect((await send({ method: 'POST', headers: { authorization, 'content-type': type }, body: sent })).status).toBe(
      415,
    );
  });

  it('is refused as a bare GET, and told which header is missing', async () => {
    served = await serve(db);
    const authorization = `Bearer ${served.token}`;
    const bare = await send({ headers: { authorization } }, `?query=${encodeURIComponent(VIEWER)}`);
    expect(bare.status).toBe(400);
    expect(await bare.text()).toContain('x-parley-client');
    const own = await send(
      { headers: { authorization, 'x-parley-client': 'test' } },
      `?query=${encodeURIComponent(VIEWER)}`,
    );
    expect(own.status).toBe(200);
  });

  it('never changes anything by GET', async () => {
    served = await serve(db);
    const headers = { authorization: `Bearer ${served.token}`, 'x-parley-client': 'test' };
    const mutation = encodeURIComponent(
      'mutation { disconnectAccount(input: { accountId: "x" }) { errors { code } } }',
    );
    expect((await send({ headers }, `?query=${mutation}`)).status).toBe(405);
  });

  it('is refused by other methods', async () => {
    served = await serve(db);
    expect((await send({ method: 'PUT', headers: json, body })).status).toBe(405);
  });
});

describe('a page of another origin', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

  it('may not call unless it is listed, and is told what to set', async () => {
    served = await serve(db);
    const answer = await send({ method: 'OPTIONS', headers: { ...preflight, origin: 'https://inbox.example' } });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('PARLEY_ALLOWED_ORIGINS');
    const asked = await served.post(VIEWER, { headers: { origin: 'https://inbox.example' } });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may where it is listed, without credentials of the browser', async () => {
    served = await serve(db, { allowedOrigins: ['https://inbox.example'] });
    const answer = await send({ method: 'OPTIONS', headers: { ...preflight, origin: 'https://inbox.example' } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    const asked = await served.post(VIEWER, { headers: { origin: 'https://inbox.example' } });
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://inbox.example');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    expect(asked.headers.get('vary')).toContain('Origin');
  });
});

describe('server-sent events', () => {
  it('carry a subscription, and free it when the client goes', async () => {
    served = await serve(db);
    const gone = new AbortController();
    const authorization = `Bearer ${served.token}`;
    const query = 'subscription { messageAdded { message { body } } }';
    const asked = {
      method: 'POST',
      headers: { ...json, authorization, accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    };
    const answer = await send({ ...asked, signal: gone.signal });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(served.transport.feeds.readers).toBe(1);
    await served.say('over SSE');
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('over SSE')) break;
    }
    expect(text).toContain('event: next\ndata: {"data":{"messageAdded":{"message":{"body":"over SSE"}}}}');
    gone.abort();
    while (served.transport.feeds.readers > 0) await served.post(VIEWER);
    expect(served.wakes.listeners()).toBe(0);
  });
});

describe('a browser', () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  it('is shown GraphiQL, whole and with the token where there is one to fill in, and sent there from /', async () => {
    served = await serve(db, { initialToken: 'parley_demo' });
    const page = await fetch(new URL('/', served.url), { headers: html });
    expect(page.url).toBe(served.url);
    const text = await page.text();
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(text).toContain('Bearer parley_demo');
    expect(text).toContain('"subscriptionsProtocol":"WS"');
    expect(text).not.toMatch(/(src|href)="?https?:/);
  });

  it('is not where it is switched off', async () => {
    served = await serve(db, { graphiql: false });
    expect((await send({ headers: html })).status).toBe(400);
  });
});
