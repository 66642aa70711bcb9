import {
  DeliveryOfDocument,
  EventsDocument,
  type EventsQuery,
  SendDocument,
  type SendMessageInput,
  type SendMutation,
  ThreadPageDocument,
  type ThreadPageQuery,
  ThreadsDocument,
  type ThreadsQuery,
} from '../generated/operations.ts';
import type { Answer, TestApp } from './app.ts';

/*
 * What somebody at an inbox does and sees, by the API alone.
 */

export type InboxEntry = ThreadsQuery['conversations']['nodes'][number];
export type ThreadMessage = NonNullable<ThreadPageQuery['conversation']>['messages']['nodes'][number];
export type FeedEvent = EventsQuery['events']['nodes'][number];

/** The newest 100 conversations with their newest messages. */
export async function inboxOf(t: TestApp, token = t.token): Promise<readonly InboxEntry[]> {
  const { data, errors } = await t.gql(ThreadsDocument, { first: 100 }, token);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.conversations.nodes;
}

/** Our id of the conversation that its provider calls so. */
export async function idOf(t: TestApp, externalId: string, token = t.token): Promise<string> {
  const found = (await inboxOf(t, token)).find((one) => one.externalId === externalId);
  if (!found) throw new Error(`${externalId} is not in the inbox`);
  return found.id;
}

/** A thread's newest messages, newest first. */
export async function threadOf(t: TestApp, id: string, first = 100): Promise<readonly ThreadMessage[]> {
  const { data } = await t.gql(ThreadPageDocument, { id, first });
  return data.conversation?.messages.nodes ?? [];
}

/** A whole thread, read by pages of that size, newest first. */
export async function pagedThread(t: TestApp, id: string, first: number): Promise<readonly ThreadMessage[]> {
  const all: ThreadMessage[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const answer: Answer<ThreadPageQuery> = await t.gql(ThreadPageDocument, { id, first, after });
    const page = answer.data.conversation?.messages;
    all.push(...(page?.nodes ?? []));
    more = page?.pageInfo.hasNextPage ?? false;
    after = page?.pageInfo.endCursor ?? null;
  }
  return all;
}

/** Asks for a message to be sent. */
export async function send(
  t: TestApp,
  conversationId: string,
  body: string,
  more: Partial<SendMessageInput> = {},
  token = t.token,
): Promise<SendMutation['sendMessage']> {
  const { data, errors } = await t.gql(SendDocument, { input: { conversationId, body, ...more } }, token);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.sendMessage;
}

/** Asks for a message to be sent and lets that go on as far as it goes now. Answers the message's id. */
export async function sent(
  t: TestApp,
  conversationId: string,
  body: string,
  more: Partial<SendMessageInput> = {},
): Promise<string> {
  const { message, errors } = await send(t, conversationId, body, more);
  if (!message) throw new Error(JSON.stringify(errors));
  await t.settle();
  return message.id;
}

/** How far a message has come. */
export async function deliveryOf(t: TestApp, id: string) {
  const { data } = await t.gql(DeliveryOfDocument, { id });
  const message = data.node && 'delivery' in data.node ? data.node : null;
  if (!message?.delivery) throw new Error(`${id} is none of our sends`);
  return { ...message.delivery, externalId: message.externalId, body: message.body };
}

/** Resolves when that holds, letting everything else go on meanwhile; rejects when it has not come true for long. */
export async function until(t: TestApp, holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn += 1) {
    if (turn === 1_000) throw new Error(`it never came to that: ${holds}`);
    await t.db.pool.query('SELECT 1');
  }
}

/** What happened after a cursor, oldest first, to the end. */
export async function eventsOf(t: TestApp, after: string | null = null): Promise<readonly FeedEvent[]> {
  const all: FeedEvent[] = [];
  for (let from = after, more = true; more; ) {
    const { data, errors }: Answer<EventsQuery> = await t.gql(EventsDocument, { after: from, first: 100 });
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    const page = data.events;
    all.push(...page.nodes);
    from = page.endCursor;
    more = page.hasMore;
  }
  return all;
}

/** How many rows each table holds: to see that something changed nothing. */
export async function rowCounts({ db }: Pick<TestApp, 'db'>): Promise<Readonly<Record<string, number>>> {
  const tables = [
    ...['tenant', 'token', 'account', 'participant', 'booking', 'lead', 'conversation', 'message', 'attachment'],
    ...['outbox', 'attempt', 'parked_message', 'unreadable_item', 'event', 'webhook_delivery', 'idempotency_key'],
    ...['erasure', 'erasure_key', 'tombstone'],
  ];
  const counts = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  const { rows } = await db.pool.query<Record<string, number>>(`SELECT ${counts.join(', ')}`);
  return rows[0] ?? {};
}
