import { describe, expect, it } from 'vitest';
import { ConnectAccountDocument, DisconnectAccountDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { deliveryOf, eventsOf, idOf, rowCounts, send, sent, threadOf, until } from '../helpers/desk.ts';

/** A system whose sends wait at the door of the provider until they are let through. */
async function gated() {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  const t: TestApp = await testApp({
    app: {
      fetch: async (url, init) => {
        if (String(init.body).includes('sendMessage')) {
          waiting += 1;
          await gate.promise;
        }
        return t.simulator().fetch(url, init);
      },
    },
  });
  const { externalId } = t.simulator().addConversation();
  const accountId = await t.connect();
  const id = await idOf(t, externalId);
  const arrived = (): Promise<void> => until(t, () => waiting > 0);
  return { t, id, accountId, arrived, open: () => gate.resolve() };
}

describe('disconnecting an account while one of its messages is under way', () => {
  it('does not leave that message to be sent some day, where the provider then asks to wait', async () => {
    const { t, id, accountId, arrived, open } = await gated();
    t.simulator().faults.next({ kind: 'status', status: 429, retryAfter: 5 }, { operation: 'sendMessage' });
    const { message } = await send(t, id, 'On its way');
    await arrived();
    await t.gql(DisconnectAccountDocument, { accountId });
    open();
    await t.settle();
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'CANCELLED' });
    await t.pass(6_000);
    await t.connect();
    await t.pass(60_000);
    expect(t.simulator().sent).toEqual([]);
  });

  it('still tells that it went out, where it did', async () => {
    const { t, id, accountId, arrived, open } = await gated();
    const { message } = await send(t, id, 'On its way');
    await arrived();
    await t.gql(DisconnectAccountDocument, { accountId });
    open();
    await t.settle();
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'ACCEPTED' });
  });
});

it.each(databaseKinds)(
  'one key used by 20 callers at once queues one message, and another key a second one (%s)',
  async (kind) => {
    const t = await testApp({ kind });
    const { externalId } = t.simulator().addConversation();
    await t.connect();
    const id = await idOf(t, externalId);
    const keys = Array.from({ length: 20 }, (_, i) => (i % 10 === 9 ? 'other' : 'key'));
    const answers = await Promise.all(keys.map((idempotencyKey) => send(t, id, 'At once', { idempotencyKey })));
    await t.settle();
    expect(answers.flatMap((one) => one.errors)).toEqual([]);
    expect(new Set(answers.map((one) => one.message?.id)).size).toBe(2);
    expect(answers.filter((one) => !one.replayed)).toHaveLength(2);
    expect(t.simulator().sent).toHaveLength(2);
  },
);

describe.each(databaseKinds)('connecting one upstream account several times at once (%s)', (kind) => {
  it('is one account', async () => {
    const t = await testApp({ kind, size: 1, idle: true });
    const input = { provider: 'lavanda', credentials: t.simulator().credentials };
    const answers = await Promise.all(Array.from({ length: 6 }, () => t.gql(ConnectAccountDocument, { input })));
    expect(answers.flatMap((one) => one.errors)).toEqual([]);
    expect(answers.flatMap((one) => one.data.connectAccount.errors)).toEqual([]);
    expect(new Set(answers.map((one) => one.data.connectAccount.account?.id)).size).toBe(1);
    expect(await rowCounts(t)).toMatchObject({ account: 1 });
  });

  it('by several tenants is the account of one of them', async () => {
    const t = await testApp({ kind, size: 1, idle: true });
    const input = { provider: 'lavanda', credentials: t.simulator().credentials };
    const tokens = await Promise.all(['one', 'two', 'three', 'four'].map((name) => t.tokenFor(name)));
    const answers = await Promise.all(tokens.map((token) => t.gql(ConnectAccountDocument, { input }, token)));
    expect(answers.flatMap((one) => one.errors)).toEqual([]);
    const refusals = answers.flatMap((one) => one.data.connectAccount.errors.map((error) => error.code));
    expect(refusals).toEqual(['ACCOUNT_TAKEN', 'ACCOUNT_TAKEN', 'ACCOUNT_TAKEN']);
    expect(await rowCounts(t)).toMatchObject({ account: 1 });
  });
});

describe('an echo that a poll tells while the answer is awaited', () => {
  /** Has a message carried out, shown by a look, and only then answered as said. Answers the message's id. */
  async function echoed(answer: (response: Response) => Promise<Response>) {
    const gate = Promise.withResolvers<void>();
    const t: TestApp = await testApp({
      app: {
        fetch: async (url, init) => {
          const response = await t.simulator().fetch(url, init);
          if (!String(init.body).includes('sendMessage')) return response;
          await gate.promise;
          return answer(response);
        },
      },
    });
    const { externalId } = t.simulator().addConversation();
    const accountId = await t.connect();
    const id = await idOf(t, externalId);
    const { message } = await send(t, id, 'Did you get this?');
    await until(t, () => t.simulator().sent.length > 0);
    await t.gql(SyncAccountDocument, { accountId });
    gate.resolve();
    await t.settle();
    return { t, id, messageId: message?.id ?? '' };
  }

  it('settles the message as soon as its answer is lost', async () => {
    const { t, id, messageId } = await echoed(() => Promise.reject(reset()));
    const externalId = t.simulator().sent[0]?.messageExternalId;
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO', externalId });
    await t.pass(61_000);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['Did you get this?']);
    expect(t.simulator().sent).toHaveLength(1);
  });

  it('is that message, where the answer names no id', async () => {
    const { t, id, messageId } = await echoed(withoutId);
    const externalId = t.simulator().sent[0]?.messageExternalId;
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO', externalId });
    await t.pass(61_000);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['Did you get this?']);
  });
});

it('a message whose provider tells no id with its answer is not shown twice when it comes back', async () => {
  const t: TestApp = await testApp({
    app: {
      fetch: async (url, init) => {
        const response = await t.simulator().fetch(url, init);
        if (!String(init.body).includes('sendMessage')) return response;
        return withoutId(response);
      },
    },
  });
  const { externalId } = t.simulator().addConversation();
  await t.connect();
  const id = await idOf(t, externalId);
  const message = await sent(t, id, 'No id for this');
  expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'ASSUMED', externalId: null });
  await t.pass(31_000);
  expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['No id for this']);
  const [truth] = t.simulator().sent;
  expect(await deliveryOf(t, message)).toMatchObject({ evidence: 'ECHO', externalId: truth?.messageExternalId });
  expect((await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded')).toHaveLength(1);
});

async function withoutId(response: Response): Promise<Response> {
  return new Response((await response.text()).replace(/"ms_\d+"/, 'null'), response);
}

/** As the platform words it. */
function reset(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
}
