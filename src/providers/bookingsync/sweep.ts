import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { Call, Checkpoint, ProviderAdapter, Pull } from '../contract.ts';
import { isOfKind } from './failures.ts';
import { type List, type ListPage, lists, PAGE_SIZE, readPage } from './lists.ts';
import type { News } from './news.ts';
import type { Ask } from './session.ts';
import { wireConversation } from './wire.ts';

const phases = ['bookings', 'inquiries', 'conversations', 'messages'] as const;
type Phase = (typeof phases)[number];

const place = z.object({
  phase: z.enum(phases),
  page: z.number().int().min(1),
  /** Whether it is still looked for where the list ends. */
  seeks: z.boolean(),
  /** Messages that conversations named so far. */
  messages: z.number(),
});
type Place = z.infer<typeof place>;

/**
 * The walk over everything, a page a step: what conversations hang from, then these, then all messages by themselves.
 *
 * Lists run from the oldest id on and are cut into pages by counting, so a row that is deleted moves all behind it up. Hence each list is
 * walked from its last page to its first: what moves up is met once more, and nothing is passed over. What is added stands at the end,
 * and is told by the change feed. Where a list ends is learned from its first page, and of messages by counting what conversations name,
 * so that no more pages are read than there are.
 */
export function createSweep(ask: Ask, news: News): NonNullable<ProviderAdapter['sweep']> {
  return async (from, call) => {
    const here = placeOf(from);
    const read = await readListPage(ask, here, call);
    // Whether a page behind the last one is empty or not there is not documented.
    if (read === null) return stepTo({ ...here, page: 1, seeks: true }, []);
    const last = Math.max(1, read.pages ?? (read.hasNext ? here.page + 1 : here.page));
    if (here.seeks && last > here.page) return stepTo({ ...here, page: last }, []);
    if (here.seeks && last < here.page) return stepTo({ ...here, page: last, seeks: false }, []);
    const events = await eventsOf(here.phase, read.items, news, call);
    return stepTo(following(here, read.items), events);
  };
}

function placeOf(from: Checkpoint | null): Place {
  return place.safeParse(from).data ?? { phase: 'bookings', page: 1, seeks: true, messages: 0 };
}

/** At the end nothing is left to be read of what was there at the beginning. */
function stepTo(next: Place | null, events: readonly ProviderEvent[]): Pull {
  if (next) return { events, checkpoint: next, more: true, receipt: null };
  return { events, checkpoint: null, more: false, receipt: null, threadsTold: true };
}

function following(here: Place, items: readonly Json[]): Place | null {
  const messages = here.messages + (here.phase === 'conversations' ? messagesNamedIn(items) : 0);
  if (here.page > 1) return { ...here, page: here.page - 1, seeks: false, messages };
  const phase = phases[phases.indexOf(here.phase) + 1];
  if (!phase) return null;
  const page = phase === 'messages' ? Math.max(1, Math.ceil(messages / PAGE_SIZE)) : 1;
  return { phase, page, seeks: true, messages };
}

function messagesNamedIn(items: readonly Json[]): number {
  const named = items.map((item) => wireConversation.safeParse(item).data?.messages?.length ?? 0);
  return named.reduce((sum, count) => sum + count, 0);
}

const sources: Readonly<Record<Phase, { readonly list: List; readonly query: Readonly<Record<string, string>> }>> = {
  // Usually only those to come are listed, and none that was cancelled ("Bookings").
  bookings: { list: lists.bookings, query: { from: '1970-01-01T00:00:00Z', include_canceled: 'true' } },
  inquiries: { list: lists.inquiries, query: {} },
  conversations: { list: lists.conversations, query: { include: 'participants' } },
  messages: { list: lists.messages, query: { include: 'sender' } },
};

async function readListPage(ask: Ask, { phase, page }: Place, call: Call): Promise<ListPage | null> {
  const { list, query } = sources[phase];
  try {
    return await readPage(ask, list, { page, query }, call);
  } catch (error) {
    if (page > 1 && isOfKind(error, 'not-found')) return null;
    // A token may have the inbox, and neither bookings nor inquiries.
    const isNeeded = phase === 'conversations' || phase === 'messages';
    if (isNeeded || !isOfKind(error, 'forbidden', 'not-found')) throw error;
    return { items: [], pages: page, hasNext: false, at: null, deleted: [] };
  }
}

function eventsOf(phase: Phase, items: readonly Json[], news: News, call: Call): Promise<readonly ProviderEvent[]> {
  if (phase === 'bookings') return news.bookingEvents(items, call);
  if (phase === 'inquiries') return news.leadEvents(items, call);
  return phase === 'conversations' ? news.conversationEvents(items, call) : news.messageEvents(items, call);
}
