import { expect, test } from 'vitest';
import { ProviderError } from '../../domain/errors.ts';
import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import { demandCredentials } from './credentials.ts';
import refused from './fixtures/refused.json' with { type: 'json' };
import { call, credentials, scriptedDemand } from './fixtures/scripted-demand.ts';
import { bookingcomDemand } from './index.ts';

const nothing = { request_id: 'r-1', data: { messages: [] } };
const answering = (body: JsonObject | string, status: number, headers: HeadersInit = {}) =>
  scriptedDemand(() => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));

test('every request is a POST that carries the key and the affiliate id', async () => {
  const { adapter, seen } = scriptedDemand(() => nothing);
  await adapter.pull?.(null, call);
  await adapter.confirm?.({ head: null, messages: ['m-1'] }, call);
  expect(seen.map(({ url }) => url)).toEqual([
    'https://demand.test/3.2/messages/latest',
    'https://demand.test/3.2/messages/latest/confirm',
  ]);
  for (const { method, headers } of seen) {
    expect(method).toBe('POST');
    expect(headers.get('authorization')).toBe(`Bearer ${credentials.token}`);
    expect(headers.get('x-affiliate-id')).toBe('1234567');
    expect([headers.get('content-type'), headers.get('accept')]).toEqual(['application/json', 'application/json']);
  }
});

test('credentials are proved by one look, which names the affiliate', async () => {
  const { adapter, seen } = scriptedDemand(() => nothing);
  expect(await adapter.verify(call)).toEqual({ identity: '1234567', title: 'Affiliate 1234567' });
  expect(seen).toHaveLength(1);
});

test('an account that may not use messaging is told why', async () => {
  const { adapter } = answering('', 500);
  await expect(adapter.verify(call)).rejects.toMatchObject({
    kind: 'unavailable',
    detail: expect.stringContaining('onboarded'),
  });
});

test('statuses become kinds, and a limit says when to come back', async () => {
  const kinds = {
    400: 'invalid',
    401: 'auth',
    403: 'forbidden',
    404: 'not-found',
    415: 'invalid',
    429: 'rate-limited',
  };
  for (const [status, kind] of Object.entries({ ...kinds, 500: 'unavailable', 503: 'unavailable', 302: 'protocol' })) {
    const { adapter } = answering(refused, Number(status), { 'retry-after': '60' });
    const error = await adapter.verify(call).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ kind, provider: 'bookingcom-demand' });
    if (status === '429') expect(error.retryAt).toEqual(new Date('2026-03-14T10:01:00Z'));
  }
});

test("a refusal is told in the provider's words, with its id of the request", async () => {
  const { adapter } = answering(refused, 400);
  const error = await adapter.verify(call).catch((thrown) => thrown);
  expect(error.detail).toContain('missing_parameter: conversation is required.');
  expect(error.detail).toContain('request 01J0FACE0000000000000000AA');
});

test('neither the key nor what people wrote is shown in a refusal', async () => {
  const body = 'My door code is "4711"\nand my name is Mara';
  const quote = JSON.stringify({ id: 'invalid_parameter', message: `${body} by ${credentials.token}` });
  const { adapter } = answering(`{"errors":[${quote}]}`, 400);
  const conversation = { externalId: brand<never>('c-1'), address: { accommodation: '7' } };
  const outcome = await adapter.send({ conversation, body, attachments: [] }, call);
  expect(JSON.stringify(outcome)).not.toContain('4711');
  expect(JSON.stringify(outcome)).not.toContain(credentials.token);
});

test("the provider's id of each request is noted, whatever became of it", async () => {
  const { adapter, noted } = scriptedDemand(({ url }) =>
    url.endsWith('confirm') ? Response.json(refused, { status: 400 }) : nothing,
  );
  await adapter.pull?.(null, call);
  await adapter.confirm?.({ head: null, messages: [] }, call).catch(() => null);
  expect(noted).toEqual([
    { operation: 'latest', status: 200, requestId: 'r-1' },
    { operation: 'latest/confirm', status: 400, requestId: '01J0FACE0000000000000000AA' },
  ]);
});

test('an answer that is no answer is a protocol error', async () => {
  for (const body of [
    '<html>',
    '[]',
    '{}',
    '{"data":null}',
    '{"data":[]}',
    '{"data":{"messages":{}}}',
    '',
    '42',
    'null',
  ]) {
    const { adapter } = answering(body, 200);
    await expect(adapter.pull?.(null, call)).rejects.toMatchObject({ kind: 'protocol' });
  }
});

test('a failing connection is told as unavailable, and an aborted call as a timeout that asked nobody', async () => {
  const { adapter, seen } = scriptedDemand(() => Promise.reject(new TypeError('fetch failed')));
  await expect(adapter.verify(call)).rejects.toMatchObject({ kind: 'unavailable' });
  const gone = { ...call, signal: AbortSignal.abort() };
  await expect(adapter.verify(gone)).rejects.toMatchObject({ kind: 'timeout', noEffect: true });
  expect(seen).toHaveLength(1);
});

test('the version says which host is asked, unless a base URL does', () => {
  const { baseUrl: _, ...given } = credentials;
  expect(demandCredentials.parse(given).baseUrl).toBe('https://demandapi.booking.com/3.2');
  expect(demandCredentials.parse({ ...given, version: '3.1' }).baseUrl).toBe('https://demandapi.booking.com/3.1');
  const sandbox = 'https://demandapi-sandbox.booking.com/3.1';
  expect(demandCredentials.parse({ ...given, baseUrl: `${sandbox}/` }).baseUrl).toBe(sandbox);
  expect(demandCredentials.parse({ ...given, baseUrl: sandbox, version: '3.1' }).baseUrl).toBe(sandbox);
  expect(demandCredentials.safeParse({ ...given, baseUrl: sandbox, version: '3.2' }).success).toBe(false);
});

test('credentials are strict, and an affiliate id may come as a number', () => {
  const { baseUrl: _, ...given } = credentials;
  expect(demandCredentials.parse({ ...given, affiliateId: 1234567 }).affiliateId).toBe('1234567');
  const wrong = [{ apiKey: 'x' }, { token: '' }, { token: 'a\nb' }, { affiliateId: 'mine' }, { affiliateId: 1.5 }];
  for (const one of [...wrong, { version: '3.3' }, { baseUrl: 'ftp://x.test' }])
    expect(demandCredentials.safeParse({ ...given, ...one }).success).toBe(false);
  expect(bookingcomDemand.budgetKey(demandCredentials.parse(given))).toBe('1234567');
});
