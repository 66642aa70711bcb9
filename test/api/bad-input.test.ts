import { describe, expect, it } from 'vitest';
import { InboxDocument, type SendMessageInput, ThreadPageDocument } from '../generated/operations.ts';
import { type Answer, type TestApp, testApp } from '../helpers/app.ts';
import { idOf, rowCounts, send, threadOf } from '../helpers/desk.ts';

/** A system with one conversation and a message in it; what it holds is counted. */
async function desk() {
  const t = await testApp();
  const { externalId } = t.simulator().addConversation();
  t.simulator().guestWrites(externalId, 'Hello');
  await t.connect();
  const id = await idOf(t, externalId);
  const messageId = (await threadOf(t, id))[0]?.id ?? '';
  return { t, id, messageId, before: await rowCounts(t) };
}

const unknown = (id: string): string => id.replace(/.{8}$/, '00000000');

async function unchanged(t: TestApp, before: object): Promise<void> {
  await t.pass(3_000);
  expect(await rowCounts(t)).toEqual(before);
  expect(t.simulator().sent).toEqual([]);
}

describe('a send is refused, and changes nothing,', () => {
  it.each<[string, Partial<SendMessageInput>, string, string]>([
    ['with an empty body', { body: '' }, 'INVALID', 'body'],
    ['with a body of white space', { body: ' \n\t\u00a0' }, 'INVALID', 'body'],
    ['with a body that is too long', { body: 'é'.repeat(20_001) }, 'TOO_LARGE', 'body'],
    ['into a conversation that is none', { conversationId: 'cnv_nothing' }, 'NOT_FOUND', 'conversationId'],
    ['into what is no conversation', { conversationId: `acc_${'0'.repeat(32)}` }, 'NOT_FOUND', 'conversationId'],
    ['with an empty key', { idempotencyKey: '' }, 'INVALID', 'idempotencyKey'],
    ['with a key that is too long', { idempotencyKey: 'k'.repeat(256) }, 'INVALID', 'idempotencyKey'],
    ['to be given up at once', { giveUpAfter: 0 }, 'INVALID', 'giveUpAfter'],
    ['to be tried for ever', { giveUpAfter: 604_801 }, 'INVALID', 'giveUpAfter'],
  ])('%s', async (_title, wrong, code, field) => {
    const { t, id, before } = await desk();
    const answer = await send(t, id, 'Hello', wrong);
    expect(answer).toMatchObject({ message: null, cursor: null, replayed: false });
    expect(answer.errors).toMatchObject([{ code, path: [field], message: expect.any(String) }]);
    await unchanged(t, before);
  });

  it('as the participant without the scope messages:import', async () => {
    const { t, id, before } = await desk();
    const token = await t.tokenFor('acme', ['messages:read', 'messages:send']);
    const counted = await rowCounts(t);
    const { errors } = await send(t, id, 'As if', { sentBy: 'participant' }, token);
    expect(errors).toMatchObject([{ code: 'FORBIDDEN', path: ['sentBy'] }]);
    await unchanged(t, { ...before, token: counted['token'] });
    const imported = await send(t, id, 'Long ago', { sentBy: 'participant' });
    expect(imported).toMatchObject({ errors: [], message: { delivery: null } });
    await t.pass(3_000);
    expect(t.simulator().sent).toEqual([]);
  });

  it('with several faults at once, which are all told', async () => {
    const { t, before } = await desk();
    const { errors } = await send(t, 'nowhere', ' ', { giveUpAfter: -1 });
    expect(errors.map((one) => one.code)).toEqual(['NOT_FOUND', 'INVALID', 'INVALID']);
    await unchanged(t, before);
  });

  it('with a body at the limit it is taken', async () => {
    const { t, id } = await desk();
    expect((await send(t, id, '😀'.repeat(20_000))).errors).toEqual([]);
  });
});

describe('a page is refused', () => {
  const conversations = (t: TestApp, page: object) =>
    t.ask<object>(
      'query ($first: Int, $last: Int, $after: String, $before: String) { conversations(first: $first, last: $last, after: $after, before: $before) { nodes { id } } }',
      page,
    );

  it.each([
    ['of none', { first: 0 }],
    ['of fewer than none', { last: -1 }],
    ['of more than 100', { first: 101 }],
    ['of more than 100 from the end', { last: 101 }],
    ['from both ends', { first: 1, last: 1 }],
    ['after a cursor that is none', { after: 'nothing' }],
    ['after an empty cursor', { after: '' }],
    ['before a cursor cut short', { before: 'MSBjb252ZXJzYXRpb25z' }],
    [
      'after a cursor of no list that there is',
      { after: Buffer.from(`1 nowhere 5 cnv_${'0'.repeat(32)}`).toString('base64url') },
    ],
    ['of half a message', { first: 1.5 }],
    ['of too large a number', { first: 2 ** 40 }],
  ])('%s', async (_title, page) => {
    const { t, before } = await desk();
    const { data, errors } = await conversations(t, page);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(data).toEqual({});
    await unchanged(t, before);
  });

  it('after the cursor of another list, of any kind', async () => {
    const { t, id } = await desk();
    const other = t.simulator().addConversation({ messages: 3 });
    await t.pass(31_000);
    const inbox = (await t.gql(InboxDocument)).data.conversations.pageInfo.endCursor;
    const thread = (await t.gql(ThreadPageDocument, { id })).data.conversation?.messages.pageInfo.endCursor ?? null;
    const elsewhere = await idOf(t, other.externalId);
    for (const [where, after] of [
      [id, inbox],
      [elsewhere, thread],
    ] as const) {
      const { errors } = await t.gql(ThreadPageDocument, { id: where, after });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' }, message: /another list/ }]);
    }
    const { errors } = await t.gql(InboxDocument, { after: thread });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('an id that is unknown and one of another tenant', () => {
  it.each([
    ['by node', 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id, $id]) { id } }'],
    ['by conversation', 'query ($id: ID!) { conversation(id: $id) { id messages { nodes { id } } } }'],
    [
      'in a filter',
      'query ($id: ID!) { conversations(filter: { accountIds: [$id] }) { totalCount sources { state } nodes { id } } }',
    ],
    [
      'in a send',
      'mutation ($id: ID!) { sendMessage(input: { conversationId: $id, body: "x", idempotencyKey: "k" }) { message { id } errors { code message path } } }',
    ],
    [
      'in a mark',
      'mutation ($id: ID!) { updateMessage(input: { messageId: $id, read: true }) { message { id } errors { code message path } } }',
    ],
    [
      'in a retry',
      'mutation ($id: ID!) { retryMessage(input: { messageId: $id }) { message { id } errors { code message path } idempotencyKey } }',
    ],
    [
      'in a cancel',
      'mutation ($id: ID!) { cancelMessage(input: { messageId: $id }) { message { id } errors { code message path } } }',
    ],
    [
      'in a reading mark',
      'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { conversation { id } errors { code message path } } }',
    ],
    [
      'in a disconnect',
      'mutation ($id: ID!) { disconnectAccount(input: { accountId: $id }) { account { id } errors { code message path } } }',
    ],
  ])('are answered alike to the byte %s', async (_title, operation) => {
    const { t, id, messageId } = await desk();
    const token = await t.tokenFor('rival');
    const before = await rowCounts(t);
    const { rows } = await t.db.pool.query<{ id: string; booking_id: string }>(
      'SELECT account_id AS id, booking_id FROM conversation',
    );
    const foreign = [id, messageId, rows[0]?.id ?? '', rows[0]?.booking_id ?? ''];
    for (const one of foreign) {
      const told = await t.ask<object>(operation, { id: one }, token);
      const absent = await t.ask<object>(operation, { id: unknown(one) }, token);
      expect(told.text.replaceAll(one, '')).toBe(absent.text.replaceAll(unknown(one), ''));
      expect(JSON.stringify(told.errors)).not.toContain('INTERNAL');
    }
    await unchanged(t, before);
  });
});

describe('text that no database can hold is refused wherever it stands', () => {
  it.each([
    [
      'in a body',
      'mutation ($x: String!, $id: ID!) { sendMessage(input: { conversationId: $id, body: $x }) { replayed } }',
    ],
    [
      'in a key',
      'mutation ($x: String!, $id: ID!) { sendMessage(input: { conversationId: $id, body: "x", idempotencyKey: $x }) { replayed } }',
    ],
    [
      'in a filter',
      'query ($x: String!, $id: ID!) { conversation(id: $id) { id } conversations(filter: { text: $x }) { totalCount } }',
    ],
    [
      'in credentials',
      'mutation ($x: JSON!, $id: ID!) { connectAccount(input: { provider: "lavanda", title: $id, credentials: { clientId: $x } }) { errors { code } } }',
    ],
  ])('%s', async (_title, operation) => {
    const { t, id, before } = await desk();
    for (const x of ['a\0b', '\ud800']) {
      const { errors, status }: Answer<object> = await t.ask(
        operation.replace('$id: ID!', operation.includes('title: $id') ? '$id: String!' : '$id: ID!'),
        { x, id },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(status).toBeLessThan(500);
    }
    await unchanged(t, before);
  });
});

describe('without a token that is good', () => {
  it.each([
    ['none', {}],
    ['an unknown one', { authorization: 'Bearer parley_nothing' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['an empty one', { authorization: 'Bearer ' }],
  ])('(%s) the answer is UNAUTHENTICATED and nothing else', async (_title, headers) => {
    const { t, id, before } = await desk();
    for (const query of [
      '{ viewer { scopes } }',
      '{ providers { id } conversations { totalCount } }',
      `mutation { sendMessage(input: { conversationId: "${id}", body: "Hi" }) { replayed } }`,
    ]) {
      const response = await t.post(JSON.stringify({ query }), { authorization: '', ...headers });
      const body: unknown = await response.json();
      expect(body).toEqual({
        errors: [{ message: 'A valid bearer token is needed.', extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
    await unchanged(t, before);
  });

  it('a token that may only read may not send, and one of an unknown scope may nothing', async () => {
    const { t, id } = await desk();
    const reader = await t.tokenFor('acme', ['messages:read']);
    const stranger = await t.tokenFor('acme', ['messages:everything']);
    const mutation = `mutation { sendMessage(input: { conversationId: "${id}", body: "Hi" }) { replayed } }`;
    expect((await t.ask<object>(mutation, {}, reader)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await t.gql(InboxDocument, {}, stranger)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await t.gql(InboxDocument, {}, reader)).errors).toEqual([]);
    expect(t.simulator().sent).toEqual([]);
  });
});
