import { describe, expect, it } from 'vitest';
import { RetryMessageDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, eventsOf, inboxOf, send, sent, threadOf, until } from '../helpers/desk.ts';

/** A system with one conversation, sync'd a while ago. */
async function desk() {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation({ createdAt: new Date(t.clock.now().getTime() - 3_600_000) });
  const accountId = await t.connect();
  const id = (await inboxOf(t))[0]?.id ?? '';
  const lose = (effect: boolean, times = 1): void =>
    t.simulator().faults.next({ kind: 'cut', effect }, { operation: 'sendMessage', times });
  return { t, id, externalId, accountId, lose };
}

const bodiesOf = (t: TestApp): readonly string[] => t.simulator().sent.map((one) => one.body);
const shown = async (t: TestApp, id: string) => (await threadOf(t, id)).map((one) => one.body);

/** The time in which an unknown send is looked for, in small steps. */
async function wait(t: TestApp, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) await t.pass(5_000);
}

describe('an answer that was lost', () => {
  it('after the message went out: it is found in its thread, and is not sent again', async () => {
    const { t, id, lose } = await desk();
    lose(true);
    const message = await sent(t, id, 'Did you get this?');
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'UNKNOWN', evidence: null });
    await t.pass(2_100);
    const delivery = await deliveryOf(t, message);
    expect(delivery).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO', error: null, attempts: [{ number: 1 }] });
    expect(delivery.externalId).toBe(t.simulator().sent[0]?.messageExternalId);
    await wait(t, 180);
    expect(bodiesOf(t)).toEqual(['Did you get this?']);
    expect(await shown(t, id)).toEqual(['Did you get this?']);
  });

  it('after the message went out and its text was rewritten there: the one unknown message of ours is it', async () => {
    const { t, id, lose } = await desk();
    lose(true);
    const message = await sent(t, id, 'Book at www.example.test today');
    const there = t.simulator().sent[0]?.messageExternalId ?? '';
    t.simulator().changeMessage(there, { body: 'Book at [link removed] today' });
    await wait(t, 180);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO', externalId: there });
    expect(bodiesOf(t)).toHaveLength(1);
    expect(await shown(t, id)).toHaveLength(1);
  });

  it('before the message went out: three looks over a minute, then it is sent once more', async () => {
    const { t, id, lose } = await desk();
    lose(false);
    const message = await sent(t, id, 'Did you get this?');
    await wait(t, 55);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'UNKNOWN' });
    expect(bodiesOf(t)).toEqual([]);
    await wait(t, 20);
    expect(await deliveryOf(t, message)).toMatchObject({
      state: 'ACCEPTED',
      evidence: 'PROVIDER',
      needsAttention: false,
      attempts: [
        { number: 1, outcome: 'UNKNOWN' },
        { number: 2, outcome: 'ACCEPTED' },
      ],
    });
    await wait(t, 120);
    expect(bodiesOf(t)).toEqual(['Did you get this?']);
    expect(await shown(t, id)).toEqual(['Did you get this?']);
  });

  it('twice, with the message out neither time: it is given up, and a person is asked to look', async () => {
    const { t, id, lose } = await desk();
    lose(false, 2);
    const message = await sent(t, id, 'Did you get this?');
    await wait(t, 180);
    const delivery = await deliveryOf(t, message);
    expect(delivery).toMatchObject({ state: 'FAILED', needsAttention: true, evidence: null });
    expect(delivery.attempts).toMatchObject([{ outcome: 'UNKNOWN' }, { outcome: 'UNKNOWN' }]);
    await wait(t, 180);
    expect(bodiesOf(t)).toEqual([]);
    // The person has looked, and asks for one more attempt.
    await t.gql(RetryMessageDocument, { messageId: message });
    await t.settle();
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', needsAttention: false });
    expect(bodiesOf(t)).toEqual(['Did you get this?']);
  });

  it('with a thread that cannot be read meanwhile: nothing is sent again until it could be looked at', async () => {
    const { t, id, lose } = await desk();
    lose(true);
    t.simulator().faults.always({ kind: 'status', status: 503 }, { operation: 'conversations' });
    const message = await sent(t, id, 'Did you get this?');
    await wait(t, 300);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'UNKNOWN' });
    t.simulator().faults.clear();
    await wait(t, 60);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO' });
    expect(bodiesOf(t)).toEqual(['Did you get this?']);
  });

  it('and whose message turns up only after it was given up is accepted all the same', async () => {
    const { t, id, externalId, lose } = await desk();
    lose(false, 2);
    const message = await sent(t, id, 'Did you get this?');
    await wait(t, 180);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'FAILED', needsAttention: true });
    const late = t.simulator().hostWritesElsewhere(externalId, 'Did you get this?');
    await wait(t, 35);
    const delivery = await deliveryOf(t, message);
    expect(delivery).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO', externalId: late, needsAttention: false });
    expect(await shown(t, id)).toEqual(['Did you get this?']);
  });

  it('holds up only what is queued behind it in its conversation, which then goes out in order', async () => {
    const { t, id, lose } = await desk();
    lose(true);
    await sent(t, id, 'first');
    const second = await sent(t, id, 'second');
    expect(await deliveryOf(t, second)).toMatchObject({ state: 'QUEUED' });
    await wait(t, 10);
    expect(bodiesOf(t)).toEqual(['first', 'second']);
    expect(await deliveryOf(t, second)).toMatchObject({ state: 'ACCEPTED' });
  });
});

describe('while a send is under way', () => {
  it('its own echo, told by a poll before the send is answered, is not shown twice', async () => {
    const { t, id, accountId } = await desk();
    const held = Promise.withResolvers<void>();
    t.simulator().faults.next({ kind: 'hold', until: held.promise }, { operation: 'sendMessage' });
    const { message } = await send(t, id, 'Coming back early');
    await until(t, () => t.simulator().sent.length > 0);
    await t.gql(SyncAccountDocument, { accountId });
    expect(await shown(t, id)).toEqual(['Coming back early']);
    held.resolve();
    await t.settle();
    await wait(t, 65);
    expect(await shown(t, id)).toEqual(['Coming back early']);
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'ACCEPTED', evidence: 'PROVIDER' });
    const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
    expect(added).toHaveLength(1);
  });

  it('what a colleague writes elsewhere becomes a message of its own', async () => {
    const { t, id, externalId, lose } = await desk();
    lose(true);
    const message = await sent(t, id, 'From here');
    const theirs = t.simulator().hostWritesElsewhere(externalId, 'From the extranet');
    await wait(t, 40);
    expect((await deliveryOf(t, message)).externalId).not.toBe(theirs);
    expect((await shown(t, id)).toSorted()).toEqual(['From here', 'From the extranet']);
    const colleague = (await threadOf(t, id)).find((one) => one.externalId === theirs);
    expect(colleague).toMatchObject({ sentBy: 'us', delivery: null, backfilled: false });
    const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
    expect(added).toHaveLength(2);
  });

  it('of two equal texts whose answers were both lost, each finds its own echo', async () => {
    const { t, id, lose } = await desk();
    lose(true, 2);
    const one = await sent(t, id, 'Same words');
    const two = await sent(t, id, 'Same words');
    await wait(t, 60);
    const [first, second] = [await deliveryOf(t, one), await deliveryOf(t, two)];
    expect([first.state, second.state]).toEqual(['ACCEPTED', 'ACCEPTED']);
    expect(new Set([first.externalId, second.externalId]).size).toBe(2);
    expect(bodiesOf(t)).toEqual(['Same words', 'Same words']);
    expect(await shown(t, id)).toEqual(['Same words', 'Same words']);
  });

  it('what was refused for good is not taken for delivered when a colleague writes the same elsewhere', async () => {
    const { t, id, externalId } = await desk();
    t.simulator().faults.next({ kind: 'status', status: 400 }, { operation: 'sendMessage' });
    const message = await sent(t, id, 'Welcome!');
    t.simulator().hostWritesElsewhere(externalId, 'Welcome!');
    await wait(t, 35);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'FAILED', externalId: null });
    expect(await shown(t, id)).toEqual(['Welcome!', 'Welcome!']);
  });
});
