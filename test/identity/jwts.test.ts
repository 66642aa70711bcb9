import { exportSPKI, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { openRaw } from '../helpers/raw-socket.ts';
import { keys, type Visit, visit } from './jwt-visit.ts';

const LIVE = 'subscription { messageAdded { message { body } } }';
const READS = '200 messages:read';
const REFUSED = '401 UNAUTHENTICATED';

let db: Database;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());

const seconds = ({ clock }: Visit, more: number): number => Math.floor(clock.now().getTime() / 1_000) + more;

describe('a JWT of the tenant’s identity provider', () => {
  it.each(['rs', 'ps', 'es', 'ed'] as const)('signed with %s is taken, with the scopes that we know', async (name) => {
    const v = await visit(db);
    expect(await v.viewer(await v.idp.sign(keys[name]))).toBe(READS);
    expect(v.idp.asked).toBe(1);
  });

  it('may name its scopes as a list, and may have none', async () => {
    const v = await visit(db);
    const scope = ['messages:send', 'everything', 'messages:read', 7];
    expect(await v.viewer(await v.idp.sign(keys.es, { scope }))).toBe('200 messages:read messages:send');
    expect(await v.viewer(await v.idp.sign(keys.es, { scope: undefined }))).toBe('200 ');
    expect(await v.viewer(await v.idp.sign(keys.es, { scope: { all: true } }))).toBe('200 ');
  });

  it('is taken by POST, as server-sent events and over a websocket', async () => {
    const v = await visit(db);
    const token = await v.idp.sign(keys.es, { exp: seconds(v, 60) });
    const answer = await v.served.post(LIVE, { token, headers: { accept: 'text/event-stream' } });
    const socket = await openRaw(v.served.url, { authorization: `Bearer ${token}` });
    socket.begin('a', LIVE);
    while (v.served.transport.feeds.readers < 2) await v.viewer(token);
    await v.served.say('hello');
    expect(await socket.answer('a')).toMatchObject({ payload: { data: expect.anything() } });
    v.clock.advance(60_000);
    expect(await socket.closed).toBe(4403);
    const told = await answer.text();
    expect([told.includes('hello'), told.includes('UNAUTHENTICATED')]).toEqual([true, true]);
  });

  it('closes its socket with 4403 when it runs out, though nothing happens', async () => {
    const v = await visit(db);
    const token = await v.idp.sign(keys.es, { exp: seconds(v, 60) });
    const socket = await openRaw(v.served.url, { authorization: `Bearer ${token}` });
    await v.viewer(v.served.token);
    v.clock.advance(59_999);
    await v.viewer(v.served.token);
    expect(socket.isOpen).toBe(true);
    v.clock.advance(1);
    expect(await socket.closed).toBe(4403);
  });

  it('is nobody’s in particular in the log: neither the token nor who it is', async () => {
    const v = await visit(db);
    const good = await v.idp.sign(keys.es);
    const wrong = await v.idp.sign(keys.es, { aud: 'somebody else' });
    expect([await v.viewer(good), await v.viewer(wrong)]).toEqual([READS, REFUSED]);
    expect(v.log.join('')).toContain('"claim":"aud"');
    for (const secret of [good, wrong, 'anna@example.com']) expect(v.log.join('')).not.toContain(secret);
  });
});

describe('a JWT that is not good', () => {
  it.each<[string, (v: Visit) => object]>([
    ['has run out', (v) => ({ exp: seconds(v, 0) })],
    ['never runs out', () => ({ exp: undefined })],
    ['begins later', (v) => ({ nbf: seconds(v, 61) })],
    ['was made later', (v) => ({ iat: seconds(v, 61) })],
    ['is of another issuer', () => ({ iss: 'https://evil.example.com/' })],
    ['is for somebody else', () => ({ aud: 'another' })],
    ['is for nobody', () => ({ aud: undefined })],
    ['is of nobody', () => ({ sub: undefined })],
    ['names no tenant', () => ({ tenant: undefined })],
    ['names a tenant that is not there', () => ({ tenant: 'nowhere' })],
    ['names a tenant that cannot be', () => ({ tenant: 'a\0b' })],
    ['names two tenants', (v) => ({ tenant: [v.served.estate.scope.tenantId] })],
  ])('because it %s is refused as any wrong token is', async (_title, claims) => {
    const v = await visit(db);
    const answer = await v.served.post('{ viewer { scopes } }', { token: await v.idp.sign(keys.es, claims(v)) });
    const wrong = await v.served.post('{ viewer { scopes } }', { token: 'parley_wrong' });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toBe(await wrong.text());
  });

  it('by no more than a minute of our clock is good all the same, but for its end', async () => {
    const v = await visit(db);
    const claims = { nbf: seconds(v, 60), iat: seconds(v, 60) };
    expect(await v.viewer(await v.idp.sign(keys.es, claims))).toBe(READS);
  });

  it('because it is not signed, or with a secret that everybody knows, is refused', async () => {
    const v = await visit(db);
    const [, payload] = (await v.idp.sign(keys.rs)).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const pem = new TextEncoder().encode(await exportSPKI((await importJWK(keys.rs.jwk)) as CryptoKey));
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<string, unknown>;
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'rs' }).sign(pem);
    const tampered = (await v.idp.sign(keys.rs)).replace(/\.[\w-]+\./, `.${payload?.slice(0, -4)}AAAA.`);
    for (const token of [`${none}.${payload}.`, `${none}.${payload}.AA`, confused, tampered])
      expect(await v.viewer(token)).toBe(REFUSED);
  });

  it('because it was signed by another key, under a name of ours, is refused', async () => {
    const v = await visit(db);
    expect(await v.viewer(await v.idp.sign(keys.other, {}, { kid: 'es' }))).toBe(REFUSED);
  });
});

describe('what a JWT allows', () => {
  it('is what it says and no more, also in what is shared among subscribers', async () => {
    const v = await visit(db);
    const reads = await v.idp.sign(keys.es);
    const sends = await v.idp.sign(keys.es, { scope: 'messages:send' });
    const answer = await v.served.post('{ eventCursor tokens { id } }', { token: reads });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    const sockets = await Promise.all(
      [reads, sends].map((token) => openRaw(v.served.url, { authorization: `Bearer ${token}` })),
    );
    for (const socket of sockets) socket.begin('a', LIVE);
    expect(await sockets[1]?.answer('a')).toMatchObject({
      payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    while (v.served.transport.feeds.readers < 1) await v.viewer(reads);
    await v.served.say('hello');
    expect(await sockets[0]?.answer('a')).toMatchObject({ payload: { data: expect.anything() } });
    for (const socket of sockets) socket.close();
  });
});
