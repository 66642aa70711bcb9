import { describe, expect, it } from 'vitest';
import conversations from './fixtures/conversations.json' with { type: 'json' };
import { call, credentials, listed, refused, type Seen, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';

/** Accepts one access token, and gives a new one for the newest refresh token alone. */
function provider() {
  const state = { good: 'access-0', refresh: 'refresh-0', given: 0 };
  const script = ({ path, headers, body }: Seen) => {
    if (path === '/oauth/token') {
      const form = body as Record<string, string>;
      if (form.grant_type !== 'refresh_token') return { access_token: 'public', expires_in: 7200 };
      if (form.refresh_token !== state.refresh) return refused(401, { error: 'invalid_grant' });
      state.given += 1;
      Object.assign(state, { good: `access-${state.given}`, refresh: `refresh-${state.given}` });
      return { access_token: state.good, expires_in: 7200, refresh_token: state.refresh };
    }
    const expired = 'Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token expired"';
    if (headers.get('authorization') !== `Bearer ${state.good}`)
      return refused(401, { errors: [{ code: 'unauthorized' }] }, { 'www-authenticate': expired });
    return path.startsWith('/inbox/conversations') ? conversations : listed(path.split('/')[2] ?? '', []);
  };
  return { state, ...scriptedBookingsync(script) };
}

const setClosed = (adapter: ReturnType<typeof provider>['adapter']) =>
  adapter.setClosed?.({ externalId: '70' as never, address: {} }, true, call);

describe('tokens', () => {
  it('begin with the access token that was given, which costs nothing', async () => {
    const { adapter, seen } = provider();
    await setClosed(adapter);
    expect(seen.map(({ path }) => path)).toEqual(['/inbox/conversations/70']);
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer access-0');
  });

  it('are refreshed with all that the first exchange named, as a form', async () => {
    const { adapter, seen, state } = provider();
    state.good = 'another';
    await setClosed(adapter);
    const form = seen.find(({ path }) => path === '/oauth/token');
    expect(form?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(form?.body).toEqual({
      ...{ client_id: credentials.clientId, client_secret: credentials.clientSecret, refresh_token: 'refresh-0' },
      ...{ grant_type: 'refresh_token', redirect_uri: credentials.redirectUri },
    });
    expect(seen.map(({ path }) => path)).toEqual([
      '/inbox/conversations/70',
      '/oauth/token',
      '/inbox/conversations/70',
    ]);
  });

  it('are refreshed once for all who find theirs refused, in two processes', async () => {
    const { adapter, connect, state } = provider();
    state.good = 'another';
    const other = connect();
    await Promise.all(Array.from({ length: 20 }, (_, index) => setClosed(index % 2 ? adapter : other)));
    expect(state.given).toBe(1);
  });

  it('are refreshed when they are over, with the refresh token that came last', async () => {
    const { adapter, connect, world, state } = provider();
    state.good = 'another';
    await setClosed(adapter);
    for (const _ of [1, 2]) {
      world.now = new Date(world.now.getTime() + 3 * 3_600_000);
      await setClosed(connect());
    }
    expect(state).toMatchObject({ given: 3, refresh: 'refresh-3' });
  });

  it('are kept before they are used, so that a failure afterwards does not lose them', async () => {
    const { adapter, memory, state } = provider();
    state.good = 'another';
    await setClosed(adapter);
    expect(JSON.parse(memory.text)).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-1' });
  });

  it('of other credentials are not used', async () => {
    const left = provider();
    left.state.good = 'another';
    await setClosed(left.adapter);
    const { adapter, seen } = scriptedBookingsync(() => conversations, { refreshToken: 'another' }, left.memory.text);
    await setClosed(adapter);
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer access-0');
  });

  it('that are refused for good are a matter of credentials, and say what to do', async () => {
    const { adapter, state } = provider();
    Object.assign(state, { good: 'another', refresh: 'another' });
    await expect(setClosed(adapter)).rejects.toMatchObject({
      kind: 'auth',
      noEffect: true,
      detail: expect.stringContaining('connected again'),
    });
  });

  it('that are refused although they are new are given up after one', async () => {
    const { adapter, seen } = scriptedBookingsync(({ path }) => (path === '/oauth/token' ? {} : refused(401)));
    await expect(setClosed(adapter)).rejects.toMatchObject({ kind: 'auth' });
    expect(seen).toHaveLength(3);
  });

  it('whose refresh is not heard of are no matter of credentials: the same refresh token is tried again', async () => {
    let lost = true;
    const { adapter, seen } = scriptedBookingsync(({ path, headers }) => {
      if (path === '/oauth/token') {
        if (!lost) return {};
        lost = false;
        return Promise.reject(new TypeError('fetch failed'));
      }
      return headers.get('authorization') === 'Bearer access-0' ? refused(401) : conversations;
    });
    await expect(setClosed(adapter)).rejects.toMatchObject({ kind: 'unavailable', noEffect: true });
    await setClosed(adapter);
    const used = seen.filter(({ path }) => path === '/oauth/token').map(({ body }) => body);
    expect(used).toMatchObject([{ refresh_token: 'refresh-0' }, { refresh_token: 'refresh-0' }]);
  });

  it('keep the refresh token that there is where an answer names no other', async () => {
    const { adapter, memory } = scriptedBookingsync(({ path, headers }) => {
      if (path === '/oauth/token') return { access_token: 'access-9', expires_in: 7200 };
      return headers.get('authorization') === 'Bearer access-9' ? conversations : refused(401);
    });
    await setClosed(adapter);
    expect(JSON.parse(memory.text)).toMatchObject({ accessToken: 'access-9', refreshToken: 'refresh-0' });
  });

  it('are taken at once where none was given', async () => {
    const { adapter, seen } = scriptedBookingsync(({ path }) => (path === '/oauth/token' ? {} : conversations), {
      accessToken: undefined,
    });
    await setClosed(adapter);
    expect(seen.map(({ path }) => path)).toEqual(['/oauth/token', '/inbox/conversations/70']);
  });

  it('do not stumble over a memory that holds something else', async () => {
    const { adapter, asked } = scriptedBookingsync(() => conversations, {}, '{"for":7,"accessToken":[],"made":{}}');
    await setClosed(adapter);
    expect(asked()).toEqual(['PUT /inbox/conversations/70']);
  });
});
