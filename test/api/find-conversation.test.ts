import { describe, expect, it } from 'vitest';
import type { ProviderModule } from '../../src/providers/contract.ts';
import {
  BookingPageDocument,
  CapabilitiesDocument,
  FindByBookingDocument,
  InboxDocument,
} from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { rowCounts, send } from '../helpers/desk.ts';
import { connectStub, pictureFile, stubDesk, upload } from '../helpers/stub-desk.ts';
import { createStub, type StubOptions } from '../helpers/stub-provider.ts';

const filter = { bookingExternalId: 'B-1', propertyExternalId: 'P-1' };

/** A system with a booking that nobody has written about yet, known to its provider alone. */
async function desk(options: StubOptions = {}) {
  const { t, stub } = await stubDesk(options);
  stub.bookings.set('B-1', 'P-1');
  await connectStub(t, stub);
  return { t, stub };
}

async function found(t: TestApp, by: object = filter, token = t.token) {
  const { data, errors } = await t.gql(FindByBookingDocument, { filter: by }, token);
  return { ...data.conversations, errors };
}

describe('a booking that nobody has written about', () => {
  it('is found by its id and its property’s, with an empty conversation, by one call', async () => {
    const { t, stub } = await desk();
    const { nodes, errors } = await found(t);
    expect(errors).toEqual([]);
    expect(nodes).toMatchObject([
      {
        externalId: null,
        participant: { name: 'Guest of B-1' },
        booking: { externalId: 'B-1', propertyExternalId: 'P-1', conversations: [{ id: nodes[0]?.id }] },
        messages: { nodes: [], pageInfo: { hasNextPage: false } },
      },
    ]);
    expect(stub.calls).toEqual(['findConversation']);
  });

  it('can be written to, and is the same conversation when the provider tells of it', async () => {
    const { t, stub } = await desk();
    const [first] = (await found(t)).nodes;
    const { errors } = await send(t, first?.id ?? '', 'Looking forward to your stay');
    expect(errors).toEqual([]);
    await t.settle();
    expect(stub.sent).toMatchObject([{ body: 'Looking forward to your stay', conversation: { externalId: null } }]);
    await t.pass(5_000);
    const { nodes } = await found(t);
    expect(nodes).toMatchObject([{ id: first?.id, externalId: 'thread-0' }]);
    expect(nodes[0]?.messages.nodes.map((one) => one.body)).toEqual(['Looking forward to your stay']);
  });

  it('can be given neither files nor marks before the first message', async () => {
    const { t, stub } = await desk();
    const id = (await found(t)).nodes[0]?.id ?? '';
    const { data } = await t.gql(CapabilitiesDocument, { id });
    const blocked = { allowed: false, blockedBy: 'unwritten' };
    expect(data.conversation?.capabilities).toMatchObject({
      ...{ reply: { allowed: true }, attach: blocked, noReplyNeeded: blocked },
    });
    expect((await upload(t, id, pictureFile())).errors).toMatchObject([{ code: 'READ_ONLY' }]);
    expect(stub.calls).toEqual(['findConversation']);
  });

  it('is not read at the provider, however fresh it is wanted', async () => {
    const { t, stub } = await desk();
    const id = (await found(t)).nodes[0]?.id ?? '';
    const text = 'query ($id: ID!) { conversation(id: $id) { messages(maxAge: 0) { totalCount nodes { id } } } }';
    expect((await t.ask(text, { id })).data).toEqual({ conversation: { messages: { totalCount: 0, nodes: [] } } });
    expect(stub.calls).toEqual(['findConversation']);
  });
});

describe('looking a booking up', () => {
  it('finds what was written, with all its messages', async () => {
    const { t, stub } = await desk();
    stub.says(stub.thread({ booking: 'B-1' }), { body: 'Is there parking?' });
    const { nodes } = await found(t);
    expect(nodes).toMatchObject([{ externalId: 'thread-0', messages: { nodes: [{ body: 'Is there parking?' }] } }]);
  });

  it('finds nothing, and is no failure, where there is no such booking or property', async () => {
    const { t, stub } = await desk();
    const before = await rowCounts(t);
    for (const by of [
      { ...filter, propertyExternalId: 'P-2' },
      { ...filter, bookingExternalId: 'B-2' },
    ])
      expect(await found(t, by)).toMatchObject({ nodes: [], errors: [], sources: [{ state: 'FRESH' }] });
    stub.fail('findConversation', 'not-found');
    expect(await found(t)).toMatchObject({ nodes: [], errors: [] });
    expect(await rowCounts(t)).toEqual(before);
  });

  it('is done once an operation, once for all who ask at once, and not again within the provider’s gap', async () => {
    const { t, stub } = await desk();
    const one = (alias: string) => `${alias}: conversations(filter: $filter) { nodes { id } }`;
    const text = `query ($filter: ConversationFilter) { ${one('a')} ${one('b')} ${one('c')} }`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => t.ask(text, { filter })));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    await found(t);
    expect(stub.calls).toEqual(['findConversation']);
    await t.pass(2_000);
    await found(t);
    expect(stub.calls.filter((call) => call === 'findConversation')).toHaveLength(2);
  });

  it('needs both ids, and a first page', async () => {
    const { t, stub } = await desk();
    await found(t, { bookingExternalId: 'B-1' });
    await found(t, { propertyExternalId: 'P-1' });
    await found(t, { ...filter, propertyExternalId: null });
    await found(t, { ...filter, propertyExternalId: '' });
    expect(stub.calls).toEqual([]);
  });

  it('asks only accounts that are selected, connected, and can', async () => {
    const stubs = [createStub(), createStub({ id: 'second' }), createStub({ id: 'third', abilities: [] })];
    const t = await testApp({ app: { providers: stubs.map(({ module }) => module as ProviderModule) } });
    for (const stub of stubs) stub.bookings.set('B-1', 'P-1');
    const ids: string[] = [];
    for (const stub of stubs) ids.push(await connectStub(t, stub));
    const asked = async (by: object) => {
      for (const stub of stubs) stub.calls.length = 0;
      const { nodes } = await found(t, { ...filter, ...by });
      await t.pass(2_000);
      return [nodes.length, ...stubs.map(({ calls }) => calls.filter((call) => call === 'findConversation').length)];
    };
    expect(await asked({ accountIds: [ids[1]] })).toEqual([1, 0, 1, 0]);
    expect(await asked({ provider: 'stub' })).toEqual([1, 1, 0, 0]);
    expect(await asked({ provider: 'third' })).toEqual([0, 0, 0, 0]);
    expect(await asked({})).toEqual([2, 1, 1, 0]);
    await t.ask('mutation ($id: ID!) { disconnectAccount(input: { accountId: $id }) { errors { code } } }', {
      id: ids[0],
    });
    expect(await asked({})).toEqual([2, 0, 1, 0]);
  });

  it('that one provider fails leaves what the others have, and says so', async () => {
    const stubs = [createStub(), createStub({ id: 'second' })];
    const t = await testApp({ app: { providers: stubs.map(({ module }) => module as ProviderModule) } });
    for (const stub of stubs) stub.bookings.set('B-1', 'P-1');
    for (const stub of stubs) await connectStub(t, stub);
    for (let tries = 0; tries < 3; tries += 1) stubs[0]?.fail('findConversation', 'unavailable');
    const { nodes, sources, errors } = await found(t);
    expect(nodes).toHaveLength(1);
    expect(sources).toMatchObject([{ state: 'FAILED', error: { kind: 'unavailable' } }, { state: 'FRESH' }]);
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_FAILED', provider: 'stub', kind: 'unavailable' } }]);
  });

  it('finds nothing of another tenant’s', async () => {
    const { t, stub } = await desk();
    expect(await found(t, filter, await t.tokenFor('rival'))).toMatchObject({ nodes: [], sources: [], errors: [] });
    expect(stub.calls).toEqual([]);
  });
});

it('a booking’s page shows all its conversations, each with its guest', async () => {
  const { t, stub } = await stubDesk();
  for (const guest of ['Ana', 'Ben']) stub.says(stub.thread({ booking: 'B-1', guest }));
  stub.says(stub.thread({ booking: 'B-2', guest: 'Cem' }));
  await connectStub(t, stub);
  const { nodes } = await found(t, { bookingExternalId: 'B-1' });
  const { data } = await t.gql(BookingPageDocument, { id: nodes[0]?.booking?.id ?? '' });
  expect(data.bookings.booking?.conversations.map((one) => one.participant?.name)).toEqual(['Ana', 'Ben']);
});

describe('an account counts as stale', () => {
  const stateAfter = async (pullEveryMs: number, ms: number) => {
    const { t, stub } = await stubDesk({ limits: { pullEveryMs }, app: { idle: true } });
    await connectStub(t, stub);
    await t.db.prisma.account.updateMany({ data: { last_pulled_at: t.clock.now() } });
    t.clock.advance(ms);
    return (await t.gql(InboxDocument, {})).data.conversations.sources[0]?.state;
  };

  it('when it was not looked at for two of its provider’s intervals and a minute', async () => {
    expect(await stateAfter(600_000, 1_259_000)).toBe('FRESH');
    expect(await stateAfter(600_000, 1_261_000)).toBe('STALE');
    expect(await stateAfter(2_000, 65_000)).toBe('STALE');
  });
});
