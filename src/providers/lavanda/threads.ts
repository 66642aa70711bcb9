import type { Json } from '../../domain/json.ts';
import type { Page, ProviderMessage } from '../../domain/messaging.ts';
import type { Window } from './documents.ts';
import { messageOf } from './map.ts';
import { readList } from './wire.ts';

/*
 * Which messages make a page. Neither the order of `messages` nor whether it can be read from its end is documented, so a page is found by
 * asking for stretches and looking at their times. A walk yields the stretch it wants next and is given what came.
 */

/** Which way a provider's list runs. */
export type Order = 'newest-first' | 'oldest-first';

/** A stretch of a thread, in the provider's order. */
export interface Stretch {
  readonly items: readonly ProviderMessage[];
  readonly order: Order | null;
  /** Whether this is the whole thread: a bare list has no pages. */
  readonly whole: boolean;
  readonly next: string | null;
  readonly previous: string | null;
}

/** Ends with the page, or with null where its cursor is not accepted (any more). */
export type ThreadWalk = Generator<Window, Page<ProviderMessage> | null, Stretch>;

/** What is known: the order met elsewhere, which may become known meanwhile, and whether pages can be asked for from the end. */
export interface ThreadFacts {
  readonly order: Order | null;
  readonly backwards: boolean;
}

/** How many are asked for at once: Lavanda gives no more (L-MIG). */
export const PAGE_SIZE = 25;

/** A walk to the page that an earlier page's `older` names; to the newest one for null. */
export function walkThread(older: string | null, facts: ThreadFacts): ThreadWalk {
  return older === null ? newestPage(facts) : olderPage(readPlace(older), facts);
}

/** What came for a window. A cursor that did not move is an end (hasNextPage alone is not to be relied on). */
export function readStretch(messages: Json | undefined, window: Window): Stretch {
  const list = readList(messages);
  const items = list.items.flatMap((item) => messageOf(item) ?? []);
  const asked = 'first' in window ? window.after : window.before;
  return {
    items,
    order: orderOf(items),
    whole: list.whole,
    next: list.hasNextPage && list.endCursor !== asked ? list.endCursor : null,
    previous: list.hasPreviousPage && list.startCursor !== asked ? list.startCursor : null,
  };
}

/** Which way a list runs, judged by its times; null where they prove nothing, as equal ones do. */
export function orderOf(items: readonly { readonly sentAt: Date | null }[]): Order | null {
  const times = items.flatMap(({ sentAt }) => sentAt?.getTime() ?? []);
  let balance = 0;
  for (const [index, time] of times.entries()) balance += Math.sign(time - (times[index - 1] ?? time));
  if (balance === 0) return null;
  return balance > 0 ? 'oldest-first' : 'newest-first';
}

/**
 * Where an older page lies: after or before a cursor; after the last of `starts` (pages of a list that runs oldest first and is only read
 * forwards are known by where they start, '' being the beginning); or in a bare list, before the message `id`.
 */
type Place =
  | { readonly after: string }
  | { readonly before: string }
  | { readonly starts: readonly string[] }
  | { readonly id: string };

function* newestPage(facts: ThreadFacts): ThreadWalk {
  if (facts.order === 'oldest-first' && facts.backwards) {
    const tail = yield lastBefore(null);
    // The end of a list that runs newest first would be its oldest messages, unless it is all there is.
    if (tail.whole || tail.previous === null || tail.order !== 'newest-first') return pageFromEnd(tail, facts.order);
  }
  const head = yield firstAfter(null);
  const seen: Stretch[] = [head];
  const starts = [''];
  let order = head.order ?? facts.order;
  let last = head;
  while (order === null && last.next !== null && !starts.includes(last.next)) {
    starts.push(last.next);
    last = yield firstAfter(last.next);
    seen.push(last);
    order = orderOf(seen.flatMap(({ items }) => items)) ?? facts.order;
  }
  if (head.whole || head.next === null) return pageFromStart(head, order);
  if (order !== 'oldest-first') return pageFromStart(head, order);
  if (facts.backwards) return pageFromEnd(yield lastBefore(null), order);
  return yield* walkToEnd(last, starts);
}

/** Forwards to the end of a list that runs oldest first, keeping where its pages start so as to find back. */
function* walkToEnd(from: Stretch, starts: string[]): ThreadWalk {
  let last = from;
  while (last.next !== null && !starts.includes(last.next)) {
    const start = last.next;
    const next = yield firstAfter(start);
    if (next.items.length === 0) break;
    last = next;
    starts.push(start);
  }
  return pageOfStarts(last, starts.slice(0, -1));
}

function* olderPage(place: Place | null, facts: ThreadFacts): ThreadWalk {
  if (place === null) return null;
  if ('before' in place) {
    if (!facts.backwards) return null;
    const stretch = yield lastBefore(place.before);
    return stretch.whole ? null : pageFromEnd(stretch, 'oldest-first');
  }
  if ('starts' in place) {
    const start = place.starts.at(-1);
    if (start === undefined) return null;
    const stretch = yield firstAfter(start === '' ? null : start);
    return stretch.whole ? null : pageOfStarts(stretch, place.starts.slice(0, -1));
  }
  if ('after' in place) {
    const stretch = yield firstAfter(place.after);
    return stretch.whole ? null : pageFromStart(stretch, 'newest-first');
  }
  const thread = yield firstAfter(null);
  return thread.whole ? pageOfList(thread, facts.order, place.id) : null;
}

function pageFromStart(stretch: Stretch, order: Order | null): Page<ProviderMessage> | null {
  if (stretch.whole) return pageOfList(stretch, order, null);
  return pageOf(stretch, order, stretch.next === null ? null : { after: stretch.next });
}

function pageFromEnd(stretch: Stretch, order: Order): Page<ProviderMessage> | null {
  if (stretch.whole) return pageOfList(stretch, order, null);
  return pageOf(stretch, order, stretch.previous === null ? null : { before: stretch.previous });
}

function pageOfStarts(stretch: Stretch, starts: readonly string[]): Page<ProviderMessage> {
  return pageOf(stretch, 'oldest-first', starts.length === 0 ? null : { starts });
}

/** A page cut out of a whole thread: the newest, or the one before message `id`. */
function pageOfList(stretch: Stretch, order: Order | null, id: string | null): Page<ProviderMessage> | null {
  const thread = oldestFirst(stretch, order);
  const end = id === null ? thread.length : thread.findIndex((message) => message.externalId === id);
  if (end < 0) return null;
  const items = thread.slice(Math.max(0, end - PAGE_SIZE), end);
  const oldest = items[0];
  return { items, older: end > PAGE_SIZE && oldest ? writePlace({ id: oldest.externalId }) : null };
}

function pageOf(stretch: Stretch, order: Order | null, older: Place | null): Page<ProviderMessage> {
  return { items: oldestFirst(stretch, order), older: older && writePlace(older) };
}

/** By time; where times are equal or missing, by the provider's order, as far as that is known. */
function oldestFirst(stretch: Stretch, known: Order | null): readonly ProviderMessage[] {
  const order = stretch.order ?? known ?? 'newest-first';
  const items = order === 'newest-first' ? stretch.items.toReversed() : stretch.items;
  let time = Number.NEGATIVE_INFINITY;
  const dated = items.map((message) => {
    time = message.sentAt?.getTime() ?? time;
    return { message, time };
  });
  // Two without a time before any that has one are equal, and their difference is no number.
  return dated.toSorted((a, b) => (a.time === b.time ? 0 : a.time - b.time)).map(({ message }) => message);
}

function firstAfter(after: string | null): Window {
  return { first: PAGE_SIZE, after };
}

function lastBefore(before: string | null): Window {
  return { last: PAGE_SIZE, before };
}

function writePlace(place: Place): string {
  return JSON.stringify(place);
}

function readPlace(text: string): Place | null {
  try {
    return placeOf(JSON.parse(text));
  } catch {
    return null;
  }
}

function placeOf(value: Partial<Record<'after' | 'before' | 'id' | 'starts', unknown>>): Place | null {
  const { after, before, id, starts } = value;
  if (typeof after === 'string') return { after };
  if (typeof before === 'string') return { before };
  if (typeof id === 'string') return { id };
  if (Array.isArray(starts) && starts.every((start) => typeof start === 'string')) return { starts };
  return null;
}
