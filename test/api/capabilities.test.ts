import { describe, expect, it } from 'vitest';
import type { ConversationFacts } from '../../src/domain/messaging.ts';
import { CapabilitiesDocument, DisconnectAccountDocument, RetryMessageDocument } from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { idOf, rowCounts, send, sent } from '../helpers/desk.ts';
import { connectStub, stubDesk } from '../helpers/stub-desk.ts';
import { type StubOptions, stubFiles } from '../helpers/stub-provider.ts';

/** A system with one conversation in which the guest has written twice. */
async function desk(options: StubOptions = {}) {
  const { t, stub } = await stubDesk(options);
  const thread = stub.thread();
  stub.says(thread, { body: 'First' });
  stub.says(thread, { body: 'Second' });
  const accountId = await connectStub(t, stub);
  const id = await idOf(t, thread.externalId);
  const shown = async () => {
    const { data } = await t.gql(CapabilitiesDocument, { id });
    if (!data.conversation) throw new Error('the conversation is gone');
    return data.conversation;
  };
  /** The provider says something else of the thread from now on, and we have heard. */
  const turn = async (to: Partial<Pick<typeof thread, 'facts' | 'closedAt'>>): Promise<void> => {
    Object.assign(thread, to);
    await t.pass(31_000);
    stub.calls.length = 0;
  };
  return { t, stub, thread, accountId, id, shown, turn };
}

const facts = (some: Partial<ConversationFacts>): ConversationFacts => ({
  ...{ canReply: null, replyUntil: null, replyBlockedBy: null, details: null },
  ...some,
});

const inAnHour = (t: TestApp): Date => new Date(t.clock.now().getTime() + 3_600_000);

describe('what can be done in a conversation', () => {
  it('is what its provider can', async () => {
    const { shown } = await desk();
    const open = { allowed: true, until: null, blockedBy: null, mode: 'UPSTREAM' };
    const notFiles = { types: null, maxBytes: null };
    expect((await shown()).capabilities).toEqual({
      reply: { ...open, ...notFiles },
      attach: { ...open, ...stubFiles },
      markRead: open,
      noReplyNeeded: open,
      close: open,
    });
  });

  it('is less where its provider can less', async () => {
    const { shown } = await desk({ abilities: [] });
    const never = { allowed: false, blockedBy: 'unsupported', mode: 'UNSUPPORTED' };
    expect((await shown()).capabilities).toMatchObject({
      ...{ reply: { allowed: true }, attach: { ...never, types: null }, noReplyNeeded: never, close: never },
      markRead: { allowed: true, mode: 'LOCAL' },
    });
  });

  it('ends with the window for replies, files with it', async () => {
    const { t, shown, turn } = await desk();
    const replyUntil = inAnHour(t);
    await turn({ facts: facts({ replyUntil }) });
    const until = replyUntil.toISOString();
    expect((await shown()).capabilities).toMatchObject({
      ...{ reply: { allowed: true, until }, attach: { allowed: true, until } },
    });
    await t.pass(3_600_000);
    const closed = { allowed: false, until, blockedBy: 'reply_window_closed' };
    expect((await shown()).capabilities).toMatchObject({
      ...{ reply: closed, attach: { ...closed, ...stubFiles }, markRead: { allowed: true } },
    });
  });

  it('is nothing at a provider once the account is disconnected', async () => {
    const { t, accountId, shown } = await desk();
    await t.gql(DisconnectAccountDocument, { accountId });
    for (const ability of Object.values((await shown()).capabilities))
      if (typeof ability === 'object')
        expect(ability).toMatchObject({ allowed: false, blockedBy: 'account_disconnected' });
  });
});

describe('a send is refused, and nothing is queued,', () => {
  it.each<[string, string, (t: TestApp) => { facts?: ConversationFacts; closedAt?: Date }]>([
    ['where the provider says it is read only', 'read_only', () => ({ facts: facts({ canReply: false }) })],
    [
      'for the provider’s own reason',
      'stay_cancelled',
      () => ({ facts: facts({ canReply: false, replyBlockedBy: 'stay_cancelled' }) }),
    ],
    ['after the window for replies', 'reply_window_closed', () => ({ facts: facts({ replyUntil: new Date(0) }) })],
    ['where its provider has ended the conversation', 'closed', (t) => ({ closedAt: t.clock.now() })],
  ])('%s', async (_title, why, made) => {
    const { t, stub, id, turn } = await desk({ abilities: ['attachments'] });
    await turn(made(t));
    const before = await rowCounts(t);
    const { message, errors } = await send(t, id, 'Too late', { idempotencyKey: 'k' });
    expect(message).toBeNull();
    expect(errors).toMatchObject([
      { code: 'READ_ONLY', path: ['conversationId'], message: expect.stringContaining(why) },
    ]);
    await t.settle();
    expect(stub.sent).toEqual([]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('but what was sent under the key before is still told', async () => {
    const { t, stub, id, turn } = await desk();
    const first = await send(t, id, 'In time', { idempotencyKey: 'k' });
    await turn({ facts: facts({ canReply: false }) });
    const again = await send(t, id, 'In time', { idempotencyKey: 'k' });
    expect(again).toMatchObject({ replayed: true, errors: [], message: { id: first.message?.id } });
    expect(stub.sent).toHaveLength(1);
  });

  it('and so is another try of one that failed', async () => {
    const { t, stub, id, turn } = await desk({ abilities: ['attachments'] });
    stub.fail('send', 'invalid');
    const messageId = await sent(t, id, 'Not taken');
    await turn({ closedAt: t.clock.now() });
    const { data } = await t.gql(RetryMessageDocument, { messageId });
    expect(data.retryMessage.errors).toMatchObject([{ code: 'READ_ONLY' }]);
    await t.settle();
    expect(stub.sent).toEqual([]);
  });

  it('but history can still be imported', async () => {
    const { t, stub, id, turn } = await desk();
    await turn({ facts: facts({ canReply: false }) });
    expect((await send(t, id, 'Said on the phone', { sentBy: 'participant' })).errors).toEqual([]);
    await t.settle();
    expect(stub.sent).toEqual([]);
  });
});

it('what an author should know of a send is told with it', async () => {
  const { t, stub, id } = await desk();
  stub.warnings = ['GUEST_GETS_EMAIL', 'LINKS_MAY_BE_REMOVED'];
  const warnings = async (more: object) => {
    const text =
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { warnings { code message } errors { code } } }';
    const input = { conversationId: id, body: 'https://example.test', ...more };
    const { data } = await t.ask<{ sendMessage: { warnings: { code: string; message: string }[] } }>(text, { input });
    return data.sendMessage.warnings;
  };
  const told = await warnings({});
  expect(told.map((one) => one.code)).toEqual(['GUEST_GETS_EMAIL', 'LINKS_MAY_BE_REMOVED']);
  for (const { message } of told) expect(message).not.toBe('');
  expect(await warnings({ body: ' ' })).toEqual([]);
  expect(await warnings({ sentBy: 'participant' })).toEqual([]);
});
