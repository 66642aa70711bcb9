import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { bookingsyncCredentials } from './credentials.ts';
import me from './fixtures/me.json' with { type: 'json' };
import { call, credentials, refused, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';
import { bookingsync } from './index.ts';

const answering = (status: number, body: JsonObject | string, headers: Record<string, string> = {}) =>
  scriptedBookingsync(({ path }) =>
    path === '/oauth/token'
      ? {}
      : new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }),
  );
const failure = (adapter: ReturnType<typeof answering>['adapter']): Promise<ProviderError> =>
  Promise.resolve(adapter.setClosed?.({ externalId: '70' as never, address: {} }, true, call)).catch((error) => error);
const budget = { 'x-ratelimit-limit': '100000', 'x-ratelimit-remaining': '99998', 'x-ratelimit-reset': '1773486000' };

describe('credentials', () => {
  const { baseUrl: _, ...given } = credentials;

  it('are strict, and a host id may come as a number', () => {
    expect(bookingsyncCredentials.parse({ ...given, hostId: 8 })).toMatchObject({
      ...{ hostId: '8', baseUrl: 'https://www.bookingsync.com' },
    });
    expect(bookingsyncCredentials.parse({ ...given, baseUrl: 'https://x.test/' }).baseUrl).toBe('https://x.test');
    const wrong = [
      { colour: 'x' },
      { clientId: '' },
      { refreshToken: 'a b' },
      { hostId: 'me' },
      { baseUrl: 'ftp://x' },
    ];
    for (const one of wrong) expect(bookingsyncCredentials.safeParse({ ...given, ...one }).success).toBe(false);
    expect(bookingsync.budgetKey(credentials)).toBe(credentials.clientId);
  });

  it('are proven by the application and by the token, which names the account', async () => {
    const { adapter, seen } = scriptedBookingsync(({ path }) => {
      if (path === '/me') return me;
      return path === '/accounts/11' ? { accounts: [{ id: 11, business_name: 'Harbour Stays' }] } : {};
    });
    expect(await adapter.verify(call)).toEqual({ identity: '11', title: 'Harbour Stays' });
    expect(seen.map(({ path }) => path)).toEqual(['/oauth/token', '/me', '/accounts/11']);
    // Nothing is rotated by that.
    expect(seen[0]?.body).toMatchObject({ grant_type: 'client_credentials' });
  });

  it('are good also where the account does not tell its name', async () => {
    for (const status of [403, 404]) {
      const { adapter } = scriptedBookingsync(({ path }) => {
        if (path === '/me') return me;
        return path === '/oauth/token' ? {} : new Response('<html>', { status });
      });
      expect(await adapter.verify(call)).toEqual({ identity: '11', title: null });
    }
  });

  it('with a wrong secret are refused, however good the token is', async () => {
    const { adapter } = scriptedBookingsync(({ path }) => (path === '/oauth/token' ? refused(401) : me));
    await expect(adapter.verify(call)).rejects.toMatchObject({ kind: 'auth', noEffect: true });
  });
});

describe('a request', () => {
  it('carries the token and the media type', async () => {
    const { adapter, seen } = answering(200, { conversations: [], meta: {} });
    await adapter.setClosed?.({ externalId: '70' as never, address: {} }, true, call);
    const { headers, body } = seen[0] ?? {};
    expect(headers?.get('authorization')).toBe('Bearer access-0');
    expect(headers?.get('accept')).toBe('application/vnd.api+json');
    expect(headers?.get('content-type')).toBe('application/vnd.api+json');
    expect(body).toEqual({ conversations: [{ closed: true }] });
  });

  it("is noted with the provider's id of it, and with what is left of the hour", async () => {
    const { adapter, notes, allowances } = answering(422, {}, { 'x-request-id': 'r-7', ...budget });
    await failure(adapter);
    expect(notes).toEqual([{ operation: 'setClosed', status: 422, requestId: 'r-7' }]);
    expect(allowances).toEqual([{ limit: 100000, remaining: 99998, resetAt: new Date(1773486000_000) }]);
  });

  it('that tells no sensible budget passes on none', async () => {
    for (const headers of [{}, { ...budget, 'x-ratelimit-reset': 'soon' }, { ...budget, 'x-ratelimit-limit': '0' }]) {
      const { adapter, allowances } = answering(200, { conversations: [] }, headers as Record<string, string>);
      await failure(adapter);
      expect(allowances).toEqual([]);
    }
  });

  it('too many comes back when the hour ends that is told to be used up, and needs no such silence otherwise', async () => {
    const body = { errors: [{ code: 'rate_limit_exceeded', title: 'API v3 rate limit exceeded.' }] };
    const used = { ...budget, 'x-ratelimit-remaining': '0' };
    const told = await failure(answering(429, body, used).adapter);
    expect(told).toMatchObject({ kind: 'rate-limited', noEffect: true, retryAt: new Date(1773486000_000) });
    const past = await failure(answering(429, body, { ...used, 'x-ratelimit-reset': '5' }).adapter);
    expect(past.retryAt).toEqual(new Date('2026-03-14T11:00:00Z'));
    for (const headers of [budget, {}]) {
      const other = await failure(answering(429, body, headers as Record<string, string>).adapter);
      expect(other).toMatchObject({ kind: 'rate-limited', noEffect: true, retryAt: null });
    }
  });

  it('that is refused is told by kind, also where the answer is a web page', async () => {
    const kinds = { 403: 'forbidden', 404: 'not-found', 422: 'invalid', 500: 'unavailable', 302: 'protocol' };
    for (const [status, kind] of Object.entries(kinds)) {
      const error = await failure(answering(Number(status), '<html>').adapter);
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ kind, provider: 'bookingsync' });
    }
  });

  it("that is refused is told in the provider's words, in either form, once each", async () => {
    const one = { code: 'validation_failed', field: 'preferred_locale', title: 'is not included in the list' };
    const listed = await failure(answering(422, { errors: [one, one] }).adapter);
    expect(listed.detail).toBe('answered 422: validation_failed: preferred_locale is not included in the list');
    const keyed = await failure(answering(422, { errors: { name: ["can't be blank"] } }).adapter);
    expect(keyed.detail).toBe("answered 422: name can't be blank");
  });

  it('that the core refuses is told as the core says it', async () => {
    const refusal = new ProviderError({
      ...{ provider: 'bookingsync', operation: 'budget', kind: 'rate-limited', message: 'used up', noEffect: true },
      retryAt: new Date('2026-03-14T11:00:00Z'),
    });
    const { adapter } = scriptedBookingsync(() => Promise.reject(refusal));
    expect(await failure(adapter)).toMatchObject({ kind: 'rate-limited', noEffect: true, retryAt: refusal.retryAt });
  });

  it('that is answered with what is no object is a protocol error', async () => {
    for (const body of ['', '42', 'null', '[]', '<html>', '{"a'])
      expect(await failure(answering(200, body).adapter)).toMatchObject({ kind: 'protocol' });
  });
});
