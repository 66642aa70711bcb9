import { describe, expect, it } from 'vitest';
import { CreateTokenDocument, RevokeTokenDocument, TokensDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { follow } from '../helpers/follower.ts';

const MINUTE_MS = 60_000;
const VIEWER = '{ viewer { scopes } }';

async function make(t: TestApp, input: object = {}, token = t.token) {
  const wanted = { name: 'front desk', scopes: ['messages:read'], ...input };
  const { data, errors } = await t.gql(CreateTokenDocument, { input: wanted }, token);
  expect(errors).toEqual([]);
  return data.createToken;
}

const scopesOf = async (t: TestApp, token: string) =>
  (await t.ask<{ viewer: { scopes: readonly string[] } }>(VIEWER, {}, token)).data.viewer?.scopes;

describe('a token', () => {
  it('is made with some of its maker’s scopes, shown once, and listed without its text', async () => {
    const t = await testApp({ idle: true });
    // The test's own token must be the older one, to the millisecond.
    await t.clock.pass(MINUTE_MS);
    const expiresAt = new Date(t.clock.now().getTime() + MINUTE_MS).toISOString();
    const { token, text, errors } = await make(t, { expiresAt });
    expect(errors).toEqual([]);
    expect(token).toMatchObject({ name: 'front desk', scopes: ['messages:read'], expiresAt });
    expect(await scopesOf(t, text ?? '')).toEqual(['messages:read']);
    const listed = await t.gql(TokensDocument);
    expect(listed.data.tokens.map(({ name }) => name)).toEqual(['front desk', 'test']);
    expect(listed.text).not.toContain(text);
    await t.clock.pass(MINUTE_MS);
    expect(await scopesOf(t, text ?? '')).toBeUndefined();
  });

  it('says when it was last used, to the minute', async () => {
    const t = await testApp({ idle: true });
    const used = async () => (await t.gql(TokensDocument)).data.tokens[0]?.lastUsedAt;
    await used();
    await t.db.pool.query('SELECT 1');
    const first = await used();
    expect(first).not.toBeNull();
    await t.clock.pass(MINUTE_MS / 2);
    await used();
    expect(await used()).toBe(first);
    await t.clock.pass(MINUTE_MS);
    await used();
    await t.db.pool.query('SELECT 1');
    expect(await used()).not.toBe(first);
  });

  it('cannot hand on what it may not do itself, nor be made of nonsense', async () => {
    const t = await testApp({ idle: true });
    const manager = await make(t, { scopes: ['tokens:manage', 'messages:read'] });
    const codes = async (input: object) =>
      (await make(t, input, manager.text ?? '')).errors.map(({ code, path }) => [code, ...path].join(' '));
    expect(await codes({ scopes: ['messages:send'] })).toEqual(['FORBIDDEN scopes']);
    expect(await codes({ scopes: ['everything'] })).toEqual(['INVALID scopes']);
    expect(await codes({ scopes: [] })).toEqual(['INVALID scopes']);
    expect(await codes({ name: ' ' })).toEqual(['INVALID name']);
    expect(await codes({ expiresAt: '2020-01-01T00:00:00Z' })).toEqual(['INVALID expiresAt']);
    expect((await t.gql(TokensDocument)).data.tokens).toHaveLength(2);
  });

  it('without the scope for it neither lists, makes nor revokes any', async () => {
    const t = await testApp({ idle: true });
    const { text, token } = await make(t);
    const answers = [
      await t.gql(TokensDocument, {}, text ?? ''),
      await t.gql(CreateTokenDocument, { input: { name: 'x', scopes: ['messages:read'] } }, text ?? ''),
      await t.gql(RevokeTokenDocument, { tokenId: token?.id ?? '' }, text ?? ''),
    ];
    for (const { errors } of answers) expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('of another tenant is neither listed nor revoked', async () => {
    const t = await testApp({ idle: true });
    const { token, text } = await make(t);
    const rival = await t.tokenFor('rival');
    expect((await t.gql(TokensDocument, {}, rival)).data.tokens.map(({ name }) => name)).toEqual(['test']);
    const { data } = await t.gql(RevokeTokenDocument, { tokenId: token?.id ?? '' }, rival);
    expect(data.revokeToken).toEqual({ token: null, errors: [{ code: 'NOT_FOUND', path: ['tokenId'] }] });
    expect(await scopesOf(t, text ?? '')).toEqual(['messages:read']);
  });
});

describe('revoking a token', () => {
  it('ends it, and the sockets that live by it, at once where it is done', async () => {
    const t = await testApp({ idle: true });
    const { url } = await t.listen();
    const { token, text } = await make(t);
    const follower = follow(url, text ?? '');
    await follower.connected;
    while (t.app.transport.feeds.readers === 0) await t.db.pool.query('SELECT 1');
    const ended = follower.has(1);
    const { data } = await t.gql(RevokeTokenDocument, { tokenId: token?.id ?? '' });
    expect(data.revokeToken.errors).toEqual([]);
    await expect(ended).rejects.toThrow('UNAUTHENTICATED');
    expect(await scopesOf(t, text ?? '')).toBeUndefined();
  });

  it('does so within 5 seconds where nobody is told, though nothing happens meanwhile', async () => {
    const t = await testApp({ idle: true });
    const { url } = await t.listen();
    const { token, text } = await make(t);
    const follower = follow(url, text ?? '');
    await follower.connected;
    while (t.app.transport.feeds.readers === 0) await t.db.pool.query('SELECT 1');
    const ended = follower.has(1);
    const quiet = expect(ended).rejects.toThrow('UNAUTHENTICATED');
    await t.db.pool.query('UPDATE token SET revoked_at = now() WHERE id = $1', [token?.id]);
    for (let passed = 0; passed < 5_000; passed += 500) {
      await t.clock.pass(500);
      await t.db.pool.query('SELECT 1');
    }
    await quiet;
  });
});
