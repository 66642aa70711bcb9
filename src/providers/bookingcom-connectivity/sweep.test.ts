import { expect, test } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import type { Checkpoint, Pull } from '../contract.ts';
import list from './fixtures/list.json' with { type: 'json' };
import {
  call,
  conversationId,
  propertyVoice,
  refused,
  type Script,
  scriptedBooking,
} from './fixtures/scripted-booking.ts';

/** Walks to the end and tells every page that was asked for. */
async function walk(script: Script, propertyIds: readonly string[] = ['7000001'], from: Checkpoint | null = null) {
  const scripted = scriptedBooking(script, { propertyIds });
  const steps: Pull[] = [];
  for (let at = from; ; ) {
    const step = await scripted.adapter.sweep?.(at, call);
    if (!step || steps.length > 50) throw new Error('the walk does not end');
    steps.push(step);
    if (!step.more) break;
    at = JSON.parse(JSON.stringify(step.checkpoint));
  }
  const asked = scripted.seen().map(({ path, query }) => `${path.split('/')[2]} ${query.page_id ?? '-'}`);
  return { ...scripted, steps, asked, events: steps.flatMap(({ events }) => events) };
}

const page = (next: string | null, timestamp = '2026-03-01T10:00:00Z'): JsonObject => {
  const messages = [{ message_id: `m ${next}`, sender_id: propertyVoice, content: 'x', timestamp }];
  const conversation = { conversation_id: `c ${next}`, conversation_reference: '1', messages };
  return { conversations: [conversation], ...(next !== null && { next_page_id: next }) };
};

test('a list tells its conversations and their reservations, and which threads are to be read', async () => {
  const { events } = await walk(() => ({ ...list.data, next_page_id: '' }));
  expect(events).toMatchObject([
    { type: 'booking', booking: { externalId: '4000000001', propertyExternalId: '7000001' } },
    { type: 'conversation', conversation: { externalId: conversationId, newest: null, noReplyNeeded: false } },
    { type: 'stale', conversation: conversationId },
    { type: 'booking', booking: { externalId: '4000000002' } },
    { type: 'conversation', conversation: { booking: '4000000002', newest: { items: [], older: null } } },
    { type: 'unreadable' },
  ]);
});

test('every property is walked to its end, one page a step', async () => {
  const script: Script = ({ query, path }) => {
    if (path.includes('7000002')) return page(null);
    return page(query.page_id === undefined ? 'a' : query.page_id === 'a' ? 'b' : null);
  };
  const { asked } = await walk(script, ['7000001', '7000002']);
  // What moved up meanwhile stands at the beginning, which is read once more.
  expect(asked).toEqual(['7000001 -', '7000001 a', '7000001 b', '7000001 -', '7000002 -']);
});

test('at the end the beginning is read once more, as far down as something happened during the walk', async () => {
  let reads = 0;
  const script: Script = ({ query }) => {
    reads += 1;
    const at = reads > 3 && query.page_id !== 'b' ? '2026-03-14T10:00:01Z' : '2026-03-01T10:00:00Z';
    return page(query.page_id === undefined ? 'a' : query.page_id === 'a' ? 'b' : null, at);
  };
  const { asked } = await walk(script);
  expect(asked).toEqual(['7000001 -', '7000001 a', '7000001 b', '7000001 -', '7000001 a', '7000001 b']);
});

test('a property that is not ours any more is told and passed over', async () => {
  const script: Script = ({ path }) => (path.includes('7000001') ? refused(403) : page(null));
  const { asked, events } = await walk(script, ['7000001', '7000002']);
  expect(asked).toEqual(['7000001 -', '7000002 -']);
  expect(events[0]).toMatchObject({ type: 'unreadable', raw: { property: '7000001' } });
});

test('a cursor that is refused begins the property anew, and circles end', async () => {
  let refusals = 0;
  const { asked } = await walk(({ query }) => {
    if (query.page_id !== 'a') return page('a');
    refusals += 1;
    return refusals === 1 ? refused(400) : page(null);
  });
  expect(asked).toEqual(['7000001 -', '7000001 a', '7000001 -', '7000001 a', '7000001 -']);
  expect((await walk(({ query }) => page(query.page_id === 'a' ? 'b' : 'a'))).asked.length).toBeLessThan(12);
  await expect(walk(({ query }) => (query.page_id ? refused(400) : page('a')))).rejects.toMatchObject({
    kind: 'invalid',
  });
});

test('a checkpoint that is none begins the walk', async () => {
  for (const from of [
    {},
    { property: 7 },
    { property: '9', page: null, since: '2026-03-14T10:00:00Z', again: false, mark: null, steps: 0, restarts: 0 },
  ])
    expect((await walk(() => page(null), ['7000001'], from)).asked).toEqual(['7000001 -']);
});
