import { z } from 'zod';
import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { Call, Checkpoint, Deps, ProviderAdapter } from '../contract.ts';
import { isOfKind } from './failures.ts';
import { type List, type ListPage, lists, readPage } from './lists.ts';
import type { News } from './news.ts';
import { MOST_MARKS, marksOf, unseen } from './overlap.ts';
import type { Ask } from './session.ts';
import { stampOf, wireConversation } from './wire.ts';

/** Conversations before messages, so that what messages hang from is mostly told first. */
const phases = ['conversations', 'messages', 'bookings'] as const;
type Phase = (typeof phases)[number];

const time = z.iso.datetime();
const marks = z.array(z.string().max(16)).max(MOST_MARKS).catch([]).default([]);
const place = z.object({
  /** The provider's clock at the beginning of the last round that ended. */
  since: time,
  /** The same of the last round that looked at bookings. */
  booked: time,
  /** What the last round told at its end. */
  seen: marks,
  /** The round under way. */
  round: z
    .object({
      phase: z.enum(phases),
      page: z.number().int().min(1),
      /** The provider's clock at its beginning. */
      first: time,
      /** Rows that were deleted when the phase began. */
      deleted: z.number(),
      /** Whether bookings are looked at in this round. */
      books: z.boolean(),
      /** What this round told that the next one will be shown again. */
      told: marks,
    })
    .nullable(),
});
type Place = z.infer<typeof place>;
type Round = NonNullable<Place['round']>;

/** What a first look goes back: before that, the walk over everything tells. */
const FIRST_LOOK_MS = 5 * 60_000;
/** Rows of a transaction that was still open are missed otherwise ("BookingSync synchronisation", tolerance). */
const OVERLAP_MS = 60_000;
/** Bookings change more often than their conversations begin. */
const BOOKINGS_EVERY_MS = 10 * 60_000;

interface Parts {
  readonly ask: Ask;
  readonly news: News;
  readonly deps: Deps;
}

/**
 * The change feed: what was updated since the beginning of the last round, by the provider's clock. A round is mostly two requests and one
 * step; where a list has more pages, each further one is a step.
 */
export function createPulling(parts: Parts): NonNullable<ProviderAdapter['pull']> {
  return async (from, call) => {
    let here = placeOf(from, parts.deps.now());
    const events: ProviderEvent[] = [];
    do {
      const step = await stepFrom(here, parts, call);
      events.push(...step.events);
      here = step.next;
    } while (here.round?.page === 1 && here.round.phase !== 'conversations');
    return { events, checkpoint: here, more: here.round !== null, receipt: null };
  };
}

function placeOf(from: Checkpoint | null, now: Date): Place {
  const earlier = new Date(now.getTime() - FIRST_LOOK_MS).toISOString();
  return place.safeParse(from).data ?? { since: earlier, booked: earlier, seen: [], round: null };
}

/** Reads one page. */
async function stepFrom(
  here: Place,
  parts: Parts,
  call: Call,
): Promise<{ events: readonly ProviderEvent[]; next: Place }> {
  const { phase, page } = here.round ?? { phase: 'conversations', page: 1 };
  const read = await readChanges(phase, page, phase === 'bookings' ? here.booked : here.since, parts, call);
  const round = here.round ?? begun(here, read, parts.deps.now());
  if (read === 'later') return { events: [], next: ended(here, { ...round, books: false }) };
  // Whatever stood behind a deleted row has moved up: rows might be passed over that nobody has seen.
  const isShifted = read === 'gone' || (page > 1 && read.deleted.length > round.deleted);
  if (isShifted) return { events: [], next: { ...here, round: { ...round, page: 1 } } };
  const news = phase === 'bookings' ? read.items : unseen(read.items, here.seen);
  const deleted = page === 1 ? read.deleted.length : round.deleted;
  const books = round.books || (phase === 'conversations' && bringsBooking(news, here.since));
  const told = marksOf(read.items, new Date(Date.parse(round.first) - OVERLAP_MS), round.told);
  return {
    events: [...(page === 1 ? removalsIn(phase, read) : []), ...(await eventsOf(phase, news, parts.news, call))],
    next: following(here, { ...round, deleted, books, told }, read),
  };
}

function begun({ booked }: Place, read: Changes, now: Date): Round {
  const first = (typeof read === 'object' ? read.at : null) ?? now;
  const books = first.getTime() - Date.parse(booked) >= BOOKINGS_EVERY_MS;
  return { phase: 'conversations', page: 1, first: first.toISOString(), deleted: 0, books, told: [] };
}

function following(here: Place, round: Round, read: ListPage): Place {
  if (read.hasNext && read.items.length > 0) return { ...here, round: { ...round, page: round.page + 1 } };
  const next = phases[phases.indexOf(round.phase) + 1];
  if (next === 'messages' || (next === 'bookings' && round.books)) {
    return { ...here, round: { ...round, phase: next, page: 1, deleted: 0 } };
  }
  return ended(here, round);
}

function ended(here: Place, round: Round): Place {
  return { since: round.first, booked: round.books ? round.first : here.booked, seen: round.told, round: null };
}

const sources: Readonly<Record<Phase, { readonly list: List; readonly query: Readonly<Record<string, string>> }>> = {
  conversations: { list: lists.conversations, query: { include: 'participants' } },
  messages: { list: lists.messages, query: { include: 'sender' } },
  // Whether `updated_since` obeys the list's usual bounds (to come, and not cancelled) is not documented.
  bookings: { list: lists.bookings, query: { from: '1970-01-01T00:00:00Z', include_canceled: 'true' } },
};

/** A page of changes; or `gone`, where there are not so many pages any more; or `later`, where bookings cannot be had now. */
type Changes = ListPage | 'gone' | 'later';

async function readChanges(phase: Phase, page: number, since: string, { ask }: Parts, call: Call): Promise<Changes> {
  const { list, query } = sources[phase];
  const updated_since = stampOf(new Date(Date.parse(since) - OVERLAP_MS));
  try {
    return await readPage(ask, list, { page, query: { ...query, updated_since } }, call);
  } catch (error) {
    if (page > 1 && isOfKind(error, 'not-found')) return 'gone';
    if (phase !== 'bookings') throw error;
    // A token may have the inbox and no bookings.
    if (isOfKind(error, 'forbidden')) return { items: [], pages: 0, hasNext: false, at: null, deleted: [] };
    // What is only told beside messages must not keep them back; the next round looks again.
    if (isOfKind(error, 'unavailable', 'protocol')) return 'later';
    throw error;
  }
}

function eventsOf(phase: Phase, items: readonly Json[], news: News, call: Call): Promise<readonly ProviderEvent[]> {
  if (phase === 'conversations') return news.conversationEvents(items, call);
  return phase === 'messages' ? news.messageEvents(items, call) : news.bookingEvents(items, call);
}

function removalsIn(phase: Phase, { deleted }: ListPage): readonly ProviderEvent[] {
  if (phase !== 'messages') return [];
  return deleted.map((id) => ({ type: 'message-removed', message: brand(id) }));
}

/** Whether a conversation is new and about a booking: that one is likely new too. */
function bringsBooking(items: readonly Json[], since: string): boolean {
  const earliest = Date.parse(since) - OVERLAP_MS;
  return items.some((item) => {
    const { createdAt = null, bookings = [] } = wireConversation.safeParse(item).data ?? {};
    return bookings.length > 0 && createdAt !== null && createdAt.getTime() >= earliest;
  });
}
