import { describe, expect, it } from 'vitest';
import type { ConversationTruth } from '../../src/simulator/contract.ts';
import {
  CapabilitiesDocument,
  CloseConversationDocument,
  MarkConversationReadDocument,
  ReopenConversationDocument,
} from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { deliveryOf, idOf, inboxOf, send, sent } from '../helpers/desk.ts';
import { type Desk, desk, HOUR_MS, hint, PULL_MS } from './bookingsync-desk.ts';

/*
 * The two flows of the guide, call by call, and what hangs on them, through the API alone.
 */

interface Kinds {
  readonly conversation: { readonly messages: { readonly nodes: readonly Readonly<Record<string, string>>[] } };
}

const textsOf = async (t: TestApp, id: string) => {
  const query = 'query ($id: ID!) { conversation(id: $id) { messages { nodes { sentBy kind body } } } }';
  const { conversation } = (await t.ask<Kinds>(query, { id })).data;
  return conversation.messages.nodes.map(({ sentBy, kind, body }) => [sentBy, kind, body]);
};
const truthOf = ({ simulator }: Desk, thread: string): ConversationTruth => {
  const truth = simulator.conversations().find((one) => one.externalId === thread);
  if (!truth) throw new Error(`${thread} is gone`);
  return truth;
};
const hostsIn = ({ simulator }: Desk, conversation: string) =>
  simulator.participantsOf(conversation).filter(({ memberType }) => memberType === 'Host');

/** A desk with one conversation about a booking of this morning, and its guest. */
async function written(...given: Parameters<typeof desk>) {
  const made = await desk(...given);
  const { externalId: thread } = made.simulator.addConversation({ messages: 0 });
  await made.t.pass(2_000);
  made.simulator.guestWrites(thread, 'Is there a lift?');
  await hint(made);
  const truth = truthOf(made, thread);
  return { ...made, thread, truth, id: await idOf(made.t, thread) };
}

describe('a new booking', () => {
  it('is read with its conversation, its messages and its guest, once it is hinted', async () => {
    const { t, truth, id } = await written();
    const [shown] = await inboxOf(t);
    expect(shown).toMatchObject({ id, externalId: truth.externalId, unreadCount: 1 });
    expect(shown?.messages.nodes.map(({ body, sentBy }) => ({ body, sentBy }))).toEqual(
      truth.messages.map(({ body }) => ({ body, sentBy: 'participant' })),
    );
    const query = `query ($id: ID!) { conversation(id: $id) {
      channel participant { name email } booking { externalId propertyExternalId } } }`;
    expect((await t.ask<{ conversation: object }>(query, { id })).data.conversation).toMatchObject({
      channel: truth.messages[0]?.channel,
      participant: { name: truth.participantName, email: truth.participantEmail },
      booking: { externalId: truth.bookingExternalId, propertyExternalId: truth.propertyExternalId },
    });
  });

  it('whose conversation comes some seconds later is picked up when it does, hinted or not', async () => {
    for (const hinted of [true, false]) {
      const made = await desk({ conversationAfterMs: 20_000 });
      const { externalId } = made.simulator.addBooking({ messages: 1 });
      await made.t.pass(5_000);
      expect(await inboxOf(made.t)).toEqual([]);
      await made.t.pass(20_000);
      if (hinted) await hint(made);
      else await made.t.pass(PULL_MS);
      const [truth] = made.simulator.conversations();
      expect(truth?.bookingExternalId).toBe(externalId);
      expect(await inboxOf(made.t)).toMatchObject([{ externalId: truth?.externalId, messages: { nodes: [{}] } }]);
    }
  });
});

describe('a send', () => {
  it('goes out by the conversation’s own channel as one of our hosts, and its echo is not told again', async () => {
    const made = await written();
    const { t, simulator, thread, id } = made;
    const message = await sent(t, id, 'The code is 4711.');
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'PROVIDER' });
    expect(simulator.sent).toMatchObject([{ conversationExternalId: thread, body: 'The code is 4711.' }]);
    expect(simulator.warnings).toEqual([]);
    await hint(made);
    await t.pass(PULL_MS);
    expect((await textsOf(t, id)).filter(([sentBy]) => sentBy === 'us')).toEqual([
      ['us', 'bookingsync_inbox', 'The code is 4711.'],
    ]);
  });

  it('into a conversation without a host makes one of us take part, once, and goes out once', async () => {
    const made = await written({ hostParticipant: 'missing' });
    const { t, simulator, thread, id } = made;
    expect(hostsIn(made, thread)).toEqual([]);
    await sent(t, id, 'Welcome');
    await sent(t, id, 'One more thing');
    expect(hostsIn(made, thread)).toHaveLength(1);
    expect(simulator.sent.map(({ body }) => body)).toEqual(['Welcome', 'One more thing']);
    expect(simulator.warnings).toEqual([]);
  });

  it('by two processes at once makes one host take part, not two', async () => {
    const made = await desk({ hostParticipant: 'missing' });
    const { t, simulator } = made;
    const threads = [1, 2, 3].map(() => simulator.addConversation({ messages: 0 }).externalId);
    for (const thread of threads) simulator.guestWrites(thread, 'Hello?');
    await t.pass(2_000);
    await hint(made);
    const second = t.another();
    second.start();
    const ids = await Promise.all(threads.map((thread) => idOf(t, thread)));
    await Promise.all(ids.flatMap((id) => [send(t, id, 'First'), send(t, id, 'Second')]));
    for (let turn = 0; turn < 3; turn += 1) {
      await t.settle();
      await second.settle();
    }
    for (const thread of threads) {
      expect(hostsIn(made, thread)).toHaveLength(1);
      const bodies = simulator.sent.filter((one) => one.conversationExternalId === thread).map(({ body }) => body);
      expect(bodies.toSorted()).toEqual(['First', 'Second']);
    }
    expect(simulator.calls.count({ operation: 'participants/create' })).toBe(threads.length);
  });

  it('whose answer was lost is found in the thread, not sent again', async () => {
    const { t, simulator, id } = await written();
    simulator.faults.next({ kind: 'cut' }, { operation: 'send' });
    const message = await sent(t, id, 'Did you get this?');
    expect((await deliveryOf(t, message)).state).toBe('UNKNOWN');
    for (let turn = 0; turn < 8; turn += 1) await t.pass(10_000);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED', evidence: 'ECHO' });
    expect(simulator.sent).toHaveLength(1);
  });
});

describe('what is not for the guest', () => {
  it('is shown as an internal note of ours, and is never unread', async () => {
    const made = await written();
    const { t, simulator, thread, id } = made;
    simulator.noteInternally(thread, 'Careful: allergic to feathers');
    await t.pass(PULL_MS);
    expect((await textsOf(t, id))[0]).toEqual(['us', 'internal', 'Careful: allergic to feathers']);
    expect((await inboxOf(t))[0]?.unreadCount).toBe(1);
  });
});

describe('marks', () => {
  it('of reading and closing go upstream and come back from there', async () => {
    const made = await written();
    const { t, simulator, thread, id } = made;
    const shown = async () => (await t.gql(CapabilitiesDocument, { id })).data.conversation;
    const input = { conversationId: id };
    expect((await shown())?.capabilities).toMatchObject({
      markRead: { allowed: true, mode: 'UPSTREAM' },
      close: { allowed: true, mode: 'UPSTREAM' },
      noReplyNeeded: { allowed: false, mode: 'UNSUPPORTED' },
    });
    await t.gql(MarkConversationReadDocument, { input });
    expect(hostsIn(made, thread).some(({ readAt }) => readAt !== null)).toBe(true);
    expect((await shown())?.unreadCount).toBe(0);
    expect((await t.gql(CloseConversationDocument, { input })).data.closeConversation.errors).toEqual([]);
    await t.pass(PULL_MS);
    expect((await shown())?.closedAt).not.toBeNull();
    expect((await t.gql(ReopenConversationDocument, { input })).data.reopenConversation.errors).toEqual([]);
    simulator.closeElsewhere(thread);
    await t.pass(PULL_MS);
    expect((await shown())?.closedAt).not.toBeNull();
    const [host] = simulator.hosts();
    simulator.assign(thread, host?.externalId ?? '');
    await t.pass(PULL_MS);
    expect((await shown())?.assignee).toEqual({ externalId: host?.externalId, name: host?.name });
  });
});

describe('a token', () => {
  it('that was rotated is used after a restart, and the old one never again', async () => {
    const { t, simulator, id } = await written({ oldRefreshToken: 'never' });
    await t.pass(3 * HOUR_MS);
    expect(simulator.calls.count({ operation: 'token' })).toBeGreaterThanOrEqual(2);
    await t.app.stop();
    const again = t.another();
    again.start();
    await again.settle();
    await t.clock.pass(3 * HOUR_MS);
    await again.settle();
    const { message } = await send(t, id, 'Still here');
    await t.clock.pass(5_000);
    await again.settle();
    expect((await deliveryOf(t, message?.id ?? '')).state).toBe('ACCEPTED');
    expect(simulator.calls.entries.filter(({ operation, status }) => operation === 'token' && status !== 200)).toEqual(
      [],
    );
  });

  it('that was revoked is told on the account, and connecting again mends it', async () => {
    const { t, simulator } = await desk();
    const states = async () =>
      (
        await t.ask<{ accounts: { state: string; lastError: { kind: string } | null }[] }>(
          '{ accounts { state lastError { kind } } }',
        )
      ).data.accounts;
    simulator.revoke();
    await t.pass(PULL_MS);
    expect(await states()).toEqual([{ state: 'AUTH_FAILED', lastError: { kind: 'auth' } }]);
  });
});

describe('hints', () => {
  it('in heaps are one look a second, and those of another account of the application wake nobody', async () => {
    const made = await written();
    const { t, simulator } = made;
    simulator.calls.reset();
    for (let times = 0; times < 200; times += 1) {
      expect(await hint(made)).toBe(200);
      await t.clock.pass(10);
    }
    await t.settle();
    const looks = simulator.calls.entries.filter(({ operation }) => operation === 'conversations').length;
    expect(looks).toBeLessThanOrEqual(4);
    expect(looks).toBeGreaterThanOrEqual(2);
  });
});
