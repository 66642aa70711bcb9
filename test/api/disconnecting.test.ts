import { describe, expect, it } from 'vitest';
import {
  AccountsDocument,
  DisconnectAccountDocument,
  InboxDocument,
  SyncAccountDocument,
} from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, inboxOf, rowCounts, send, sent, threadOf, until } from '../helpers/desk.ts';

async function disconnect(t: TestApp, accountId: string, token = t.token) {
  const { data } = await t.gql(DisconnectAccountDocument, { accountId }, token);
  await t.settle();
  return data.disconnectAccount;
}

describe('an account that was disconnected', () => {
  it('keeps its conversations, under the same ids, and says that they are paused', async () => {
    const t = await testApp({ size: 4 });
    const accountId = await t.connect();
    const inbox = await inboxOf(t);
    expect(await disconnect(t, accountId)).toMatchObject({ account: { state: 'DISCONNECTED' }, errors: [] });
    expect(await inboxOf(t)).toEqual(inbox);
    const { data } = await t.gql(InboxDocument);
    expect(data.conversations.sources).toMatchObject([{ state: 'PAUSED', account: { id: accountId }, error: null }]);
  });

  it('is not asked any more, however much time passes and whatever is read', async () => {
    const t = await testApp({ size: 4 });
    const accountId = await t.connect();
    await disconnect(t, accountId);
    t.simulator().calls.reset();
    await t.pass(7 * 3_600_000);
    await t.gql(InboxDocument, { maxAge: 0 });
    for (const { id } of await inboxOf(t)) await threadOf(t, id);
    expect(t.simulator().calls.entries).toEqual([]);
  });

  it('while it is looked at was not looked at, and nothing went wrong on our side', async () => {
    const t = await testApp({ size: 1, provider: 'bookingcom-connectivity' });
    const accountId = await t.connect();
    const held = Promise.withResolvers<void>();
    await t.pass(5_000);
    let isLooking = false;
    const hold = {
      kind: 'hold' as const,
      get until() {
        isLooking = true;
        return held.promise;
      },
    };
    t.simulator().faults.next(hold);
    const asked = t.gql(SyncAccountDocument, { accountId });
    await until(t, () => isLooking);
    await t.gql(DisconnectAccountDocument, { accountId });
    held.resolve();
    const { data, errors } = await asked;
    expect(errors).toEqual([]);
    expect(data.syncAccount).toMatchObject({ received: 0, errors: [] });
  });

  it('has what was queued cancelled, and takes no more', async () => {
    const t = await testApp({ size: 1 });
    const accountId = await t.connect();
    const id = (await inboxOf(t))[0]?.id ?? '';
    t.simulator().faults.always({ kind: 'status', status: 429, retryAfter: 3600 }, { operation: 'sendMessage' });
    const message = await sent(t, id, 'Not today');
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'QUEUED' });
    await disconnect(t, accountId);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'CANCELLED' });

    const before = await rowCounts(t);
    const refused = await send(t, id, 'Nor tomorrow');
    expect(refused).toMatchObject({ message: null, errors: [{ code: 'READ_ONLY', path: ['conversationId'] }] });
    expect(await rowCounts(t)).toEqual(before);
    t.simulator().faults.clear();
    await t.pass(2 * 3_600_000);
    expect(t.simulator().sent).toEqual([]);
  });

  it('comes back to life with its ids when it is connected again, and with what came meanwhile', async () => {
    const t = await testApp({ size: 3 });
    const accountId = await t.connect();
    const before = await inboxOf(t);
    await disconnect(t, accountId);
    await t.pass(3_600_000);
    const [first] = before;
    const missed = t.simulator().guestWrites(first?.externalId ?? '', 'You were away');
    await t.pass(3_600_000);

    expect(await t.connect()).toBe(accountId);
    const { accounts } = (await t.gql(AccountsDocument)).data;
    expect(accounts).toMatchObject([{ id: accountId, state: 'LIVE', sync: { phase: 'LIVE' } }]);
    const after = await inboxOf(t);
    expect(after.map((one) => one.id).toSorted()).toEqual(before.map((one) => one.id).toSorted());
    // What came while nobody listened is history: there, but not announced.
    expect((await threadOf(t, first?.id ?? ''))[0]).toMatchObject({ externalId: missed, backfilled: true });
    expect(await deliveryOf(t, await sent(t, first?.id ?? '', 'Back again'))).toMatchObject({ state: 'ACCEPTED' });
  });

  it('can only be disconnected by its own tenant', async () => {
    const t = await testApp({ size: 1 });
    const accountId = await t.connect();
    const token = await t.tokenFor('rival');
    expect(await disconnect(t, accountId, token)).toMatchObject({ account: null, errors: [{ code: 'NOT_FOUND' }] });
    expect((await t.gql(AccountsDocument)).data.accounts).toMatchObject([{ state: 'LIVE' }]);
  });
});
