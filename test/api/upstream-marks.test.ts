import { describe, expect, it } from 'vitest';
import {
  CapabilitiesDocument,
  DisconnectAccountDocument,
  MarkConversationReadDocument,
  SetNoReplyNeededDocument,
  UpdateMessageDocument,
} from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { idOf, rowCounts, threadOf } from '../helpers/desk.ts';
import { connectStub, stubDesk } from '../helpers/stub-desk.ts';
import type { StubOptions } from '../helpers/stub-provider.ts';

/** A system with one conversation in which the guest has written twice. */
async function desk(options: StubOptions = {}) {
  const { t, stub } = await stubDesk(options);
  const thread = stub.thread();
  for (const body of ['First', 'Second']) stub.says(thread, { body });
  const accountId = await connectStub(t, stub);
  const id = await idOf(t, thread.externalId);
  const shown = async () => (await t.gql(CapabilitiesDocument, { id })).data.conversation;
  return { t, stub, thread, accountId, id, shown };
}

describe('a mark of reading', () => {
  const readAll = async (t: TestApp, id: string, upTo?: string) => {
    const { data } = await t.gql(MarkConversationReadDocument, {
      input: { conversationId: id, ...(upTo && { upTo }) },
    });
    return data.markConversationRead;
  };

  it('of a conversation goes to the provider, once, for what was not read', async () => {
    const { t, stub, thread, id } = await desk();
    const upTo = (await threadOf(t, id))[1]?.id ?? '';
    expect(await readAll(t, id, upTo)).toMatchObject({ conversation: { unreadCount: 1 }, errors: [] });
    expect(stub.read).toEqual([thread.messages[0]?.externalId]);
    expect(await readAll(t, id)).toMatchObject({ conversation: { unreadCount: 0 }, errors: [] });
    expect(stub.read).toEqual(thread.messages.map((one) => one.externalId));
    expect(await readAll(t, id)).toMatchObject({ errors: [] });
    expect(stub.calls).toEqual(['markRead', 'markRead']);
  });

  it('of a message goes to the provider; its end, and all other marks, stay here', async () => {
    const { t, stub, thread, id } = await desk();
    const messageId = (await threadOf(t, id))[0]?.id ?? '';
    const mark = async (input: object) => (await t.gql(UpdateMessageDocument, { input: { messageId, ...input } })).data;
    expect((await mark({ urgent: true })).updateMessage.errors).toEqual([]);
    expect((await mark({ read: false })).updateMessage.errors).toEqual([]);
    expect(stub.calls).toEqual([]);
    expect((await mark({ read: true })).updateMessage).toMatchObject({ message: { read: true, urgent: true } });
    expect(stub.read).toEqual([thread.messages[1]?.externalId]);
  });

  it('that the provider does not take is not made here either', async () => {
    const { t, stub, id } = await desk();
    const before = await rowCounts(t);
    stub.fail('markRead', 'unavailable');
    expect(await readAll(t, id)).toMatchObject({ conversation: null, errors: [{ code: 'PROVIDER_FAILED' }] });
    stub.fail('markRead', 'rate-limited');
    const messageId = (await threadOf(t, id))[0]?.id ?? '';
    const { data } = await t.gql(UpdateMessageDocument, { input: { messageId, read: true, urgent: true } });
    expect(data.updateMessage).toMatchObject({ message: null, errors: [{ code: 'PROVIDER_FAILED' }] });
    expect((await threadOf(t, id)).map((one) => [one.read, one.urgent])).toEqual([
      [false, null],
      [false, null],
    ]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('of a disconnected account is refused where it would go to the provider, and made where it is ours', async () => {
    for (const [abilities, code] of [
      [['markRead'], 'READ_ONLY'],
      [[], undefined],
    ] as const) {
      const { t, stub, accountId, id } = await desk({ abilities });
      await t.gql(DisconnectAccountDocument, { accountId });
      expect((await readAll(t, id)).errors[0]?.code).toBe(code);
      expect(stub.calls).toEqual([]);
    }
  });
});

describe('the mark that no reply is needed', () => {
  const mark = async (t: TestApp, conversationId: string, noReplyNeeded: boolean, token = t.token) => {
    const { data } = await t.gql(SetNoReplyNeededDocument, { input: { conversationId, noReplyNeeded } }, token);
    return data.setNoReplyNeeded;
  };

  it('goes to the provider, and is shown', async () => {
    const { t, thread, id, shown } = await desk();
    expect(await mark(t, id, true)).toMatchObject({ conversation: { noReplyNeeded: true }, errors: [] });
    expect(thread.noReplyNeeded).toBe(true);
    expect(await mark(t, id, false)).toMatchObject({ conversation: { noReplyNeeded: false }, errors: [] });
    expect(thread.noReplyNeeded).toBe(false);
    expect((await shown())?.noReplyNeeded).toBe(false);
  });

  it('is refused where the provider has none, fails, or is not connected, and changes nothing', async () => {
    const without = await desk({ abilities: ['attachments'] });
    expect(await mark(without.t, without.id, true)).toMatchObject({ errors: [{ code: 'UNSUPPORTED' }] });
    const { t, stub, accountId, id, shown } = await desk();
    stub.fail('setNoReplyNeeded', 'unavailable');
    expect(await mark(t, id, true)).toMatchObject({
      conversation: null,
      errors: [{ code: 'PROVIDER_FAILED', provider: 'stub', kind: 'unavailable' }],
    });
    await t.gql(DisconnectAccountDocument, { accountId });
    expect(await mark(t, id, true)).toMatchObject({ errors: [{ code: 'READ_ONLY' }] });
    expect((await shown())?.noReplyNeeded).toBeNull();
    expect(stub.calls).toEqual(['setNoReplyNeeded']);
  });

  it('of a conversation that is none, or none of yours, is refused in the same words', async () => {
    const { t, stub, id } = await desk();
    const rival = await t.tokenFor('rival');
    const foreign = await mark(t, id, true, rival);
    expect(foreign.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['conversationId'] }]);
    expect(await mark(t, 'cnv_nothing', true, rival)).toEqual(foreign);
    expect(stub.calls).toEqual([]);
  });
});
