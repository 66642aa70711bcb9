import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Checkpoint, Pull } from '../contract.ts';
import confirmed from './fixtures/confirmed-3.2.json' with { type: 'json' };
import latest31 from './fixtures/latest-3.1.json' with { type: 'json' };
import latest32 from './fixtures/latest-3.2.json' with { type: 'json' };
import latestGuide from './fixtures/latest-guide.json' with { type: 'json' };
import { call, scriptedDemand } from './fixtures/scripted-demand.ts';

const welcome = 'f02f8c50-1f87-11f1-94f2-6513269e0d37';
const question = '87bfe6f0-1f88-11f1-a218-95315d9dc9f8';
const thread = '7dfa2fb6-fe7e-5a47-99b1-0de2dccd329e';

async function pull(messages: readonly Json[], from: Checkpoint | null = null): Promise<Pull> {
  const { adapter } = scriptedDemand(() => ({ request_id: 'r', data: { messages } }));
  return (await adapter.pull?.(from, call)) ?? Promise.reject(new Error('there is no feed'));
}

const messagesIn = ({ events }: Pull) => events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
const staleIn = ({ events }: Pull) => events.flatMap((event) => (event.type === 'stale' ? [event.conversation] : []));

/** A message in the shape of 3.2. */
function item(id: string, more: JsonObject = {}): JsonObject {
  const conversation = { id: 'c-1', accommodation: '7', reservation: '4' };
  return { id, conversation, content: 'Hello', attachments: [], timestamp: '2026-03-14T09:00:00Z', ...more };
}

for (const [shape, { data }] of Object.entries({ guide: latestGuide, '3.1': latest31, '3.2': latest32 })) {
  test(`a message in the shape of ${shape} is read as in the others`, async () => {
    const told = await pull(data.messages);
    expect(messagesIn(told)).toMatchObject([
      { externalId: welcome, sentBy: 'participant', body: 'Welcome!', sentAt: new Date('2026-03-14T09:26:53.589Z') },
      { externalId: question, sentBy: 'us', body: 'Is there parking?', sentAt: new Date('2026-03-14T09:31:07.871Z') },
    ]);
    expect(messagesIn(told)[0]?.attachments).toEqual([
      { externalId: 'de476760-1f8c-11f1-83e8-36f681e74ef5', name: null, contentType: null, size: null },
    ]);
    expect(told.events.find(({ type }) => type === 'conversation')).toMatchObject({
      conversation: {
        externalId: thread,
        address: { accommodation: '7000001', reservation: '4000000001' },
        participant: { externalId: '63d2d972-141c-5986-988a-6921689004e4', name: 'Made Up Lodge', email: null },
        booking: '4000000001',
      },
    });
    expect(told.events.find(({ type }) => type === 'booking')).toMatchObject({
      booking: { externalId: '4000000001', propertyExternalId: '7000001', propertyName: 'Made Up Lodge' },
    });
    expect(told.receipt).toEqual({ head: welcome, messages: [question, welcome] });
  });
}

test('the feed is asked for with an empty request', async () => {
  const { adapter, seen } = scriptedDemand(() => latest32);
  await adapter.pull?.(null, call);
  expect(seen.map(({ body }) => body)).toEqual([null]);
});

test('what was read is confirmed by its ids, and the answer does not matter', async () => {
  for (const answer of [confirmed, {}, new Response('', { status: 200 }), new Response(null, { status: 204 })]) {
    const { adapter, seen } = scriptedDemand(() => answer);
    await adapter.confirm?.({ head: welcome, messages: [welcome, question] }, call);
    expect(seen.map(({ body }) => body)).toEqual([{ messages: [welcome, question] }]);
  }
});

test('an empty feed has nothing to confirm', async () => {
  expect(await pull([])).toEqual({ events: [], checkpoint: { last: null, met: [] }, more: false, receipt: null });
});

test('own, blank and unreadable messages are confirmed too, or they would clog the feed', async () => {
  const guest = { participant: 'g', metadata: { type: 'GUEST' } };
  const items = [item('own', { sender: guest }), item('blank', { content: '' }), item('bare', { content: null })];
  const lost = { id: 'lost', content: 'Where do I belong?' };
  const told = await pull([...items, lost, { content: 'Who am I?' }, 'what', null]);
  expect(told.receipt?.['messages']).toEqual(['own', 'blank', 'bare', 'lost']);
  expect(
    messagesIn(told)
      .map(({ externalId, sentBy, body }) => [externalId, sentBy, body])
      .toSorted(),
  ).toEqual([
    ['bare', null, null],
    ['blank', null, ''],
    ['own', 'us', 'Hello'],
  ]);
  const unreadable = told.events.filter(({ type }) => type === 'unreadable');
  expect(unreadable.map((event) => event.type === 'unreadable' && event.raw)).toEqual([
    lost,
    { content: 'Who am I?' },
    'what',
    null,
  ]);
});

test('a message that comes twice is confirmed once', async () => {
  expect((await pull([item('m'), item('m')])).receipt).toEqual({ head: 'm', messages: ['m'] });
});

test('the order of the answer is not trusted: the oldest comes first, also within one second', async () => {
  const ids = ['f02f8c50-1f87-11f1-94f2-6513269e0d37', 'f0305fa0-1f87-11f1-94f2-6513269e0d37'];
  const at = (id: string | undefined) => item(id ?? '', { timestamp: '2026-03-14T09:26:53Z' });
  for (const order of [ids, ids.toReversed()]) {
    const told = await pull(order.map(at));
    expect(messagesIn(told).map(({ externalId }) => externalId)).toEqual(ids);
    expect(told.receipt?.head).toBe(ids[0]);
  }
});

test('a full answer says that there is more, unless confirming the same one did not help', async () => {
  const full = Array.from({ length: 100 }, (_, index) => item(`m-${index}`));
  const first = await pull(full);
  expect(first.more).toBe(true);
  expect((await pull(full.toReversed(), first.checkpoint)).more).toBe(false);
  expect((await pull([...full.slice(1), item('new')], first.checkpoint)).more).toBe(true);
  expect((await pull(full.slice(1))).more).toBe(false);
});

test('a conversation is called stale when it is first met, and not with every message', async () => {
  const first = await pull([item('m-1')]);
  expect(staleIn(first)).toEqual(['c-1']);
  const other = { conversation: { id: 'c-2', accommodation: '7', reservation: '5' } };
  const second = await pull([item('m-2'), item('m-3', other)], first.checkpoint);
  expect(staleIn(second)).toEqual(['c-2']);
  expect(staleIn(await pull([item('m-4'), item('m-5', other)], second.checkpoint))).toEqual([]);
});

test('a checkpoint stays small, however many conversations there are', async () => {
  let from: Checkpoint | null = null;
  for (let round = 0; round < 8; round += 1) {
    const items = Array.from({ length: 100 }, (_, index) =>
      item(`m-${round}-${index}`, {
        conversation: { id: `c-${round}-${index}`, accommodation: '7', reservation: '4' },
      }),
    );
    from = (await pull(items, from)).checkpoint;
  }
  expect(JSON.stringify(from).length).toBeLessThan(4096);
  expect(staleIn(await pull([item('m', { conversation: { id: 'c-7-99', accommodation: '7' } })], from))).toEqual([]);
});

test('a checkpoint that means nothing is as good as none', async () => {
  for (const from of [{}, { last: 7, met: 'all' }, { met: [1] }])
    expect(staleIn(await pull([item('m')], from))).toEqual(['c-1']);
});

test('ids may be numbers, and a property may still be called a hotel', async () => {
  const conversation = { id: 'c-1', accommodation: 7000001, reservation: 4000000001 };
  const told = await pull([
    item('m', { conversation, sender: { participant: 9, metadata: { type: 'Hotel', name: 'Inn' } } }),
  ]);
  expect(told.events.find(({ type }) => type === 'conversation')).toMatchObject({
    conversation: {
      address: { accommodation: '7000001', reservation: '4000000001' },
      participant: { externalId: '9', name: 'Inn' },
    },
  });
});

test('a message without its property says nothing of where its conversation is', async () => {
  const told = await pull([item('m', { conversation: { id: 'c-1', reservation: '4' } })]);
  expect(told.events.map(({ type }) => type)).toEqual(['stale', 'message']);
  expect(told.events.at(-1)).toMatchObject({ conversation: 'c-1', address: null });
});
