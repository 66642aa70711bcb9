import { expect, test } from 'vitest';
import { ProviderError } from '../../domain/errors.ts';
import { lavandaCredentials } from './credentials.ts';
import { modern } from './fixtures/schema-variants.ts';
import { call, createMemory, credentials, type Seen, scriptedLavanda } from './fixtures/scripted-lavanda.ts';
import unauthenticated from './fixtures/unauthenticated.json' with { type: 'json' };
import { lavanda } from './index.ts';

const key = { externalId: null, address: { booking: 'bk_1' } };
const nothing = { k0: { booking: null } };
const bearer = ({ headers }: Seen) => headers.get('authorization');

test('every request names the caller, and every document carries the token', async () => {
  const { adapter, seen } = scriptedLavanda(() => nothing);
  await adapter.conversations([key], call);
  expect(seen.map(({ url }) => url)[0]).toBe('https://lavanda.test/v1/oauth2/token');
  for (const { headers } of seen) expect(headers.get('x-api-client-name')).toBe('parley');
  for (const one of seen.slice(1)) expect(one.url).toBe('https://lavanda.test/v1');
  for (const one of seen.slice(1)) expect(bearer(one)).toBe('Bearer token-1');
});

test('a token is taken again a little before it expires, and not sooner', async () => {
  const { adapter, world } = scriptedLavanda(() => nothing);
  await adapter.conversations([key], call);
  world.now = new Date('2026-03-02T10:58:59Z');
  await adapter.conversations([key], call);
  expect(world.tokens).toBe(1);
  world.now = new Date('2026-03-02T10:59:01Z');
  await adapter.conversations([key], call);
  expect(world.tokens).toBe(2);
});

for (const [shape, refusal] of [
  ['status 401', () => new Response('', { status: 401 })],
  ['an error in an answer of 200', () => Response.json(unauthenticated)],
  ['an error in an answer of 200 with empty data', () => Response.json({ ...unauthenticated, data: { k0: null } })],
] as const) {
  test(`200 calls on a token that is refused by ${shape} take one new token`, async () => {
    let refused = '';
    const { adapter, world } = scriptedLavanda((seen) => (bearer(seen) === refused ? refusal() : nothing));
    await adapter.conversations([key], call);
    refused = 'Bearer token-1';
    await Promise.all(Array.from({ length: 200 }, () => adapter.conversations([key], call)));
    expect(world.tokens).toBe(2);
  });

  test(`a new token that is refused too by ${shape} is an auth error after two tries`, async () => {
    const { adapter, documents } = scriptedLavanda(refusal);
    await expect(adapter.conversations([key], call)).rejects.toMatchObject({ kind: 'auth', noEffect: true });
    expect(documents()).toHaveLength(2);
  });
}

test('a token is shared by all adapters of one memory', async () => {
  const { adapter, world, deps } = scriptedLavanda(() => nothing);
  const second = lavanda.connect(credentials, deps);
  await Promise.all([adapter.conversations([key], call), second.conversations([key], call)]);
  expect(world.tokens).toBe(1);
});

test('what is kept for another client is not used', async () => {
  const { adapter, world, deps } = scriptedLavanda(() => nothing);
  await adapter.conversations([key], call);
  await lavanda.connect({ ...credentials, clientId: 'client-2' }, deps).conversations([key], call);
  expect(world.tokens).toBe(2);
});

test('refused credentials are an auth error that shows no secret', async () => {
  for (const status of [400, 401, 403]) {
    const body = { error: 'invalid_client', error_description: credentials.clientSecret };
    const fetch = async () => Response.json(body, { status });
    const adapter = lavanda.connect(credentials, { fetch, now: () => new Date(0), memory: createMemory() });
    const error = await adapter.verify(call).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ kind: 'auth', noEffect: true });
    expect(String(error)).not.toContain(credentials.clientSecret);
  }
});

test('the credentials are proved anew, whatever token is held', async () => {
  const { adapter, world } = scriptedLavanda(() => ({ k0: { nodes: [] } }), { variant: modern });
  expect(await adapter.verify(call)).toEqual({ identity: 'client-1', title: null });
  await adapter.verify(call);
  expect(world.tokens).toBe(2);
});

test('statuses become kinds, and a limit says when to come back', async () => {
  const kinds = {
    403: 'forbidden',
    404: 'not-found',
    429: 'rate-limited',
    500: 'unavailable',
    503: 'unavailable',
    302: 'protocol',
  };
  for (const [status, kind] of Object.entries(kinds)) {
    const { adapter } = scriptedLavanda(
      () => new Response('', { status: Number(status), headers: { 'retry-after': '7' } }),
    );
    const error = await adapter.conversations([key], call).catch((thrown) => thrown);
    expect(error).toMatchObject({ kind });
    if (status === '429') expect(error.retryAt).toEqual(new Date('2026-03-02T10:00:07Z'));
  }
});

test('an answer that is no GraphQL answer is a protocol error', async () => {
  for (const body of ['<html>', '[]', '{}', '{"data":null}', '']) {
    const { adapter } = scriptedLavanda(() => new Response(body));
    await expect(adapter.conversations([key], call)).rejects.toMatchObject({ kind: 'protocol' });
  }
});

test('a failing connection is told as unavailable, and an aborted call as a timeout', async () => {
  const { adapter } = scriptedLavanda(() => Promise.reject(new TypeError('fetch failed')));
  await expect(adapter.conversations([key], call)).rejects.toMatchObject({ kind: 'unavailable' });
  const gone = { ...call, signal: AbortSignal.abort() };
  await expect(adapter.conversations([key], gone)).rejects.toMatchObject({ kind: 'timeout' });
});

test('a spelling that changed is learned anew once, and the call goes on', async () => {
  const { adapter, world, seen } = scriptedLavanda(() => nothing);
  await adapter.conversations([key], call);
  world.variant = modern;
  await expect(adapter.conversations([key], call)).resolves.toEqual([{ ok: true, value: null }]);
  expect(seen.filter(({ body }) => body.query?.includes('__schema'))).toHaveLength(2);
});

test('a document that stays refused is not learned about again and again', async () => {
  const refusal = { errors: [{ message: 'No', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
  const { adapter, seen } = scriptedLavanda(() => Response.json(refusal));
  for (let turn = 0; turn < 3; turn++) {
    await expect(adapter.conversations([key], call)).rejects.toMatchObject({ kind: 'invalid' });
  }
  expect(seen.filter(({ body }) => body.query?.includes('__schema'))).toHaveLength(2);
});

test('credentials are strict, and the base URL has no slash at its end', () => {
  const { baseUrl: _, ...given } = credentials;
  expect(lavandaCredentials.parse(given).baseUrl).toBe('https://platapi.lavanda.app');
  expect(lavandaCredentials.parse({ ...given, baseUrl: 'http://127.0.0.1:5000//' }).baseUrl).toBe(
    'http://127.0.0.1:5000',
  );
  for (const wrong of [{ apiKey: 'x' }, { clientId: '' }, { workspaceIds: [] }, { baseUrl: 'ftp://x.test' }])
    expect(lavandaCredentials.safeParse({ ...given, ...wrong }).success).toBe(false);
});
