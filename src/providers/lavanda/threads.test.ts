import { expect, test } from 'vitest';
import type { Json } from '../../domain/json.ts';
import type { Window } from './documents.ts';
import { type Order, orderOf, readStretch, walkThread } from './threads.ts';

type Form = 'forwards' | 'both-ways' | 'list';

/** A thread at its provider, of messages m1 (the oldest), m2, … */
function threadOf(count: number, order: Order, form: Form, timeOf = (index: number) => index) {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const nodes = (order === 'oldest-first' ? ids : ids.toReversed()).map((id) => ({
    id: `m${id}`,
    sentAt: new Date(Date.UTC(2026, 0, 1, 0, timeOf(id))).toISOString(),
  }));
  const asked: Window[] = [];
  const read = (window: Window): Json => {
    asked.push(window);
    if (form === 'list') return nodes;
    const place = (cursor: string | null) => nodes.findIndex(({ id }) => id === cursor);
    const stretch =
      'first' in window
        ? nodes.slice(place(window.after) + 1).slice(0, window.first)
        : nodes.slice(0, window.before === null ? count : place(window.before)).slice(-window.last);
    const pageInfo = {
      hasNextPage: stretch.at(-1) !== nodes.at(-1),
      hasPreviousPage: stretch[0] !== nodes[0],
      startCursor: stretch[0]?.id ?? null,
      endCursor: stretch.at(-1)?.id ?? null,
    };
    return { nodes: stretch, pageInfo };
  };
  return { read, asked };
}

function pageOf(thread: ReturnType<typeof threadOf>, older: string | null, order: Order | null, form: Form) {
  const walk = walkThread(older, { order, backwards: form === 'both-ways' });
  let step = walk.next();
  while (!step.done) step = walk.next(readStretch(thread.read(step.value), step.value));
  return step.value;
}

const numbers = (page: ReturnType<typeof pageOf>) => page?.items.map(({ externalId }) => Number(externalId.slice(1)));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

for (const form of ['forwards', 'both-ways', 'list'] as const)
  for (const order of ['newest-first', 'oldest-first'] as const)
    for (const known of [null, 'newest-first', 'oldest-first'] as const) {
      const words = `${form}, ${order}, thought to be ${known ?? 'unknown'}`;

      test(`pages lead from the newest message to the oldest without gap or repeat: ${words}`, () => {
        const thread = threadOf(60, order, form);
        const pages: (number[] | undefined)[] = [];
        let older: string | null = null;
        do {
          const page = pageOf(thread, older, known, form);
          pages.push(numbers(page));
          older = page?.older ?? null;
        } while (older !== null);
        expect(pages[0]?.at(-1)).toBe(60);
        expect(pages.toReversed().flat()).toEqual(range(1, 60));
        for (const page of pages) expect(page?.length).toBeLessThanOrEqual(25);
      });

      test(`a thread of one page is read at once: ${words}`, () => {
        const thread = threadOf(25, order, form);
        const page = pageOf(thread, null, known, form);
        expect(numbers(page)).toEqual(range(1, 25));
        expect(page?.older).toBeNull();
        expect(thread.asked).toHaveLength(1);
      });
    }

test('one ask is enough once the order is known', () => {
  for (const order of ['newest-first', 'oldest-first'] as const) {
    const thread = threadOf(60, order, 'both-ways');
    expect(numbers(pageOf(thread, null, order, 'both-ways'))).toEqual(range(36, 60));
    expect(thread.asked).toHaveLength(1);
  }
});

test('equal times prove no order: more is read until one shows', () => {
  const timeOf = (index: number) => Math.max(index, 40);
  for (const form of ['forwards', 'both-ways'] as const) {
    const thread = threadOf(60, 'oldest-first', form, timeOf);
    expect(numbers(pageOf(thread, null, null, form))?.at(-1)).toBe(60);
  }
});

test('a thread whose times are all equal still has pages', () => {
  const page = pageOf(
    threadOf(60, 'newest-first', 'forwards', () => 1),
    null,
    null,
    'forwards',
  );
  expect(numbers(page)).toEqual(range(36, 60));
});

test('messages that arrive between two pages are neither doubled nor missed', () => {
  for (const form of ['forwards', 'both-ways'] as const)
    for (const order of ['newest-first', 'oldest-first'] as const) {
      const newest = pageOf(threadOf(60, order, form), null, null, form);
      const next = pageOf(threadOf(63, order, form), newest?.older ?? null, null, form);
      expect(numbers(next)?.at(-1)).toBe((numbers(newest)?.[0] ?? 0) - 1);
    }
});

test('a cursor that is none of ours, or no longer fits, is not accepted', () => {
  const thread = threadOf(60, 'newest-first', 'list');
  const broken = [
    '',
    'nonsense',
    '{}',
    'null',
    '7',
    '{"starts":[]}',
    '{"id":"m99"}',
    '{"after":"m30"}',
    '{"before":"m3"}',
  ];
  for (const older of broken) expect(pageOf(thread, older, null, 'list')).toBeNull();
});

test('a cursor that does not move ends the walk', () => {
  const window = { first: 25, after: 'x' } as const;
  const messages = { nodes: [{ id: 'm1' }], pageInfo: { hasNextPage: true, endCursor: 'x' } };
  expect(readStretch(messages, window).next).toBeNull();
});

test('a circle of cursors ends the walk', () => {
  const walk = walkThread(null, { order: 'oldest-first', backwards: false });
  let step = walk.next();
  let asked = 0;
  while (!step.done && asked++ < 20) {
    const endCursor = 'after' in step.value && step.value.after === 'a' ? 'b' : 'a';
    const messages = { nodes: [{ id: `m${asked}` }], pageInfo: { hasNextPage: true, endCursor } };
    step = walk.next(readStretch(messages, step.value));
  }
  expect(step.done).toBe(true);
});

test('a few messages out of turn do not change which way a list runs', () => {
  const at = (minute: number) => ({ sentAt: new Date(Date.UTC(2026, 0, 1, 0, minute)) });
  expect(orderOf([at(1), at(3), at(2), at(4), at(5)])).toBe('oldest-first');
  expect(orderOf([at(9), at(7), at(8), at(4)])).toBe('newest-first');
  expect(orderOf([at(1), { sentAt: null }, at(1)])).toBeNull();
  expect(orderOf([])).toBeNull();
});

test('messages without a time stay where the provider put them', () => {
  const nodes = [
    { id: 'm3', sentAt: '2026-01-03' },
    { id: 'm2', sentAt: null },
    { id: 'm1', sentAt: '2026-01-01' },
  ];
  const walk = walkThread(null, { order: null, backwards: false });
  walk.next();
  const step = walk.next(readStretch({ nodes, pageInfo: { hasNextPage: false } }, { first: 25, after: null }));
  expect(step.done && numbers(step.value)).toEqual([1, 2, 3]);
});
