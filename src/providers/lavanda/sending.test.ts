import { expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import type { OutgoingMessage } from '../contract.ts';
import { documented, modern } from './fixtures/schema-variants.ts';
import { call, credentials, type Script, scriptedLavanda } from './fixtures/scripted-lavanda.ts';
import sent from './fixtures/sent.json' with { type: 'json' };
import { lavanda } from './index.ts';

const message: OutgoingMessage = {
  conversation: { externalId: brand('cv_9001'), address: { booking: 'bk_7001' } },
  body: 'See you at "three"',
  attachments: [],
};

const errorOf = (code: string | null, status = 200, data: object | null = null) =>
  Response.json(
    { data, errors: [{ message: `no "${message.body}"`, extensions: code === null ? {} : { code } }] },
    { status },
  );

async function send(script: Script, variant = documented) {
  const lavanda = scriptedLavanda(script, { variant });
  return { ...lavanda, outcome: await lavanda.adapter.send(message, call) };
}

test('a message goes out as ours, its text a variable, and is accepted with its id', async () => {
  for (const variant of [documented, modern]) {
    const { outcome, documents, world } = await send(() => sent.data, variant);
    expect(outcome).toEqual({ kind: 'accepted', id: 'ms_3', at: world.now, notes: [] });
    const body = documents()[0]?.body;
    expect(body?.variables).toEqual({ conversationId: 'cv_9001', body: message.body, sentBy: 'us' });
    expect(body?.query).not.toContain('participant');
  }
});

test('an id that is not told is still an acceptance', async () => {
  const { outcome } = await send(() => ({ conversations: { sendMessage: {} } }));
  expect(outcome).toMatchObject({ kind: 'accepted', id: null });
});

test('clear refusals are rejections', async () => {
  const codes = ['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'FORBIDDEN', 'UNAUTHENTICATED', 'NOT_FOUND'];
  for (const code of codes) {
    const { outcome } = await send(() => errorOf(code, 200, { conversations: null }));
    expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
  }
  for (const status of [400, 401, 403, 404, 413, 422, 429]) {
    const { outcome } = await send(() => new Response('', { status }));
    expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
  }
  expect((await send(() => errorOf(null, 400))).outcome.kind).toBe('rejected');
});

test('everything else may have gone out', async () => {
  const answers: Script[] = [
    () => errorOf('INTERNAL_SERVER_ERROR'),
    () => errorOf('SOMETHING_NEW'),
    () => errorOf(null),
    () => errorOf(null, 200, { conversations: { sendMessage: null } }),
    () => ({ conversations: { sendMessage: null } }),
    () => ({ conversations: null }),
    () => new Response('<html>'),
    () => new Response('', { status: 500 }),
    () => new Response('', { status: 502 }),
    () => new Response('', { status: 408 }),
    () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
  ];
  for (const answer of answers) {
    const { outcome, documents } = await send(answer);
    expect(outcome.kind).toBe('unknown');
    expect(documents()).toHaveLength(1);
  }
});

test('a host that was never reached is a rejection', async () => {
  const { outcome } = await send(() => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
  expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'unavailable', noEffect: true } });
});

test('a failure before the message was written is a rejection', async () => {
  const failing = scriptedLavanda(() => sent.data);
  const fetch = failing.deps.fetch;
  const deps = {
    ...failing.deps,
    fetch: (url: string, init: RequestInit) =>
      url.endsWith('token') ? Promise.resolve(new Response('', { status: 503 })) : fetch(url, init),
  };
  const outcome = await lavanda.connect(credentials, deps).send(message, call);
  expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'unavailable', noEffect: true } });
});

test('a refused token is renewed and the message goes out once', async () => {
  const { outcome, documents } = await send(({ headers }) =>
    headers.get('authorization') === 'Bearer token-1' ? new Response('', { status: 401 }) : sent.data,
  );
  expect(outcome.kind).toBe('accepted');
  expect(documents()).toHaveLength(2);
});

test('a spelling that changed is learned anew before the message goes out', async () => {
  const { adapter, world } = await send(() => sent.data);
  world.variant = modern;
  expect(await adapter.send(message, call)).toMatchObject({ kind: 'accepted' });
});

test('a conversation known only by its booking is looked up first; where there is none, nothing is sent', async () => {
  const address = { externalId: null, address: { booking: 'bk_1' } };
  for (const [converation, kind] of [
    [{ id: 'cv_5' }, 'accepted'],
    [null, 'rejected'],
  ] as const) {
    const { adapter, documents } = scriptedLavanda(({ body }) =>
      body.query?.startsWith('mutation') ? sent.data : { k0: { booking: { id: 'bk_1', converation } } },
    );
    expect(await adapter.send({ ...message, conversation: address }, call)).toMatchObject({ kind });
    const last = documents().at(-1)?.body;
    if (kind === 'accepted') expect(last?.variables).toMatchObject({ conversationId: 'cv_5' });
    else expect(last?.query).not.toContain('mutation');
  }
});

test("a provider's words are shown without the message's text", async () => {
  const { outcome } = await send(() => errorOf('BAD_USER_INPUT'));
  expect(outcome.kind === 'rejected' && outcome.error.message).toContain('BAD_USER_INPUT');
  expect(JSON.stringify(outcome)).not.toContain('three');
});

test('attachments are refused before anything is asked', async () => {
  const { adapter, seen } = scriptedLavanda(() => sent.data);
  const outcome = await adapter.send({ ...message, attachments: [brand('at_1')] }, call);
  expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'invalid' } });
  expect(seen).toEqual([]);
});
