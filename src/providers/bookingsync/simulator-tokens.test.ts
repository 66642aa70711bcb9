import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import { createApplication } from './simulator-application.ts';
import { type Visit, visit } from './simulator-visitor.ts';

const challenge = (visited: { readonly headers: Headers }) => visited.headers.get('www-authenticate');
const refreshTokenOf = ({ simulator }: Visit): string => String(simulator.credentials['refreshToken']);
const refresh = (visited: Visit, refresh_token: string) =>
  visited.token({ grant_type: 'refresh_token', refresh_token });

describe('an access token', () => {
  it('is good for two hours, and then refused in the words that engines look for', async () => {
    const { ask, clock } = visit();
    clock.advance(7_199_999);
    expect((await ask('GET /me')).status).toBe(200);
    clock.advance(1);
    const refused = await ask('GET /me');
    expect(refused).toMatchObject({ status: 401, body: { errors: [{ code: 'unauthorized' }] } });
    expect(challenge(refused)).toBe(
      'Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token expired"',
    );
    expect(refused.headers.get('content-type')).toBe('application/json');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('pragma')).toBe('no-cache');
  });

  it('is told apart when it is made up or was revoked', async () => {
    const { ask, simulator, token } = visit();
    expect(challenge(await ask('GET /me', undefined, 'x'))).toContain('The access token is invalid');
    simulator.revoke();
    expect(challenge(await ask('GET /me'))).toContain('The access token was revoked');
    const refresh_token = String(simulator.credentials['refreshToken']);
    expect((await token({ grant_type: 'refresh_token', refresh_token })).status).toBe(401);
  });

  it('ends at once where a script says so, and the refresh token is good then', async () => {
    const visited = visit();
    visited.simulator.expireTokens?.();
    expect(challenge(await visited.ask('GET /me'))).toContain('The access token expired');
    const { body } = await refresh(visited, refreshTokenOf(visited));
    expect((await visited.ask('GET /me', undefined, body.access_token)).status).toBe(200);
  });

  it('of bad credentials is refused, and so is what else they hold', async () => {
    const { ask, token, simulator } = visit();
    const { accessToken, refreshToken, clientSecret } = simulator.badCredentials as Record<string, string>;
    expect((await ask('GET /me', undefined, accessToken)).status).toBe(401);
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken ?? '' };
    expect(await token(form)).toMatchObject({ status: 401, body: { error: 'invalid_grant' } });
    expect(await token({ ...form, client_secret: clientSecret ?? '' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });
});

describe('a refresh', () => {
  it('gives a new refresh token each time, for id and secret in the form or by HTTP Basic', async () => {
    const visited = visit();
    const { body } = await refresh(visited, refreshTokenOf(visited));
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 7200 });
    expect(body.scope).toBe(visited.simulator.switches.scopes.join(' '));
    expect(body.access_token).toMatch(/^[0-9a-f]{64}$/);
    const { clientId, clientSecret } = visited.simulator.credentials;
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token, client_id: '', client_secret: '' };
    const basic = { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` };
    const next = await visited.token(form, basic);
    expect(next.status).toBe(200);
    expect(new Set([refreshTokenOf(visited), body.refresh_token, next.body.refresh_token]).size).toBe(3);
  });

  it('ends the old refresh token at once where the strict rule is on', async () => {
    const visited = visit({ oldRefreshToken: 'never' });
    expect((await refresh(visited, refreshTokenOf(visited))).status).toBe(200);
    expect(await refresh(visited, refreshTokenOf(visited))).toMatchObject({
      status: 401,
      body: { error: 'invalid_grant' },
    });
  });

  it('can otherwise be asked for again until its successor was used', async () => {
    const visited = visit();
    await refresh(visited, refreshTokenOf(visited));
    const { body } = await refresh(visited, refreshTokenOf(visited));
    expect((await refresh(visited, body.refresh_token)).status).toBe(200);
    expect((await refresh(visited, refreshTokenOf(visited))).status).toBe(401);
  });

  it('is refused with another redirect URI', async () => {
    const visited = visit();
    const form = {
      grant_type: 'refresh_token',
      refresh_token: refreshTokenOf(visited),
      redirect_uri: 'https://x.test/',
    };
    expect((await visited.token(form)).status).toBe(401);
    expect((await visited.token({ ...form, redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' })).status).toBe(200);
  });
});

describe('an installation', () => {
  const authorize = (visited: Visit, more: Record<string, string> = {}) => {
    const { clientId, redirectUri } = visited.simulator.credentials as Record<string, string>;
    const query = { client_id: clientId ?? '', redirect_uri: redirectUri ?? '', response_type: 'code', ...more };
    return visited.simulator.fetch(`${visited.simulator.baseUrl}/oauth/authorize?${new URLSearchParams(query)}`);
  };

  it('comes back with a code and the state, and the code is good once', async () => {
    const visited = visit();
    const answer = await authorize(visited, { scope: 'public inbox_read', state: 'st' });
    const back = new URL(answer.headers.get('location') ?? '');
    expect([answer.status, back.searchParams.get('state')]).toEqual([302, 'st']);
    const form = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '' };
    expect((await visited.token({ ...form, redirect_uri: 'https://else.test/' })).status).toBe(401);
    const again = new URL((await authorize(visited, { scope: 'public' })).headers.get('location') ?? '');
    const good = { ...form, code: again.searchParams.get('code') ?? '' };
    const { body } = await visited.token(good);
    expect((await visited.ask('GET /me', undefined, body.access_token)).status).toBe(200);
    expect((await visited.token(good)).status).toBe(401);
  });

  it('shows the code out of band', async () => {
    const visited = visit();
    const redirect_uri = 'urn:ietf:wg:oauth:2.0:oob';
    const page = await (await authorize(visited, { redirect_uri })).text();
    const code = /<code[^>]*>([0-9a-f]+)</.exec(page)?.[1] ?? '';
    expect((await visited.token({ grant_type: 'authorization_code', code, redirect_uri })).status).toBe(200);
  });

  it('is refused for strange applications and addresses', async () => {
    const visited = visit();
    for (const more of [{ client_id: 'x' }, { redirect_uri: 'https://else.test/' }, { response_type: 'token' }]) {
      expect((await authorize(visited, more as Record<string, string>)).status).toBe(401);
    }
  });
});

describe("an application's own token", () => {
  it('sees all its accounts, and no inbox', async () => {
    const clock = createManualClock(new Date('2026-03-02T09:00:00.250Z'));
    const application = createApplication({ clock });
    const [one, other] = ['one', 'other'].map((account) =>
      visit({}, { account, clock, application: () => application }),
    );
    if (!one || !other) throw new Error('there are two');
    const { body } = await one.token({ grant_type: 'client_credentials' });
    expect(body).toMatchObject({ scope: 'public', created_at: 1_772_442_000 });
    expect(body.refresh_token).toBeUndefined();
    const accounts = async (query = '') => (await one.ask(`GET /accounts${query}`, undefined, body.access_token)).body;
    expect((await accounts()).accounts).toHaveLength(2);
    for (const path of ['/inbox/conversations', '/inbox/messages', '/clients', '/applications']) {
      expect((await one.ask(`GET ${path}`, undefined, body.access_token)).status).toBe(403);
    }
    clock.advance(1000);
    other.simulator.revoke();
    const later = await accounts('?updated_since=2026-03-02T09:00:00Z');
    expect(later.meta.deleted_ids).toEqual([Number(other.simulator.accountId)]);
  });
});
