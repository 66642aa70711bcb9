import { describe, expect, it } from 'vitest';
import {
  MarkConversationReadDocument,
  UpdateMessageDocument,
  type UpdateMessageInput,
} from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { idOf, inboxOf, rowCounts, sent, threadOf } from '../helpers/desk.ts';

/** A system with one conversation of which the guest has written so many messages, none of them read. */
async function desk(messages = 1) {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation();
  const start = t.clock.now().getTime();
  for (let i = 0; i < messages; i += 1)
    t.simulator().guestWrites(externalId, `Question ${i}`, { at: new Date(start - (messages - i) * 10_000) });
  await t.connect();
  const id = await idOf(t, externalId);
  const mark = async (input: Omit<UpdateMessageInput, 'messageId'>, place = 0) => {
    const messageId = (await threadOf(t, id))[place]?.id ?? '';
    const { data, errors } = await t.gql(UpdateMessageDocument, { input: { messageId, ...input } });
    expect(errors).toEqual([]);
    return data.updateMessage;
  };
  const shown = async () => (await threadOf(t, id))[0];
  const change = async (to: Parameters<ReturnType<TestApp['simulator']>['changeMessage']>[1]) => {
    t.simulator().changeMessage((await shown())?.externalId ?? '', to);
    await t.pass(31_000);
  };
  return { t, id, externalId, mark, shown, change };
}

async function unread(t: TestApp): Promise<number | undefined> {
  const { rows } = await t.db.pool.query<{ id: string; count: number }>(
    `SELECT c.id, count(m.id)::int AS count FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id
       AND m.sent_by = 'participant' AND coalesce(m.read_local, m.read_upstream) IS NOT TRUE AND m.removed_at IS NULL
     GROUP BY c.id`,
  );
  const counted = new Map(rows.map((row) => [row.id, row.count]));
  const told = await inboxOf(t);
  for (const one of told) expect(one.unreadCount).toBe(counted.get(one.id));
  return told[0]?.unreadCount;
}

describe('a mark of ours on a message', () => {
  it.each([
    ['read', { read: true }, { read: false }],
    ['urgent', { urgent: true }, { urgent: false }],
    ['priority', { priority: 4.5 }, { priority: 0 }],
  ] as const)('%s holds while the provider says what it said before', async (_title, ours, before) => {
    const { t, mark, shown } = await desk();
    expect(await shown()).toMatchObject(before);
    expect(await mark(ours)).toMatchObject({ message: ours, errors: [] });
    await t.pass(61_000);
    expect(await shown()).toMatchObject(ours);
  });

  it.each([
    ['read', { read: true }, [{ read: true }, { read: false }], { read: false }],
    ['urgent', { urgent: false }, [{ urgent: true }], { urgent: true }],
    ['priority', { priority: 9 }, [{ priority: 2 }], { priority: 2 }],
  ] as const)('%s gives way when the provider’s own value changes', async (_title, ours, changes, then) => {
    const { mark, shown, change } = await desk();
    await mark(ours);
    for (const one of changes) await change(one);
    expect(await shown()).toMatchObject(then);
  });

  it('sets only what is given, and the last word counts', async () => {
    const { mark, shown } = await desk();
    await mark({ urgent: true, priority: 3 });
    await mark({ priority: 1 });
    await mark({ read: true, urgent: null });
    expect(await shown()).toMatchObject({ urgent: true, priority: 1, read: true });
  });

  it('is refused on a message that is none of ours, whoever else’s it is', async () => {
    const { t, id } = await desk();
    const messageId = (await threadOf(t, id))[0]?.id ?? '';
    const token = await t.tokenFor('rival');
    const before = await rowCounts(t);
    const foreign = await t.gql(UpdateMessageDocument, { input: { messageId, read: true } }, token);
    const absent = { messageId: messageId.replace(/.{8}$/, '00000000'), read: true };
    expect(foreign.text).toBe((await t.gql(UpdateMessageDocument, { input: absent }, token)).text);
    expect(foreign.data.updateMessage.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['messageId'] }]);
    expect(await rowCounts(t)).toEqual(before);
    expect(await unread(t)).toBe(1);
  });
});

describe('a snooze', () => {
  const later = new Date('2031-01-01T09:00:00.000Z').toISOString();

  it('is ended by null, whether it was ours or the provider’s', async () => {
    const { mark, shown, change } = await desk();
    expect(await mark({ snoozeUntil: later })).toMatchObject({ message: { snoozeUntil: later } });
    expect(await mark({ snoozeUntil: null })).toMatchObject({ message: { snoozeUntil: null } });
    await change({ snoozeUntil: new Date(later) });
    expect(await shown()).toMatchObject({ snoozeUntil: later });
    expect(await mark({ snoozeUntil: null })).toMatchObject({ message: { snoozeUntil: null } });
    expect(await shown()).toMatchObject({ snoozeUntil: null });
  });

  it('stays ended while the provider still shows its own', async () => {
    const { t, mark, shown, change } = await desk();
    await change({ snoozeUntil: new Date(later) });
    await mark({ snoozeUntil: null });
    await t.pass(61_000);
    expect(await shown()).toMatchObject({ snoozeUntil: null });
    const other = new Date('2032-01-01T09:00:00.000Z');
    await change({ snoozeUntil: other });
    expect(await shown()).toMatchObject({ snoozeUntil: other.toISOString() });
  });
});

describe('marking a conversation as read', () => {
  it('reads all that is stored, or up to one message', async () => {
    const { t, id } = await desk(5);
    expect(await unread(t)).toBe(5);
    const thread = await threadOf(t, id);
    const some = await t.gql(MarkConversationReadDocument, {
      input: { conversationId: id, upTo: thread[3]?.id ?? '' },
    });
    expect(some.data.markConversationRead).toMatchObject({ conversation: { id, unreadCount: 3 }, errors: [] });
    expect((await threadOf(t, id)).map((one) => one.read)).toEqual([false, false, false, true, true]);
    const all = await t.gql(MarkConversationReadDocument, { input: { conversationId: id } });
    expect(all.data.markConversationRead).toMatchObject({ conversation: { unreadCount: 0 }, errors: [] });
    expect(await unread(t)).toBe(0);
  });

  it('up to a message of another conversation is refused', async () => {
    const { t, id } = await desk(2);
    const other = t.simulator().addConversation();
    t.simulator().guestWrites(other.externalId, 'Elsewhere');
    await t.pass(31_000);
    const upTo = (await threadOf(t, await idOf(t, other.externalId)))[0]?.id ?? '';
    expect(upTo).not.toBe('');
    const { data } = await t.gql(MarkConversationReadDocument, { input: { conversationId: id, upTo } });
    expect(data.markConversationRead).toMatchObject({
      conversation: null,
      errors: [{ code: 'NOT_FOUND', path: ['upTo'] }],
    });
    await unread(t);
  });
});

it('the unread count is what a recount of the messages gives, whatever happens', async () => {
  const { t, id, externalId, mark, change } = await desk(3);
  expect(await unread(t)).toBe(3);
  await mark({ read: true }, 1);
  expect(await unread(t)).toBe(2);
  t.simulator().guestWrites(externalId, 'One more');
  await t.pass(31_000);
  expect(await unread(t)).toBe(3);
  await sent(t, id, 'An answer');
  expect(await unread(t)).toBe(3);
  await mark({ read: false }, 2);
  await unread(t);
  await change({ read: true });
  await unread(t);
  await t.gql(MarkConversationReadDocument, { input: { conversationId: id } });
  expect(await unread(t)).toBe(0);
});
