import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { testDatabase } from '../helpers/database.ts';
import { keys, visit } from './jwt-visit.ts';

const READS = '200 messages:read';
const REFUSED = '401 UNAUTHENTICATED';
const DOWN = '503 IDENTITY_UNAVAILABLE';
const MINUTE_MS = 60_000;

let db: Database;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());

describe('the keys of an identity provider', () => {
  it('are read once for all who need them, and again after ten minutes', async () => {
    const v = await visit(db);
    const tokens = await Promise.all(Array.from({ length: 10 }, (_, i) => v.idp.sign(keys.es, { sub: `${i}` })));
    for (const said of await Promise.all(tokens.map(v.viewer))) expect(said).toBe(READS);
    v.clock.advance(9 * MINUTE_MS);
    await v.viewer(tokens[0] ?? '');
    expect(v.idp.asked).toBe(1);
    v.clock.advance(2 * MINUTE_MS);
    await v.viewer(tokens[0] ?? '');
    expect(v.idp.asked).toBe(2);
  });

  it('are read again for a key that is new, but not again and again for keys that somebody makes up', async () => {
    const v = await visit(db);
    expect(await v.viewer(await v.idp.sign(keys.es))).toBe(READS);
    v.idp.keys = [keys.other.jwk];
    v.clock.advance(MINUTE_MS);
    expect(await v.viewer(await v.idp.sign(keys.other))).toBe(READS);
    expect(v.idp.asked).toBe(2);
    for (let i = 0; i < 50; i += 1)
      expect(await v.viewer(await v.idp.sign(keys.es, {}, { kid: `made up ${i}` }))).toBe(REFUSED);
    expect(v.idp.asked).toBe(2);
  });

  it('that are withdrawn are good for no more than eleven minutes, for sockets too', async () => {
    const v = await visit(db);
    const token = await v.idp.sign(keys.es);
    const socket = v.served.socket({ token });
    const closed = new Promise((resolve) => socket.on('closed', resolve));
    const next = socket.iterate({ query: 'subscription { messageAdded { cursor } }' }).next();
    while (v.served.transport.feeds.readers < 1) await v.viewer(token);
    v.idp.keys = [keys.other.jwk];
    for (let passed = 0; passed < 11; passed += 1) {
      v.clock.advance(MINUTE_MS);
      // Time for the client to answer the ping of that minute.
      for (let turn = 0; turn < 3; turn += 1) await v.viewer(v.served.token);
    }
    expect(await v.viewer(token)).toBe(REFUSED);
    expect((await next).value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await closed).toMatchObject({ code: 4403 });
  });
});

describe('an identity provider whose keys cannot be read', () => {
  it.each<[string, NonNullable<Awaited<ReturnType<typeof visit>>['idp']['answer']>]>([
    ['breaks off', (request) => request.socket.destroy()],
    ['fails', (_, response) => response.writeHead(500).end()],
    ['sends us elsewhere', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['talks nonsense', (_, response) => response.end('<html>')],
    ['answers without keys', (_, response) => response.end('{"keys":7}')],
    ['talks without end', (_, response) => response.end(`{"keys":[],"a":"${'a'.repeat(300_000)}"}`)],
  ])('because it %s is said to be the one, and our own tokens go on working', async (_title, answer) => {
    const v = await visit(db);
    v.idp.answer = answer;
    const token = await v.idp.sign(keys.es);
    expect(await v.viewer(token)).toBe(DOWN);
    expect(await v.viewer(v.served.token)).toMatch(/^200 /);
    expect([await v.viewer(token), v.idp.asked]).toEqual([DOWN, 1]);
    v.idp.answer = null;
    v.clock.advance(5_000);
    expect(await v.viewer(token)).toBe(READS);
  });

  it('because it says nothing is waited for three seconds, by nobody but those who bring its JWTs', async () => {
    const v = await visit(db);
    const asked = Promise.withResolvers<void>();
    v.idp.answer = () => asked.resolve();
    const answer = v.viewer(await v.idp.sign(keys.es));
    await asked.promise;
    expect(await v.viewer(v.served.token)).toMatch(/^200 /);
    v.clock.advance(3_000);
    expect(await answer).toBe(DOWN);
  });

  it('does not end those whose keys are known, for an hour', async () => {
    const v = await visit(db);
    const token = await v.idp.sign(keys.es, { exp: Math.floor(v.clock.now().getTime() / 1_000) + 86_400 });
    expect(await v.viewer(token)).toBe(READS);
    v.idp.answer = (_, response) => response.writeHead(500).end();
    v.clock.advance(59 * MINUTE_MS);
    expect(await v.viewer(token)).toBe(READS);
    expect(await v.viewer(await v.idp.sign(keys.other))).toBe(DOWN);
    v.clock.advance(2 * MINUTE_MS);
    expect(await v.viewer(token)).toBe(DOWN);
  });

  it('is told over a websocket by operation', async () => {
    const v = await visit(db);
    v.idp.answer = (_, response) => response.writeHead(500).end();
    const client = v.served.socket({ token: await v.idp.sign(keys.es) });
    const refused = await new Promise((resolve) =>
      client.subscribe({ query: '{ viewer { scopes } }' }, { next: resolve, error: resolve, complete: () => {} }),
    );
    expect(refused).toMatchObject([{ extensions: { code: 'IDENTITY_UNAVAILABLE' } }]);
    await client.dispose();
  });
});
