import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { findMessage, messageIdOf, stayOf } from '../../simulator/bookingcom.ts';
import { type Answer, type Asked, type Desk, fail, isReadable, readableStays, type Waiting } from './simulator-desk.ts';
import { showInFeed } from './simulator-messages.ts';

/*
 * What waits for the account, of both sides: `/messages/latest` shows up to 100, and nothing else comes before these are
 * confirmed by id. Whatever is never confirmed stays for ever, blank messages and one's own included.
 */
export interface Feed {
  latest(asked: Asked): Answer;
  confirm(asked: Asked): Answer;
  /** How many wait. */
  readonly waiting: number;
}

const PAGE = 100;
const notOnboarded = fail(500, 'internal_error', 'Internal server error');

/** Opens the feed: it hears of every message from now on. */
export function createFeed(desk: Desk): Feed {
  const { world, clock, switches } = desk;
  // In order of arrival, with the time from which on each is shown.
  const waiting = new Map<number, number>();
  let polledAt: number | null = null;
  world.onMessage((message, conversation) => {
    if (stayOf(world, conversation)) waiting.set(message.id, clock.now().getTime() + switches.feedDelayMs);
  });
  if (switches.feedAtStart === 'everything') {
    const all = readableStays(desk).flatMap(({ conversation }) => conversation.messages);
    for (const { id } of all.toSorted((a, b) => a.at.getTime() - b.at.getTime() || a.id - b.id)) waiting.set(id, 0);
  }
  const shown = (): readonly Waiting[] => {
    const now = clock.now().getTime();
    return [...waiting].flatMap(([id, from]) => (from <= now ? waitingAt(desk, id) : []));
  };
  return {
    get waiting() {
      return waiting.size;
    },
    latest({ dialect, handling }) {
      if (!switches.onboarded) return notOnboarded;
      const now = clock.now().getTime();
      const hasty = switches.minPollMs !== null && polledAt !== null && now - polledAt < switches.minPollMs;
      polledAt = now;
      const all = hasty ? [] : shown();
      const chosen = switches.feedOverflow === 'oldest' ? all.slice(0, PAGE) : all.slice(-PAGE);
      const messages = inOrder(chosen, switches.feedOrder).map((one): JsonObject => showInFeed(desk, one, dialect));
      return { data: { messages: handling.arrange(messages) } };
    },
    confirm({ fields, dialect }) {
      if (!switches.onboarded) return notOnboarded;
      const ids = fields['messages'];
      if (!Array.isArray(ids)) return fail(400, 'missing_parameter', 'messages is required');
      const found = ids.map((id) => (typeof id === 'string' ? findMessage(world, id) : null));
      const pending = found.filter((message) => message !== null && waiting.has(message.id));
      if (pending.length < ids.length && switches.confirmUnknown === 'refused') {
        return fail(400, 'invalid_parameter', 'messages names one that does not wait');
      }
      const confirmed = pending.flatMap((message) =>
        message && waiting.delete(message.id) ? [messageIdOf(message)] : [],
      );
      return dialect === '3.2' ? { beside: { confirmedMessages: confirmed } } : {};
    },
  };
}

function waitingAt(desk: Desk, id: number): readonly Waiting[] {
  const message = desk.world.messages.get(id);
  const conversation = desk.world.conversations.get(message?.conversationId ?? 0);
  const stay = conversation ? stayOf(desk.world, conversation) : null;
  return message && stay && isReadable(desk, stay) ? [{ message, stay }] : [];
}

function inOrder(items: readonly Waiting[], order: 'newestFirst' | 'mixed'): readonly Waiting[] {
  const die = ({ message }: Waiting): string => createHash('sha1').update(`feed:${message.id}`).digest('hex');
  if (order === 'mixed') return items.toSorted((a, b) => (die(a) < die(b) ? -1 : 1));
  return items.toSorted((a, b) => b.message.at.getTime() - a.message.at.getTime() || b.message.id - a.message.id);
}
