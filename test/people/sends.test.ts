import { describe, expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { DisconnectAccountDocument, EraseParticipantDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, inboxOf, send, sent, threadOf } from '../helpers/desk.ts';
import { doorOf } from '../helpers/listing.ts';
import { dumpOf, messageOf } from './markers.ts';

const OURS = 'our-marker, the key is under the mat';
const THEIRS = 'their-marker, where is the key?';
const operation = 'sendMessage';

/** A guest who has written once, and to whom we write back. */
async function desk() {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation();
  const accountId = await t.connect();
  t.simulator().guestWrites(externalId, THEIRS);
  await t.pass(60_000);
  const [entry] = await inboxOf(t);
  const { data } = await t.ask<{ conversation: { participant: { id: string } } }>(
    `{ conversation(id: "${entry?.id}") { participant { id } } }`,
  );
  const erase = async () => {
    const participantId = data.conversation.participant.id;
    return (await t.gql(EraseParticipantDocument, { participantId })).data.eraseParticipant.erasure;
  };
  return { t, id: entry?.id ?? '', externalId, accountId, erase };
}

async function wordsLeft(t: TestApp): Promise<readonly string[]> {
  const dump = await dumpOf(t.db);
  return ['our-marker', 'their-marker'].filter((word) => dump.includes(word));
}

const textsSent = (t: TestApp) => t.simulator().sent.map((one) => one.body);

describe('a send to somebody who is erased meanwhile', () => {
  it('is cancelled where it has not begun', async () => {
    const { t, id, erase } = await desk();
    t.simulator().faults.always({ kind: 'refuse' }, { operation });
    const message = await sent(t, id, OURS);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'QUEUED' });
    expect(await erase()).toMatchObject({ waiting: 0, finishedAt: expect.any(String) });
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'CANCELLED', body: null });
    t.simulator().faults.clear();
    await t.pass(10 * 60_000);
    expect(textsSent(t)).toEqual([]);
    expect(await wordsLeft(t)).toEqual([]);
  });

  it('is looked for where its answer was lost, goes out once, and is erased then: its echo does not bring it back', async () => {
    const { t, id, erase } = await desk();
    t.simulator().faults.next({ kind: 'cut', effect: true }, { operation });
    const message = await sent(t, id, OURS);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'UNKNOWN' });
    expect(await erase()).toMatchObject({ waiting: 1, finishedAt: null });
    expect(await wordsLeft(t)).toEqual(['our-marker']);
    await t.pass(3_000);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO' });
    await t.pass(15_000);
    expect(await wordsLeft(t)).toEqual([]);
    // Everything is told again by the walk that comes.
    await t.pass(7 * 3_600_000);
    expect(await wordsLeft(t)).toEqual([]);
    expect(textsSent(t)).toEqual([OURS]);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual([null, null]);
  });

  it('goes out at most once where it did not arrive at first, and is erased as soon as that is known', async () => {
    const { t, id, erase } = await desk();
    t.simulator().faults.next({ kind: 'cut', effect: false }, { operation });
    t.simulator().faults.next({ kind: 'status', status: 503, effect: false }, { operation });
    const message = await sent(t, id, OURS);
    await erase();
    for (let turn = 0; turn < 20; turn += 1) await t.pass(15_000);
    expect(textsSent(t).length).toBeLessThanOrEqual(1);
    expect(await wordsLeft(t)).toEqual([]);
    expect(['CANCELLED', 'ACCEPTED', 'FAILED']).toContain((await deliveryOf(t, message)).state);
  });

  it('is given up with its account, where nobody can look for it any more, and goes then', async () => {
    const { t, id, erase, accountId } = await desk();
    t.simulator().faults.next({ kind: 'cut', effect: true }, { operation });
    const message = await sent(t, id, OURS);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'UNKNOWN' });
    await t.gql(DisconnectAccountDocument, { accountId });
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'FAILED', needsAttention: true });
    expect(await erase()).toMatchObject({ waiting: 0, finishedAt: expect.any(String) });
    expect(await wordsLeft(t)).toEqual([]);
  });

  it('does not bring back what was said before they were erased and is told for the first time now', async () => {
    const { t, id, erase, externalId, accountId } = await desk();
    await erase();
    const longAgo = new Date(t.clock.now().getTime() - 86_400_000);
    await t.pass(60_000);
    t.simulator().guestWrites(externalId, 'It is me again');
    await t.pass(60_000);
    t.simulator().faults.always({ kind: 'cut', effect: false }, { operation });
    expect(await deliveryOf(t, await sent(t, id, 'Welcome back'))).toMatchObject({ state: 'UNKNOWN' });
    const message = messageOf('never seen', longAgo, { body: OURS, raw: OURS, sentBy: 'us' });
    await doorOf(t)({
      accountId: brand(accountId),
      events: [{ type: 'message', conversation: brand(externalId), address: null, message }],
    });
    expect(await wordsLeft(t)).toEqual([]);
  });

  it('cannot be tried again once its words are gone', async () => {
    const { t, id, erase } = await desk();
    t.simulator().faults.next({ kind: 'status', status: 400 }, { operation });
    const message = await sent(t, id, OURS);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'FAILED' });
    await erase();
    const { data } = await t.ask<{ retryMessage: { errors: object[] } }>(
      `mutation { retryMessage(input: { messageId: "${message}" }) { errors { code } } }`,
    );
    expect(data.retryMessage.errors).toEqual([{ code: 'NOT_RETRYABLE' }]);
    await t.pass(60_000);
    expect(textsSent(t)).toEqual([]);
  });

  it('that is asked for afterwards goes out like any other', async () => {
    const { t, id, erase } = await desk();
    await erase();
    await t.pass(1_000);
    const { message } = await send(t, id, 'You can come in now');
    await t.pass(60_000);
    expect(textsSent(t)).toEqual(['You can come in now']);
    expect(await deliveryOf(t, message?.id ?? '')).toMatchObject({ state: 'ACCEPTED', body: 'You can come in now' });
  });
});
