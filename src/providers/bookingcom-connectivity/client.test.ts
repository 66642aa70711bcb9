import { expect, test } from 'vitest';
import { ProviderError } from '../../domain/errors.ts';
import { brand } from '../../domain/ids.ts';
import { connectivityCredentials } from './credentials.ts';
import {
  address,
  call,
  conversationId,
  createMemory,
  credentials,
  refused,
  scriptedBooking,
} from './fixtures/scripted-booking.ts';
import thread from './fixtures/thread.json' with { type: 'json' };
import { bookingcomConnectivity } from './index.ts';

const key = { externalId: null, address };
const answer = () => thread.data;

test('a request carries the token, the version and nothing of the secret', async () => {
  const { adapter, all } = scriptedBooking(answer);
  await adapter.conversations([key], call);
  const [exchange, read] = all;
  expect(exchange).toMatchObject({ method: 'POST', path: '/token-based-authentication/exchange' });
  expect(exchange?.body).toEqual({ client_id: 'client-1', client_secret: 'secret-of-client-1' });
  expect(read?.headers.get('authorization')).toMatch(/^Bearer ey/);
  expect(read?.headers.get('accept-version')).toBe('1.2');
  const other = scriptedBooking(answer, { version: '1.3' });
  await other.adapter.conversations([key], call);
  expect(other.seen()[0]?.headers.get('accept-version')).toBe('1.3');
});

test('the name that the provider gives a request is noted for each, answered or refused', async () => {
  const { adapter, notes } = scriptedBooking(({ path }) => (path.endsWith('latest') ? refused(403) : thread.data));
  await adapter.conversations([key], call);
  await adapter.pull?.(null, call).catch(() => null);
  expect(notes).toEqual([
    { operation: 'token', status: 200, requestId: 'ruid-token-1' },
    { operation: 'conversations', status: 200, requestId: 'ruid-1' },
    { operation: 'pull', status: 403, requestId: 'ruid-403' },
  ]);
});

test('a token is used for 55 of its 60 minutes, by all adapters of one memory', async () => {
  const { adapter, world, deps } = scriptedBooking(answer);
  const second = bookingcomConnectivity.connect(credentials, deps);
  await Promise.all([adapter.conversations([key], call), second.conversations([key], call)]);
  world.now = new Date('2026-03-14T10:54:59Z');
  await adapter.conversations([key], call);
  expect(world.tokens).toBe(1);
  world.now = new Date('2026-03-14T10:55:01Z');
  await Promise.all(Array.from({ length: 50 }, () => second.conversations([key], call)));
  expect(world.tokens).toBe(2);
});

test('200 calls on a token that is refused take one new token', async () => {
  const bad = new Set<string | null>();
  const { adapter, world, seen } = scriptedBooking(({ headers }) =>
    bad.has(headers.get('authorization')) ? refused(401) : thread.data,
  );
  await adapter.conversations([key], call);
  bad.add(seen()[0]?.headers.get('authorization') ?? null);
  const slots = await Promise.all(Array.from({ length: 200 }, () => adapter.conversations([key], call)));
  for (const [slot] of slots) expect(slot).toMatchObject({ ok: true });
  expect(world.tokens).toBe(2);
});

test('a new token that is refused too is an auth error, and never more than 30 are taken in an hour', async () => {
  const { adapter, world } = scriptedBooking(() => refused(401));
  for (let turn = 0; turn < 50; turn += 1) {
    const [slot] = await adapter.conversations([key], call);
    const kind = slot?.ok === false ? slot.error.kind : 'none';
    expect(kind).toBe(world.tokens < 30 || turn < 29 ? 'auth' : 'rate-limited');
  }
  expect(world.tokens).toBe(30);
  world.now = new Date('2026-03-14T11:00:01Z');
  await adapter.conversations([key], call);
  expect(world.tokens).toBeGreaterThan(30);
});

test('refused credentials are an auth error that shows no secret', async () => {
  for (const status of [400, 401, 403]) {
    const fetch = async () => Response.json({ error: credentials.clientSecret }, { status });
    const adapter = bookingcomConnectivity.connect(credentials, {
      fetch,
      now: () => new Date(0),
      memory: createMemory(),
    });
    const error = await adapter.verify(call).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ kind: 'auth', noEffect: true });
    expect(String(error)).not.toContain(credentials.clientSecret);
  }
});

test('the upstream account is the machine account, proved anew whatever token is held', async () => {
  const { adapter, world } = scriptedBooking(answer);
  expect(await adapter.verify(call)).toEqual({ identity: '4711', title: null });
  await adapter.verify(call);
  expect(world.tokens).toBe(2);
});

test('statuses become kinds, with the words of the answer and when to come back', async () => {
  const kinds = { 400: 'invalid', 403: 'forbidden', 429: 'rate-limited', 500: 'unavailable', 302: 'protocol' };
  for (const [status, kind] of Object.entries(kinds)) {
    const { adapter } = scriptedBooking(() => refused(Number(status), 'To many requests', { 'retry-after': '7' }));
    const [slot] = await adapter.conversations([key], call);
    const error = slot?.ok === false ? slot.error : null;
    expect(error).toMatchObject({ kind, detail: `answered ${status}: To many requests` });
    if (status === '429') expect(error?.retryAt).toEqual(new Date('2026-03-14T10:00:07Z'));
  }
});

test('an answer that is no envelope, or says of itself that it is not ok, is a protocol error', async () => {
  const bodies = [
    '<html>',
    '[]',
    '{}',
    '42',
    '{"data":null}',
    '{"data":{"ok":false}}',
    '{"data":{"ok":"false"},"errors":[7]}',
  ];
  for (const body of bodies) {
    const { adapter } = scriptedBooking(() => new Response(body));
    const [slot] = await adapter.conversations([key], call);
    expect(slot).toMatchObject({ ok: false, error: { kind: 'protocol' } });
  }
});

test('an error that comes with status 200 is taken at its word', async () => {
  const body = { data: null, errors: [{ code: '403', message: 'read only' }] };
  const { adapter } = scriptedBooking(() => Response.json(body));
  const conversation = { externalId: null, address };
  const message = { conversation: { ...conversation, externalId: null }, body: 'Hello', attachments: [] };
  expect(await adapter.send(message, call)).toMatchObject({ kind: 'rejected', error: { kind: 'forbidden' } });
});

test('credentials are strict, and what is left out stays out', () => {
  const { baseUrl: _, ...given } = credentials;
  expect(connectivityCredentials.parse(given)).toEqual({
    ...given,
    baseUrl: 'https://supply-xml.booking.com/messaging',
  });
  expect(connectivityCredentials.parse({ ...given, baseUrl: 'http://127.0.0.1:5//' }).baseUrl).toBe(
    'http://127.0.0.1:5',
  );
  const wrong = [
    ...[{ colour: 'green' }, { propertyIds: [] }, { propertyIds: ['../1'] }, { version: '2.0' }, { clientId: ' ' }],
    ...[
      { webhook: { clientId: 'a' } },
      { webhook: { clientId: 'a', clientSecret: 'short' } },
      { baseUrl: 'ftp://x.test' },
    ],
  ];
  for (const fields of wrong) expect(connectivityCredentials.safeParse({ ...given, ...fields }).success).toBe(false);
});

test('a host that plays the API plays the exchange too, so that secrets stay with it', async () => {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    return new Response('', { status: 500 });
  };
  const deps = { fetch, now: () => new Date(0), memory: createMemory() };
  const bases = ['https://supply-xml.booking.com/messaging', 'http://127.0.0.1:5'];
  for (const baseUrl of bases)
    await bookingcomConnectivity
      .connect({ ...credentials, baseUrl }, deps)
      .verify(call)
      .catch(() => null);
  const own = { ...credentials, authBaseUrl: 'https://auth.test' };
  await bookingcomConnectivity
    .connect(own, deps)
    .verify(call)
    .catch(() => null);
  expect(urls).toEqual([
    'https://connectivity-authentication.booking.com/token-based-authentication/exchange',
    'http://127.0.0.1:5/token-based-authentication/exchange',
    'https://auth.test/token-based-authentication/exchange',
  ]);
});

test('an id that could lead elsewhere is asked nowhere', async () => {
  const { adapter, seen } = scriptedBooking(answer);
  for (const externalId of ['..', '.', '']) {
    const [slot] = await adapter.conversations([{ externalId: brand(externalId), address }], call);
    expect(slot).toEqual({ ok: true, value: null });
  }
  await adapter.conversations([{ externalId: brand(`${conversationId}/../x?y=#`), address }], call);
  expect(seen().map(({ path }) => path)).toEqual([
    `/properties/7000001/conversations/${encodeURIComponent(`${conversationId}/../x?y=#`)}`,
  ]);
});
