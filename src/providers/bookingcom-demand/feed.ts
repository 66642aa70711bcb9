import { createHash } from 'node:crypto';
import { z } from 'zod';
import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { ProviderEvent } from '../../domain/messaging.ts';
import type { Checkpoint, ProviderAdapter, Pull, Receipt } from '../contract.ts';
import type { Client } from './client.ts';
import { protocolError } from './failures.ts';
import { addressOf, bookingOf, conversationOfNews, idOfNews, type News, newsOf } from './map.ts';
import { byTime } from './moments.ts';

// "Up to 100 messages"; how many more there are is not told.
const MOST = 100;
// Of conversations met lately; keeps a checkpoint under 4 KiB.
const REMEMBERED = 250;

const place = z.object({
  /** What the last look brought. The same again means that confirming did not help, and asking at once would not either. */
  last: z.string().nullable().catch(null),
  /** Conversations met lately, the latest last: a first message says that there may be a history. */
  met: z.array(z.string()).catch([]),
});

/** The account's one feed of new messages, of both sides, which holds everything until it is confirmed by id. */
export function createFeed(client: Client): Required<Pick<ProviderAdapter, 'pull' | 'confirm'>> {
  return {
    async pull(from, call) {
      const data = await client.ask('latest', null, call);
      const items = data?.messages;
      if (!Array.isArray(items)) throw protocolError('latest', 'there is no list of messages in the answer');
      return pullOf(items, from);
    },
    // By id, so that nothing is thrown away unread. What 3.1 answers is not documented.
    async confirm(receipt, call) {
      await client.tell('latest/confirm', { messages: receipt.messages ?? [] }, call);
    },
  };
}

function pullOf(items: readonly Json[], from: Checkpoint | null): Pull {
  const { last, met } = place.safeParse(from ?? {}).data ?? { last: null, met: [] };
  // All that have an id, also what cannot be read: what is never confirmed takes up one of the hundred places for ever.
  const ids = [...new Set(items.flatMap((item) => idOfNews(item) ?? []))];
  const look = digestOf(ids.toSorted().join(' '));
  const threads = threadsIn(items);
  const marks = [...threads.keys()].map(markOf);
  return {
    events: [
      ...items.flatMap(unreadable),
      ...[...threads.values()].flatMap(aboutThread),
      ...[...threads.keys()].filter((id) => !met.includes(markOf(id))).map(stale),
      ...messagesIn(threads),
    ],
    checkpoint: {
      last: ids.length > 0 ? look : null,
      met: [...met.filter((mark) => !marks.includes(mark)), ...marks].slice(-REMEMBERED),
    },
    more: items.length >= MOST && look !== last,
    receipt: receiptOf(ids, threads),
  };
}

/** The oldest message stands first: it stays where it is, however the answer is ordered and whatever comes after it. */
function receiptOf(ids: readonly string[], threads: Threads): Receipt | null {
  const [oldest] = [...threads.values()].map(([first]) => first.message).sort(byTime);
  return ids.length > 0 ? { head: oldest?.externalId ?? ids.toSorted()[0] ?? null, messages: ids } : null;
}

type Threads = ReadonlyMap<string, readonly [News, ...News[]]>;

/** The messages of each conversation, oldest first: the order they come in is not to be trusted ("Fetch latest messages" has both). */
function threadsIn(items: readonly Json[]): Threads {
  const threads = new Map<string, [News, ...News[]]>();
  const read = items.flatMap((item) => newsOf(item) ?? []);
  for (const news of read.sort((a, b) => byTime(a.message, b.message))) {
    const thread = threads.get(news.conversation);
    if (thread) thread.push(news);
    else threads.set(news.conversation, [news]);
  }
  return threads;
}

/** What the messages tell of their conversation. Without the property it could not be asked about: better to keep what is known. */
function aboutThread(news: readonly [News, ...News[]]): readonly ProviderEvent[] {
  const told = news.findLast((one) => one.place?.reservation) ?? news.findLast((one) => one.place !== null);
  if (!told?.place) return [];
  const conversation = conversationOfNews(news, told.place);
  const about: ProviderEvent = { type: 'conversation', conversation };
  const { reservation } = told.place;
  if (reservation === null) return [about];
  return [{ type: 'booking', booking: bookingOf(reservation, told.place, conversation.participant) }, about];
}

function messagesIn(threads: Threads): readonly ProviderEvent[] {
  const news = [...threads.values()].flat().sort((a, b) => byTime(a.message, b.message));
  return news.map(({ conversation, place, message }) => {
    return { type: 'message', conversation: brand(conversation), address: place && addressOf(place), message };
  });
}

function stale(conversation: string): ProviderEvent {
  return { type: 'stale', conversation: brand(conversation) };
}

function unreadable(raw: Json): readonly ProviderEvent[] {
  if (newsOf(raw)) return [];
  const lacks = idOfNews(raw) === null ? 'an id' : 'a conversation';
  return [{ type: 'unreadable', reason: `a message without ${lacks}`, raw }];
}

function markOf(conversation: string): string {
  return digestOf(conversation).slice(0, 8);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
