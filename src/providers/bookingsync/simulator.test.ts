import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import { createApplication } from './simulator-application.ts';
import { visit } from './simulator-visitor.ts';

describe('the door', () => {
  it('names every request, whatever becomes of it, and tells the budget where a token was good', async () => {
    const { ask, simulator } = visit();
    const good = await ask('GET /me');
    const bad = await ask('GET /me', undefined, 'made up');
    const ids = [good, bad].map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(2);
    expect(simulator.calls.entries.map(({ requestId }) => requestId)).toEqual(ids);
    expect(good.headers.get('content-type')).toBe('application/vnd.api+json; charset=utf-8');
    expect(good.headers.get('x-ratelimit-limit')).toBe('1000');
    expect(good.headers.get('x-ratelimit-remaining')).toBe('999');
    expect(bad.headers.get('x-ratelimit-limit')).toBeNull();
  });

  it('shows one account to its own token, and which it is', async () => {
    const { ask, simulator } = visit();
    const id = Number(simulator.accountId);
    expect((await ask('GET /me')).body.accounts_applications).toEqual([
      { links: { account: id }, partnership_invoice_recipient: 'account' },
    ]);
    expect((await ask('GET /accounts')).body.accounts).toMatchObject([{ id, status: 'paying' }]);
    expect(visit({}, { account: 'other' }).simulator.accountId).not.toBe(simulator.accountId);
  });

  it('tells unknown addresses, records and methods apart', async () => {
    const { ask } = visit();
    expect(await ask('GET /inbox_conversations')).toMatchObject({
      status: 404,
      body: { errors: [{ code: 'not_found' }] },
    });
    expect((await ask('GET /inbox/conversations/4711')).status).toBe(404);
    expect((await ask('GET /inbox/conversations/x')).status).toBe(404);
    const wrong = await ask('DELETE /inbox/conversations');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await ask('PUT /inbox/conversations/4711', '[')).status).toBe(400);
  });

  it('tells 404 as a web page where it is told to', async () => {
    const { ask } = visit({ notFound: 'html' });
    for (const path of ['/inbox/conversations/4711', '/nowhere']) {
      const { status, headers, text } = await ask(`GET ${path}`);
      expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      expect(text).toContain('<html>');
    }
  });

  it('refuses what the account has not granted', async () => {
    const { ask, simulator } = visit({ scopes: ['public', 'inbox_read'] });
    simulator.addConversation();
    expect((await ask('GET /inbox/conversations')).status).toBe(200);
    for (const path of ['/clients', '/applications', '/rentals', '/sources']) {
      expect(await ask(`GET ${path}`)).toMatchObject({ status: 403, body: { errors: [{ code: 'forbidden' }] } });
    }
    expect((await ask('POST /inbox/messages', { messages: [{}] })).status).toBe(403);
    expect(simulator.conversations()[0]).toMatchObject({ participantName: null, participantEmail: null });
  });

  it('shows people, applications, sources and rentals by name', async () => {
    const { ask, simulator } = visit();
    const truth = simulator.addConversation({ platform: 'Airbnb' });
    const { clients } = (await ask('GET /clients')).body;
    expect(clients[0]).toMatchObject({
      fullname: truth.participantName,
      emails: [{ label: 'default', email: truth.participantEmail, primary: true }],
    });
    expect((await ask('GET /hosts')).body.hosts).toMatchObject([
      { id: 8, firstname: 'Noor', links: { user: 3 } },
      { id: 9, links: { user: 4 } },
      { id: 10, links: { user: null } },
    ]);
    expect((await ask('GET /applications')).body.applications).toContainEqual({
      ...{ id: 65, name: 'Airbnb', default_price_increase: '0.0' },
    });
    expect((await ask('GET /sources/4')).body.sources).toMatchObject([{ name: 'Airbnb', links: { bookings: [900] } }]);
    const rental = (await ask(`GET /rentals/${truth.propertyExternalId}`)).body.rentals[0];
    expect(rental.name).toContain(',');
    expect((await ask('GET /rentals')).headers.get('x-per-page')).toBe('50');
  });

  it('takes new hosts with both their names', async () => {
    const { ask, simulator } = visit();
    expect((await ask('POST /hosts', { hosts: [{ firstname: 'Ida' }] })).body.errors).toEqual([
      { code: 'validation_failed', field: 'lastname', title: "can't be blank" },
    ]);
    const made = await ask('POST /hosts', { hosts: [{ firstname: 'Ida', lastname: 'Berg', user_id: 5 }] });
    expect([made.status, made.headers.get('location')]).toEqual([201, 'https://www.bookingsync.com/api/v3/hosts/11']);
    await ask('PUT /hosts/11', { hosts: [{ lastname: 'Bergh' }] });
    expect(simulator.hosts().at(-1)).toEqual({ externalId: '11', name: 'Ida Bergh', isUser: true });
  });
});

describe('the budget', () => {
  it('is one for all accounts of an application, and given back at the next whole hour', async () => {
    const clock = createManualClock(new Date('2026-03-02T09:59:00.250Z'));
    const application = createApplication({ clock, limit: 3 });
    const [one, other] = ['one', 'other'].map((account) =>
      visit({}, { account, clock, application: () => application }),
    );
    if (!one || !other) throw new Error('there are two');
    await one.token({ grant_type: 'client_credentials' });
    await one.ask('GET /me');
    await other.ask('GET /me');
    expect((await one.ask('GET /me')).headers.get('x-ratelimit-remaining')).toBe('0');
    const refused = await other.ask('GET /me');
    expect([refused.status, refused.body]).toEqual([
      429,
      { errors: [{ code: 'rate_limit_exceeded', title: 'API v3 rate limit exceeded.' }] },
    ]);
    expect(refused.headers.get('retry-after')).toBeNull();
    const reset = Number(refused.headers.get('x-ratelimit-reset'));
    expect(new Date(reset * 1000).toISOString()).toBe('2026-03-02T10:00:00.000Z');
    clock.advance(59_749);
    expect((await other.ask('GET /me')).status).toBe(429);
    clock.advance(1);
    expect((await other.ask('GET /me')).headers.get('x-ratelimit-remaining')).toBe('2');
  });

  it('may be another than the documented one', async () => {
    const { ask } = visit({ rateLimit: 100_000 });
    const { headers } = await ask('GET /me');
    expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['100000', '99999']);
  });
});
