import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Checkpoint, Pull } from '../contract.ts';
import queue from './fixtures/queue.json' with { type: 'json' };
import { call, conversationId, guestId, propertyVoice, refused, scriptedBooking } from './fixtures/scripted-booking.ts';
import search from './fixtures/search.json' with { type: 'json' };

const [asked, template] = queue.data.messages;
const data = (messages: readonly Json[], number: Json = messages.length): JsonObject => ({
  ok: true,
  messages,
  number_of_messages: number,
});
const pullOf = async ({ adapter }: ReturnType<typeof scriptedBooking>, from: Checkpoint | null = null) => {
  const pull = await adapter.pull?.(from, call);
  if (!pull) throw new Error('there is no queue');
  return pull;
};
const ofType = <Type extends Pull['events'][number]['type']>({ events }: Pull, type: Type) =>
  events.flatMap((event) => (event.type === type ? [event as Extract<typeof event, { type: Type }>] : []));

describe('the queue', () => {
  test('tells messages of both sides, at the finest time, with their conversation and reservation', async () => {
    const pull = await pullOf(scriptedBooking(() => queue.data));
    expect(ofType(pull, 'message').map(({ message }) => message)).toMatchObject([
      { body: asked?.content, sentBy: 'participant', sentAt: new Date('2026-03-14T09:26:53.589Z'), kind: 'free_text' },
      { sentBy: 'us', automated: true, kind: 'automatically_sent_template', read: true },
    ]);
    expect(ofType(pull, 'conversation').map(({ conversation }) => conversation)).toMatchObject([
      {
        externalId: conversationId,
        participant: { externalId: guestId, name: 'Made Up Guest' },
        booking: '4000000001',
      },
    ]);
    expect(ofType(pull, 'booking').map(({ booking }) => booking)).toMatchObject([
      { externalId: '4000000001', propertyExternalId: '7000001', propertyName: 'Made Up Lodge' },
    ]);
    expect(ofType(pull, 'stale')).toHaveLength(1);
  });

  test('need not say of which property a message is, once that property has spoken', async () => {
    const { property_id: _, ...nowhere } = asked?.conversation ?? {};
    const bare = { ...asked, conversation: nowhere };
    const scripted = scriptedBooking(({ path }) => (path.endsWith('latest') ? data([bare]) : queue.data));
    expect(ofType(await pullOf(scripted), 'message')[0]?.address).not.toHaveProperty('property');
    expect(ofType(await pullOf(scripted), 'conversation')).toEqual([]);
    await scripted.memory.update((held) => ({ ...held, voices: { 7000001: propertyVoice } }));
    const [told] = ofType(await pullOf(scripted), 'message');
    expect(told?.address).toEqual({
      property: '7000001',
      type: 'reservation',
      reference: '4000000001',
      us: propertyVoice,
    });
  });

  test('is not blocked by an item that cannot be read, which is confirmed with the others', async () => {
    const scripted = scriptedBooking(() => data([{ content: 'no id' }, 7, { message_id: 'm' }, asked ?? null, null]));
    const pull = await pullOf(scripted);
    expect(ofType(pull, 'unreadable')).toHaveLength(4);
    expect(ofType(pull, 'message')).toHaveLength(1);
    expect(pull.receipt).toMatchObject({ count: 5 });
  });

  test('is confirmed by as many as were told of and seen, and never by more', async () => {
    const counts: readonly [readonly Json[], Json, number][] = [
      [[asked ?? null, template ?? null], 2, 2],
      [[asked ?? null, template ?? null], '2', 2],
      [[asked ?? null, asked ?? null], 1, 1],
      [[asked ?? null], 5, 1],
      [[asked ?? null, asked ?? null, template ?? null], null, 2],
    ];
    for (const [messages, number, count] of counts) {
      const scripted = scriptedBooking(() => data(messages, number));
      const { receipt } = await pullOf(scripted);
      expect(receipt).toMatchObject({ count });
      if (receipt) await scripted.adapter.confirm?.(receipt, call);
      expect(scripted.seen().at(-1)).toMatchObject({
        ...{ method: 'PUT', path: '/messages', query: { number_of_messages: String(count) }, body: null },
      });
    }
  });

  test('has the same head as long as nothing moves, in whatever order one second’s messages come', async () => {
    const twin = { ...asked, message_id: 'f02f8c51-1f87-11f1-94f2-6513269e0d37' };
    const orders = [
      [asked, twin, template],
      [twin, asked, template],
      [twin, asked],
    ].map((some) => some.map((one) => one ?? null));
    const heads = await Promise.all(
      orders.map(async (order) => (await pullOf(scriptedBooking(() => data(order)))).receipt?.head),
    );
    expect(new Set(heads).size).toBe(1);
    const moved = await pullOf(scriptedBooking(() => data([template ?? null])));
    expect(heads).not.toContain(moved.receipt?.head);
  });

  test('that is empty is not confirmed, and one that is not is asked again', async () => {
    expect(await pullOf(scriptedBooking(() => data([])))).toMatchObject({ events: [], receipt: null, more: false });
    expect(await pullOf(scriptedBooking(() => queue.data))).toMatchObject({ more: true });
    expect(await pullOf(scriptedBooking(() => ({ ok: true })))).toMatchObject({
      events: [],
      receipt: null,
      more: false,
    });
  });
});

describe('a receipt', () => {
  test('is used once, soon, and only if it is one', async () => {
    const scripted = scriptedBooking(() => queue.data);
    const { receipt } = await pullOf(scripted);
    if (!receipt) throw new Error('there is no receipt');
    for (const bad of [{ head: 1 }, { head: 1, count: 0, readAt: '' }, { ...receipt, count: -1 }])
      await expect(scripted.adapter.confirm?.(bad, call)).rejects.toMatchObject({ kind: 'invalid', noEffect: true });
    scripted.world.now = new Date(scripted.world.now.getTime() + 60_001);
    await expect(scripted.adapter.confirm?.(receipt, call)).rejects.toMatchObject({ kind: 'timeout', noEffect: true });
    expect(scripted.seen().filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  test('of which nothing is known has what it may have lost searched for, once it is settled', async () => {
    const scripted = scriptedBooking(({ method, path }) => {
      if (method === 'PUT') return Promise.reject(new TypeError('cut'));
      if (path === '/messages/search')
        return { ok: true, job_id: 'job-1', expires_at: '2026-03-16T10:00:00.410Z[GMT]' };
      return path.startsWith('/messages/search/') ? search.data : data([]);
    });
    const readAt = scripted.world.now.toISOString();
    await expect(scripted.adapter.confirm?.({ head: 'h', count: 1, readAt }, call)).rejects.toMatchObject({
      noEffect: false,
    });
    const first = await pullOf(scripted);
    expect(scripted.seen().filter(({ path }) => path.includes('search'))).toEqual([]);
    scripted.world.now = new Date(scripted.world.now.getTime() + 180_000);
    const created = await pullOf(scripted, first.checkpoint);
    expect(scripted.seen().at(-1)?.query).toEqual({ after: '2026-03-14T09:50:00.000Z', order_by: 'asc' });
    const found = await pullOf(scripted, created.checkpoint);
    expect(ofType(found, 'message')).toMatchObject([
      { message: { sentBy: 'participant' }, address: { property: '7000001' } },
    ]);
    const asks = scripted.seen().length;
    await pullOf(scripted, found.checkpoint);
    expect(scripted.seen()).toHaveLength(asks + 1);
  });

  test('that was clearly refused leaves no doubt', async () => {
    const scripted = scriptedBooking(({ method }) => (method === 'PUT' ? refused(403) : data([])));
    const readAt = scripted.world.now.toISOString();
    await expect(scripted.adapter.confirm?.({ head: 'h', count: 1, readAt }, call)).rejects.toMatchObject({
      noEffect: true,
    });
    expect(await scripted.memory.read()).not.toHaveProperty('doubtSince');
  });
});
