import { expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ConversationKey } from '../contract.ts';
import { call, type Script, scriptedDemand } from './fixtures/scripted-demand.ts';
import thread31 from './fixtures/thread-3.1.json' with { type: 'json' };
import thread32 from './fixtures/thread-3.2.json' with { type: 'json' };
import threadGuide from './fixtures/thread-guide.json' with { type: 'json' };

const id = '7dfa2fb6-fe7e-5a47-99b1-0de2dccd329e';
const address = { accommodation: '7000001', reservation: '4000000001' };
const key: ConversationKey = { externalId: brand(id), address };
const none = { request_id: 'r', data: {} };
const refusal = (status: number) => () => new Response('', { status });

async function conversation(script: Script, of: ConversationKey = key) {
  const { adapter, seen } = scriptedDemand(script);
  const [slot] = await adapter.conversations([of], call);
  return { slot, seen };
}

for (const [shape, answer] of Object.entries({ guide: threadGuide, '3.1': thread31, '3.2': thread32 })) {
  test(`a thread in the shape of ${shape} is read as in the others, oldest first`, async () => {
    const { slot } = await conversation(() => answer);
    expect(slot).toMatchObject({
      ok: true,
      value: {
        externalId: id,
        address,
        booking: '4000000001',
        // A property's name in a thread is its id again: that is no name.
        participant: { externalId: '63d2d972-141c-5986-988a-6921689004e4', name: null },
        newest: {
          items: [
            { sentBy: 'participant', body: 'Welcome!', sentAt: new Date('2026-03-14T09:26:53.589Z') },
            { sentBy: 'us', body: 'Is there parking?', attachments: [] },
          ],
          older: null,
        },
      },
    });
  });
}

test('exactly one of conversation and reservation is named', async () => {
  const known = await conversation(() => thread32);
  expect(known.seen[0]?.body).toEqual({ accommodation: '7000001', conversation: id });
  const bare = await conversation(() => thread32, { ...key, externalId: null });
  expect(bare.seen[0]?.body).toEqual({ accommodation: '7000001', reservation: '4000000001' });
  expect(bare.slot).toMatchObject({ ok: true, value: { externalId: id } });
});

test('a key that leads nowhere fails alone, and asks nobody', async () => {
  const { adapter, seen } = scriptedDemand(() => thread32);
  const lost: ConversationKey = { externalId: brand(id), address: {} };
  const bare: ConversationKey = { externalId: null, address: { accommodation: '7000001' } };
  const slots = await adapter.conversations([lost, key, bare], call);
  expect(slots).toMatchObject([{ ok: false, error: { kind: 'invalid' } }, { ok: true }, { ok: false }]);
  expect(seen).toHaveLength(1);
});

test('a conversation that is not there is an empty slot or a refusal, never another one', async () => {
  for (const data of [{}, { conversation: null }, { conversation: {} }, { conversations: [] }])
    expect((await conversation(() => ({ data }))).slot).toEqual({ ok: true, value: null });
  expect((await conversation(() => ({ data: null }))).slot).toEqual({ ok: true, value: null });
  expect((await conversation(refusal(404))).slot).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  const other = { data: { conversation: { ...thread32.data.conversation, id: 'another' } } };
  expect((await conversation(() => other)).slot).toMatchObject({ ok: false, error: { kind: 'protocol' } });
});

test('a failure that concerns the whole account is thrown, so that it is tried again as a whole', async () => {
  for (const status of [401, 429, 503]) {
    const { adapter } = scriptedDemand(refusal(status));
    await expect(adapter.messages([{ conversation: key, older: null }], call)).rejects.toMatchObject({
      name: 'ProviderError',
    });
  }
});

test('messages without an id and messages told twice are passed over', async () => {
  const [first, second] = thread32.data.conversation.messages;
  const messages = [second, first, { content: 'nobody' }, first, null] as JsonObject[];
  const { slot } = await conversation(() => ({ data: { conversation: { ...thread32.data.conversation, messages } } }));
  expect(slot?.ok && slot.value?.newest?.items.map(({ externalId }) => externalId)).toEqual([first?.id, second?.id]);
});

test('who wrote is null where the thread does not say', async () => {
  const participants = [{ id: '63d2d972-141c-5986-988a-6921689004e4', metadata: { type: 'robot' } }];
  const { slot } = await conversation(() => ({
    data: { conversation: { ...thread32.data.conversation, participants } },
  }));
  expect(slot?.ok && slot.value?.newest?.items.map(({ sentBy }) => sentBy)).toEqual([null, null]);
  expect(slot?.ok && slot.value?.participant).toBeNull();
});

test('a long thread is handed on page by page, and a message that arrives meanwhile moves nothing', async () => {
  const at = (index: number) => new Date(Date.UTC(2026, 2, 1, 0, index)).toISOString();
  const messages = Array.from({ length: 230 }, (_, index) => ({
    id: `m-${index}`,
    content: `${index}`,
    timestamp: at(index),
  }));
  const { adapter } = scriptedDemand(() => {
    messages.push({ id: `m-${messages.length}`, content: 'new', timestamp: at(messages.length) });
    return { data: { conversation: { id, messages: messages.toReversed() } } };
  });
  const sizes: number[] = [];
  const ids: string[] = [];
  for (let older: string | null = null, more = true; more; ) {
    const [slot] = await adapter.messages([{ conversation: key, older }], call);
    if (!slot?.ok || !slot.value) throw new Error('there is no page');
    sizes.push(slot.value.items.length);
    ids.unshift(...slot.value.items.map(({ externalId }) => externalId));
    older = slot.value.older;
    more = older !== null;
  }
  expect(sizes).toEqual([100, 100, 31]);
  expect(ids).toEqual(Array.from({ length: 231 }, (_, index) => `m-${index}`));
});

test('a cursor that means nothing is invalid, to its asker alone', async () => {
  const { adapter } = scriptedDemand(() => thread32);
  const slots = await adapter.messages(
    [
      { conversation: key, older: 'made up' },
      { conversation: key, older: null },
    ],
    call,
  );
  expect(slots).toMatchObject([{ ok: false, error: { kind: 'invalid' } }, { ok: true }]);
});

const of = { property: '7000001', booking: '4000000001' };

test("a booking's conversation is found by property and reservation, also where nobody has written", async () => {
  const empty = { data: { conversation: { ...thread32.data.conversation, messages: [] } } };
  const { adapter, seen } = scriptedDemand(() => empty);
  expect(await adapter.findConversation?.(of, call)).toMatchObject({
    externalId: id,
    newest: { items: [], older: null },
  });
  expect(seen[0]?.body).toEqual(address && { accommodation: '7000001', reservation: '4000000001' });
});

test('a booking whose conversation has not begun can be written to all the same', async () => {
  const { adapter } = scriptedDemand(() => none);
  expect(await adapter.findConversation?.(of, call)).toEqual({
    ...{ externalId: null, booking: '4000000001', address },
    ...{ participant: null, channel: null, facts: null },
  });
});

test('a booking that the provider does not know is none', async () => {
  for (const status of [400, 404])
    expect(await scriptedDemand(refusal(status)).adapter.findConversation?.(of, call)).toBeNull();
  await expect(scriptedDemand(refusal(503)).adapter.findConversation?.(of, call)).rejects.toMatchObject({
    kind: 'unavailable',
  });
});
