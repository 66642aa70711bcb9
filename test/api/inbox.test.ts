import { describe, expect, it } from 'vitest';
import {
  type ConversationFilter,
  DisconnectAccountDocument,
  InboxDocument,
  ThreadsDocument,
  type ThreadsQuery,
  UpdateMessageDocument,
} from '../generated/operations.ts';
import { type Answer, type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf } from '../helpers/desk.ts';

type Edge = { readonly first: number } | { readonly last: number };

/** Every conversation as it was met by paging from one end to the other. */
async function paged(t: TestApp, size: Edge): Promise<readonly string[]> {
  const met: string[] = [];
  const forwards = 'first' in size;
  for (let cursor: string | null = null, more = true; more; ) {
    const from: { after?: string | null; before?: string | null } = forwards ? { after: cursor } : { before: cursor };
    const { data }: Answer<ThreadsQuery> = await t.gql(ThreadsDocument, { ...size, ...from, messages: 1 });
    const { nodes, pageInfo } = data.conversations;
    const ids = nodes.map((one) => one.id);
    met.push(...(forwards ? ids : ids.toReversed()));
    more = forwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
    cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
  }
  return met;
}

describe('paging through the inbox', () => {
  it('meets every conversation once, in one order, from either end, with pages of any size', async () => {
    const t = await testApp({ size: 30 });
    await t.connect();
    const all = (await inboxOf(t)).map((one) => one.id);
    expect(all).toHaveLength(t.simulator().conversations().length);
    for (const size of [1, 7, 25, 100]) {
      expect(await paged(t, { first: size })).toEqual(all);
      expect(await paged(t, { last: size })).toEqual(all.toReversed());
    }
  });

  it('counts what answers to the filter, whatever the page', async () => {
    const t = await testApp({ size: 8 });
    await t.connect();
    const unread = (await inboxOf(t)).filter((one) => one.unreadCount > 0);
    const { data } = await t.gql(InboxDocument, { filter: { unread: true }, first: 1 });
    expect(data.conversations.totalCount).toBe(unread.length);
    expect(data.conversations.nodes).toHaveLength(1);
  });

  it('goes on under another filter from the same cursor', async () => {
    const t = await testApp({ size: 12 });
    await t.connect();
    const all = await inboxOf(t);
    const { data } = await t.gql(InboxDocument, { first: 4 });
    const after = data.conversations.pageInfo.endCursor;
    const rest = await t.gql(InboxDocument, { filter: { unread: true }, after, first: 100 });
    const expected = all.slice(4).filter((one) => one.unreadCount > 0);
    expect(rest.data.conversations.nodes.map((one) => one.id)).toEqual(expected.map((one) => one.id));
  });
});

describe('a filter of the inbox', () => {
  async function filtered(t: TestApp, filter: ConversationFilter): Promise<readonly (string | null)[]> {
    const { data, errors } = await t.gql(InboxDocument, { filter, first: 100 });
    expect(errors).toEqual([]);
    return data.conversations.nodes.map((one) => one.externalId).toSorted();
  }

  it('finds exactly what the provider has of that kind', async () => {
    const t = await testApp({ size: 16 });
    const accountId = await t.connect();
    const truth = t.simulator().conversations();
    const having = (test: (one: (typeof truth)[number]) => boolean) =>
      truth
        .filter(test)
        .map((one) => one.externalId)
        .toSorted();
    const all = having(() => true);
    const booking = truth.find((one) => one.bookingExternalId && one.propertyExternalId);
    const { bookingExternalId, propertyExternalId } = booking ?? {};
    if (!bookingExternalId || !propertyExternalId) throw new Error('no booking in the estate');
    const unread = having((one) => one.messages.some((message) => message.sentBy === 'participant' && !message.read));

    expect(await filtered(t, { accountIds: [accountId] })).toEqual(all);
    expect(await filtered(t, { accountIds: [accountId.replace(/.{8}$/, '00000000')] })).toEqual([]);
    expect(await filtered(t, { accountIds: [] })).toEqual([]);
    expect(await filtered(t, { provider: 'lavanda' })).toEqual(all);
    expect(await filtered(t, { provider: 'nobody' })).toEqual([]);
    expect(await filtered(t, { unread: true })).toEqual(unread);
    expect(await filtered(t, { unread: false })).toEqual(all.filter((id) => !unread.includes(id)));
    expect(await filtered(t, { bookingExternalId })).toEqual(
      having((one) => one.bookingExternalId === bookingExternalId),
    );
    const ofProperty = having((one) => one.propertyExternalId === propertyExternalId && one.bookingExternalId !== null);
    expect(await filtered(t, { propertyExternalId })).toEqual(ofProperty);
    expect(await filtered(t, { noReplyNeeded: true })).toEqual([]);
    const name = booking?.participantName?.toUpperCase() ?? '';
    expect(await filtered(t, { text: name })).toContain(booking?.externalId);
    expect(await filtered(t, { text: '100%_no such words' })).toEqual([]);
    const body = truth.flatMap((one) => one.messages)[0]?.body.slice(3, 30) ?? '';
    expect(await filtered(t, { text: body })).toEqual(
      having((one) => one.messages.some((message) => message.body.includes(body))),
    );
  });

  it('by time leaves out what lies on the bound', async () => {
    const t = await testApp({ size: 10 });
    await t.connect();
    const { nodes } = (await t.gql(InboxDocument, { first: 100 })).data.conversations;
    const at = nodes[4]?.lastMessageAt ?? '';
    expect(await filtered(t, { lastMessageAfter: at })).toEqual(
      nodes
        .filter((one) => (one.lastMessageAt ?? '') > at)
        .map((one) => one.externalId)
        .toSorted(),
    );
    expect(await filtered(t, { lastMessageBefore: at })).toEqual(
      nodes
        .filter((one) => (one.lastMessageAt ?? '9') < at)
        .map((one) => one.externalId)
        .toSorted(),
    );
  });

  it('by our own marks follows them', async () => {
    const t = await testApp();
    const { externalId } = t.simulator().addConversation();
    t.simulator().guestWrites(externalId, 'Please call me');
    await t.connect();
    const messageId = (await inboxOf(t))[0]?.messages.nodes[0]?.id ?? '';
    const snoozeUntil = new Date(t.clock.now().getTime() + 3_600_000).toISOString();
    expect(await filtered(t, { urgent: true })).toEqual([]);
    await t.gql(UpdateMessageDocument, { input: { messageId, urgent: true, snoozeUntil } });
    expect(await filtered(t, { urgent: true, snoozed: true })).toEqual([externalId]);
    expect(await filtered(t, { snoozed: false })).toEqual([]);
    await t.pass(3_600_001);
    expect(await filtered(t, { snoozed: true })).toEqual([]);
  });
});

describe('the sources of the inbox', () => {
  it('tell of each account whether it is in step, and since when', async () => {
    const t = await testApp({ size: 2 });
    const accountId = await t.connect();
    const at = t.clock.now().toISOString();
    const fresh = (await t.gql(InboxDocument)).data.conversations.sources;
    expect(fresh).toMatchObject([{ state: 'FRESH', observedAt: at, account: { id: accountId }, error: null }]);
    await t.app.stop();
    await t.clock.pass(6 * 60_000);
    const stale = (await t.gql(InboxDocument)).data.conversations.sources;
    expect(stale).toMatchObject([{ state: 'STALE', observedAt: at, error: null }]);
  });

  it('name the account whose provider is down, while all others are shown in full', async () => {
    const t = await testApp({ size: 4 });
    await t.connect();
    const second = await t.secondSimulator(3);
    const downId = await t.connect(second.credentials);
    const all = (await inboxOf(t)).map((one) => one.id);
    const since = t.clock.now().toISOString();
    second.faults.always({ kind: 'status', status: 503 });
    await t.pass(5_000);
    const { data, errors } = await t.gql(InboxDocument, { first: 100, maxAge: 1 });
    expect(data.conversations.nodes.map((one) => one.id)).toEqual(all);
    expect(data.conversations.sources).toMatchObject([
      { state: 'FRESH', error: null },
      { state: 'FAILED', observedAt: since, account: { id: downId }, error: { kind: 'unavailable' } },
    ]);
    expect(errors).toHaveLength(1);
    expect(errors).toMatchObject([
      { extensions: { code: 'PROVIDER_FAILED', provider: 'lavanda', kind: 'unavailable', account: downId } },
    ]);
    await t.gql(DisconnectAccountDocument, { accountId: downId });
    expect((await t.gql(InboxDocument)).data.conversations.sources).toMatchObject([{}, { state: 'PAUSED' }]);
  });
});
