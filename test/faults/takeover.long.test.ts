import { describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { claimSends } from '../../src/store/sending.ts';
import { SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { deliveryOf, eventsOf, inboxOf, send, threadOf, until } from '../helpers/desk.ts';

const bodiesOf = (t: TestApp): readonly string[] => t.simulator().sent.map((one) => one.body);
const shown = async (t: TestApp, id: string) => (await threadOf(t, id)).map((one) => one.body);

describe.each(databaseKinds)('a process that dies while it sends (%s)', (kind) => {
  /** A system whose own process stands still in time, and one that goes on beside it. */
  async function desk() {
    const still = createManualClock(new Date('2026-11-01T00:00:00Z'));
    const t = await testApp({ kind, app: { clock: still } });
    t.simulator().addConversation({ createdAt: new Date(t.clock.now().getTime() - 3_600_000) });
    const accountId = await t.connect();
    const id = (await inboxOf(t))[0]?.id ?? '';
    const second = t.another({ clock: t.clock });
    const pass = async (seconds: number): Promise<void> => {
      for (let passed = 0; passed < seconds; passed += 10) {
        await second.settle();
        await t.clock.pass(10_000);
        await second.settle();
      }
    };
    return { t, id, accountId, second, pass };
  }

  it('after the message went out: another finds it in the thread, and what the dead one says later changes nothing', async () => {
    const { t, id, second, pass } = await desk();
    const held = Promise.withResolvers<void>();
    t.simulator().faults.next({ kind: 'hold', until: held.promise }, { operation: 'sendMessage' });
    const { message } = await send(t, id, 'Just before the end');
    const messageId = message?.id ?? '';
    await until(t, () => bodiesOf(t).length > 0);
    second.start();
    await pass(50);
    // The lease of a live process is not touched.
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'SENDING' });
    await pass(20);
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO' });
    held.resolve();
    await t.settle();
    await pass(120);
    expect(await deliveryOf(t, messageId)).toMatchObject({
      state: 'ACCEPTED',
      evidence: 'ECHO',
      attempts: [{ number: 1 }],
    });
    expect(bodiesOf(t)).toEqual(['Just before the end']);
    expect(await shown(t, id)).toEqual(['Just before the end']);
  });

  it('before the message went out: another looks for it three times, then sends it once', async () => {
    const { t, id, second, pass } = await desk();
    await t.app.stop();
    const { message } = await send(t, id, 'Never begun');
    const claims = await claimSends(t.db, { owner: 'dead', limit: 5, leaseMs: defaultTimes.sendLeaseMs });
    expect(claims).toHaveLength(1);
    second.start();
    await pass(110);
    expect(bodiesOf(t)).toEqual([]);
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'UNKNOWN' });
    await pass(30);
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({
      state: 'ACCEPTED',
      evidence: 'PROVIDER',
      attempts: [
        { number: 1, outcome: 'UNKNOWN' },
        { number: 2, outcome: 'ACCEPTED' },
      ],
    });
    await pass(120);
    expect(bodiesOf(t)).toEqual(['Never begun']);
    expect(await shown(t, id)).toEqual(['Never begun']);
  });

  it('leaves what it had only queued to be sent by the next, in order', async () => {
    const { t, id, second, pass } = await desk();
    await t.app.stop();
    for (const body of ['one', 'two', 'three']) await send(t, id, body);
    second.start();
    await pass(10);
    expect(bodiesOf(t)).toEqual(['one', 'two', 'three']);
  });
});

describe.each(databaseKinds)('two processes on one database (%s)', (kind) => {
  it('look at an account one at a time, and the other takes over when the first is gone', async () => {
    const t = await testApp({ kind });
    const { externalId } = t.simulator().addConversation();
    await t.connect();
    const second = t.another();
    second.start();
    await second.settle();
    const pass = async (ms: number): Promise<void> => {
      await t.pass(ms);
      await second.settle();
    };
    t.simulator().calls.reset();
    await pass(30_000);
    expect(t.simulator().calls.count({ operation: 'bookings.search+leads.search' })).toBe(1);
    await t.app.stop();
    t.simulator().guestWrites(externalId, 'Is anybody there?');
    for (let i = 0; i < 5; i += 1) await pass(10_000);
    expect((await inboxOf(t))[0]?.messages.nodes[0]?.body).toBe('Is anybody there?');
  });

  it('send every message once, whoever of them is asked', async () => {
    const t = await testApp({ kind });
    for (let i = 0; i < 4; i += 1) t.simulator().addConversation();
    await t.connect();
    const second = t.another();
    second.start();
    await second.settle();
    const ids = (await inboxOf(t)).map((one) => one.id);
    const texts = ids.flatMap((id) => Array.from({ length: 5 }, (_, i) => ({ id, body: `${id} ${i}` })));
    for (const { id, body } of texts) await send(t, id, body);
    for (let i = 0; i < 5; i += 1) {
      await t.pass(2_000);
      await second.settle();
    }
    expect(bodiesOf(t).toSorted()).toEqual(texts.map((one) => one.body).toSorted());
    for (const id of ids) {
      const mine = bodiesOf(t).filter((body) => body.startsWith(id));
      expect(mine).toEqual(mine.toSorted());
    }
  });

  it('an account that both are asked to look at is told of once', async () => {
    const t = await testApp({ kind });
    const { externalId } = t.simulator().addConversation();
    const accountId = await t.connect();
    t.another().start();
    t.simulator().guestWrites(externalId, 'Only once');
    await Promise.all(Array.from({ length: 5 }, () => t.gql(SyncAccountDocument, { accountId })));
    await t.pass(61_000);
    const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
    expect(added).toHaveLength(1);
  });
});
