import { describe, expect, it } from 'vitest';
import {
  CapabilitiesDocument,
  CloseConversationDocument,
  DisconnectAccountDocument,
  ReopenConversationDocument,
} from '../generated/operations.ts';
import { deliveryOf, eventsOf, idOf, sent, threadOf } from '../helpers/desk.ts';
import { connectStub, stubDesk } from '../helpers/stub-desk.ts';
import type { StubOptions, StubThread } from '../helpers/stub-provider.ts';

const SWEEP_MS = 7 * 3_600_000;

/** A system with one conversation in which the guest has written once. */
async function desk(options: StubOptions & { readonly thread?: Partial<StubThread> } = {}) {
  const { t, stub } = await stubDesk(options);
  const thread = stub.thread(options.thread);
  stub.says(thread);
  const accountId = await connectStub(t, stub);
  const id = await idOf(t, thread.externalId);
  const shown = async () => (await t.gql(CapabilitiesDocument, { id })).data.conversation;
  const close = async (conversationId = id, token = t.token) =>
    (await t.gql(CloseConversationDocument, { input: { conversationId } }, token)).data.closeConversation;
  const reopen = async () =>
    (await t.gql(ReopenConversationDocument, { input: { conversationId: id } })).data.reopenConversation;
  return { t, stub, thread, accountId, id, shown, close, reopen };
}

describe('closing a conversation', () => {
  it('goes to the provider, is shown at once, told in the feed, and taken back by reopening', async () => {
    const { t, thread, id, shown, close, reopen } = await desk();
    const now = t.clock.now().toISOString();
    expect(await close()).toEqual({ conversation: { id, closedAt: now }, errors: [] });
    expect(thread.closedAt).not.toBeNull();
    expect((await eventsOf(t)).at(-1)).toMatchObject({ __typename: 'ConversationChanged' });
    expect(await reopen()).toEqual({ conversation: { id, closedAt: null }, errors: [] });
    expect([thread.closedAt, (await shown())?.closedAt]).toEqual([null, null]);
  });

  it('leaves it open to answers: putting a conversation aside silences nobody', async () => {
    const { t, stub, id, shown, close } = await desk();
    await close();
    expect((await shown())?.capabilities.reply).toMatchObject({ allowed: true, blockedBy: null });
    const message = await sent(t, id, 'One more thing');
    expect((await deliveryOf(t, message)).state).toBe('ACCEPTED');
    expect(stub.sent).toHaveLength(1);
  });

  it('is refused where the provider cannot, fails, or is not connected, and changes nothing', async () => {
    const without = await desk({ abilities: ['attachments'] });
    expect(await without.close()).toMatchObject({ conversation: null, errors: [{ code: 'UNSUPPORTED' }] });
    const { t, stub, accountId, shown, close, reopen } = await desk();
    stub.fail('setClosed', 'unavailable');
    expect(await close()).toMatchObject({ conversation: null, errors: [{ code: 'PROVIDER_FAILED' }] });
    await t.gql(DisconnectAccountDocument, { accountId });
    for (const refused of [await close(), await reopen()])
      expect(refused).toMatchObject({ errors: [{ code: 'READ_ONLY' }] });
    expect((await shown())?.closedAt).toBeNull();
  });

  it('of one that is none of yours is refused in the words for one that does not exist', async () => {
    const { t, id, close } = await desk();
    const rival = await t.tokenFor('rival');
    const foreign = await close(id, rival);
    expect(foreign.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['conversationId'] }]);
    expect(await close('cnv_nothing', rival)).toEqual(foreign);
  });
});

describe('what a provider tells of a whole conversation', () => {
  it('is who looks after it, until somebody else or nobody does', async () => {
    const noor = { externalId: 'h-1', name: 'Noor' };
    const { t, thread, shown } = await desk({ thread: { assignee: noor } });
    expect((await shown())?.assignee).toEqual(noor);
    for (const [told, seen] of [
      [undefined, noor],
      [
        { externalId: 'h-2', name: null },
        { externalId: 'h-2', name: null },
      ],
      [null, null],
    ] as const) {
      if (told === undefined) delete thread.assignee;
      else thread.assignee = told;
      await t.pass(SWEEP_MS);
      expect((await shown())?.assignee).toEqual(seen);
    }
  });

  it('is up to when it was read: what the guest wrote before counts as read, and later messages do not', async () => {
    const { t, stub, thread, id, shown } = await desk();
    expect((await shown())?.unreadCount).toBe(1);
    thread.readUpTo = new Date(1e12 + 60_000);
    stub.says(thread, { sentAt: new Date(1e12 + 60_000), read: null });
    stub.says(thread, { sentAt: new Date(1e12 + 61_000), read: null });
    await t.pass(SWEEP_MS);
    expect((await shown())?.unreadCount).toBe(1);
    expect((await threadOf(t, id)).map((one) => one.read)).toEqual([null, true, true]);
  });
});
