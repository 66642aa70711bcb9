import { describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import { InboxDocument, SyncAccountDocument, ThreadsDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, idOf, inboxOf, send, threadOf, until } from '../helpers/desk.ts';
import { listOnly } from '../helpers/listing.ts';

/** A system that tells when a request has arrived at its provider. */
async function watched(options: { readonly idle?: boolean } = {}) {
  let asked = 0;
  const t: TestApp = await testApp({
    ...options,
    app: {
      fetch: (url, init) => {
        asked += 1;
        return t.simulator().fetch(url, init);
      },
    },
  });
  const { externalId } = t.simulator().addConversation({ messages: 3 });
  const accountId = await t.connect();
  /** Does something and resolves once the provider was asked for it. */
  const begin = async <Done>(work: () => Promise<Done>): Promise<{ readonly done: Promise<Done> }> => {
    const before = asked;
    const done = work();
    await until(t, () => asked > before);
    return { done };
  };
  return { t, externalId, accountId, begin };
}

describe('a provider that does not answer', () => {
  it('leaves an inbox with what is stored when the operation’s time is up, and is named', async () => {
    const { t, accountId, begin } = await watched({ idle: true });
    await listOnly(t, accountId);
    t.simulator().faults.always({ kind: 'hang' });
    const { done } = await begin(() => t.gql(ThreadsDocument, { first: 10 }));
    await t.clock.pass(defaultTimes.operationDeadlineMs);
    const { data, errors } = await done;
    expect(data.conversations.nodes).toMatchObject([{ messages: { totalCount: null, nodes: [] } }]);
    expect(errors).toMatchObject([
      { extensions: { code: 'PROVIDER_FAILED', provider: 'lavanda', kind: 'timeout', account: accountId } },
    ]);
  });

  it('holds up a look for eight seconds, then the stored answer is given as stale', async () => {
    const { t, begin } = await watched();
    await t.pass(5_000);
    t.simulator().faults.always({ kind: 'hang' });
    const { done } = await begin(() => t.gql(InboxDocument, { maxAge: 1 }));
    await t.clock.pass(8_000);
    const { data } = await done;
    expect(data.conversations.nodes).toHaveLength(1);
    expect(data.conversations.sources).toMatchObject([{ state: 'STALE' }]);
  });

  it('holds up an account that is looked at on demand for eight seconds, and the look goes on behind', async () => {
    const { t, accountId, externalId, begin } = await watched();
    await t.pass(5_000);
    t.simulator().guestWrites(externalId, 'Hello?');
    t.simulator().faults.next({ kind: 'delay', ms: 9_000 });
    const { done } = await begin(() => t.gql(SyncAccountDocument, { accountId }));
    await t.clock.pass(8_000);
    expect((await done).data.syncAccount).toMatchObject({ received: 0, errors: [] });
    await t.pass(1_500);
    const { data } = await t.gql(SyncAccountDocument, { accountId });
    expect(data.syncAccount).toMatchObject({ errors: [] });
    expect((await threadOf(t, await idOf(t, externalId)))[0]?.body).toBe('Hello?');
  });

  it('is not waited for by a send: its message is safely ours at once, and unknown only after 30 s', async () => {
    const { t, externalId, begin } = await watched();
    const id = await idOf(t, externalId);
    t.simulator().faults.next({ kind: 'hang', effect: true }, { operation: 'sendMessage' });
    const { done } = await begin(() => send(t, id, 'Hello'));
    const { message } = await done;
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'SENDING' });
    await t.clock.pass(defaultTimes.sendDeadlineMs - 1_000);
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'SENDING' });
    await t.clock.pass(1_000);
    await t.settle();
    await t.pass(2_100);
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO' });
    expect(t.simulator().sent).toHaveLength(1);
  });

  it('for one account does not slow another', async () => {
    const t = await testApp();
    const { externalId } = t.simulator().addConversation();
    await t.connect();
    const slow = await t.secondSimulator(2);
    await t.connect(slow.credentials);
    const stuck = (await inboxOf(t)).find((one) => one.externalId !== externalId)?.id ?? '';
    slow.faults.always({ kind: 'hang' });
    await send(t, stuck, 'Stuck');
    await send(t, await idOf(t, externalId), 'Quick');
    await until(t, () => t.simulator().sent.length > 0);
    expect(slow.sent).toEqual([]);
  });
});
