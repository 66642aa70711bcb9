import { type EventType, feedHead, oldestSeq, readEvents } from '../store/events.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { FeedPosition } from './cursor.ts';
import { badInput, clientError } from './errors.ts';
import type { Moment } from './feed-follower.ts';
import { type FeedItem, feedItemRef, itemAt, itemsOf, messageAddedRef } from './feed-items.ts';
import { readFeed, readMarkedFeed } from './read-feed.ts';

/** A page of the feed. */
interface EventPage {
  readonly nodes: readonly FeedItem[];
  readonly endCursor: FeedPosition;
  readonly hasMore: boolean;
}

const pageSize = { min: 1, default: 25, max: 100 } as const;

const eventPageType = builder.objectRef<EventPage>('EventPage').implement({
  description: 'A page of events, oldest first.',
  fields: (t) => ({
    nodes: t.expose('nodes', { type: [feedItemRef], description: 'What happened. What is gone by now is left out.' }),
    endCursor: t.expose('endCursor', {
      type: 'EventCursor',
      description:
        'Where the page ends: give it as `after` for the next one, or to a subscription. Also there when the page is empty.',
    }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Whether there was more when this was read.' }),
  }),
});

builder.queryFields((t) => ({
  eventCursor: t.field({
    type: 'EventCursor',
    description:
      'The feed’s head. Read it first, then your data, then subscribe after it: nothing is missed in between.',
    resolve: (_root, _args, { db, caller }) => feedHead(db, caller.scope),
  }),
  events: t.field({
    type: eventPageType,
    description:
      'What happened, over plain HTTP: the twin of the subscriptions, with the same cursors. Without `after`, from the oldest event kept.',
    args: {
      after: t.arg({ type: 'EventCursor', description: 'Only what happened after this.' }),
      first: t.arg.int({ description: 'How many: 1 to 100. 25 if it is not given.' }),
    },
    complexity: ({ first }) => ({
      field: 5,
      multiplier: Math.min(Math.max(first ?? pageSize.default, 1), pageSize.max),
    }),
    resolve: (_root, { after, first }, context) => eventPage(after ?? null, first ?? pageSize.default, context),
  }),
}));

builder.subscriptionType({ description: 'What is told as it happens, over a websocket or as server-sent events.' });

builder.subscriptionField('messageAdded', (t) =>
  t.field({
    type: messageAddedRef,
    authScopes: { scope: 'messages:read' },
    description:
      'New messages, from either side. Give `after` to resume: what was missed comes first, once, in order. A cursor that cannot be resumed from is told: RESYNC_REQUIRED.',
    args: {
      conversationIds: t.arg.idList({
        description: 'Only of these conversations. Ids that are none of yours match nothing.',
      }),
      accountIds: t.arg.idList({ description: 'Only of these accounts. Ids that are none of yours match nothing.' }),
      after: t.arg({ type: 'EventCursor', description: 'Resume after this event. From now on, if it is not given.' }),
    },
    subscribe(_root, { conversationIds, accountIds, after }, { feeds, caller }) {
      if (!caller.scopes.has('messages:read')) throw clientError('FORBIDDEN', 'This needs the scope messages:read.');
      const wanted = newMessages(conversationIds ?? null, accountIds ?? null);
      return readFeed(feeds, { scope: caller.scope, after: after ?? null, wanted });
    },
    resolve: (moment) => addedOf(moment),
  }),
);

const eventTypeType = builder.enumType('EventType', {
  description: 'What an event tells of.',
  values: {
    MessageAdded: { description: 'A new message.' },
    MessageChanged: { description: 'A change of a message: its delivery, its marks, its text.' },
    ConversationChanged: { description: 'A change of a conversation.' },
    AccountChanged: { description: 'A change of an account.' },
  } satisfies Record<EventType, object>,
});

const eventFilterType = builder.inputType('EventFilter', {
  description:
    'Which events: those that answer to everything that is given. The cursor moves on over the others all the same.',
  fields: (t) => ({
    conversationIds: t.idList({ description: 'About these conversations and their messages.' }),
    accountIds: t.idList({ description: 'About these accounts, their conversations and messages.' }),
    types: t.field({ type: [eventTypeType], description: 'Of these types.' }),
  }),
});

builder.subscriptionField('events', (t) =>
  t.field({
    type: feedItemRef,
    authScopes: { scope: 'messages:read' },
    description:
      'Everything that happens. Give `after` to resume: what was missed comes first, once, in order, then `CaughtUp`, then what happens. Where a cursor cannot be resumed from, `FeedGap` comes first.',
    args: {
      filter: t.arg({ type: eventFilterType, description: 'Which events are wanted. Not given: all.' }),
      after: t.arg({ type: 'EventCursor', description: 'Resume after this event. From now on, if it is not given.' }),
    },
    subscribe(_root, { filter, after }, { feeds, caller, clock }) {
      if (!caller.scopes.has('messages:read')) throw clientError('FORBIDDEN', 'This needs the scope messages:read.');
      const request = { scope: caller.scope, after: after ?? null, wanted: eventsLike(filter ?? {}) };
      return readMarkedFeed(feeds, request, clock);
    },
    resolve: (told, _args, context) => itemAt(told, context),
  }),
);

interface EventFilter {
  readonly conversationIds?: readonly string[] | null | undefined;
  readonly accountIds?: readonly string[] | null | undefined;
  readonly types?: readonly EventType[] | null | undefined;
}

/** Passes events of those conversations, accounts and types (absent: of any); never those about messages that are gone. */
function eventsLike({ conversationIds, accountIds, types }: EventFilter): (moment: Moment) => boolean {
  const conversations = conversationIds && new Set<string>(conversationIds);
  const accounts = accountIds && new Set<string>(accountIds);
  const kinds = types && new Set<EventType>(types);
  return ({ event, message }) =>
    (event.messageId === null || message !== null) &&
    (!kinds || kinds.has(event.type)) &&
    (!conversations || (event.conversationId !== null && conversations.has(event.conversationId))) &&
    (!accounts || accounts.has(event.accountId));
}

/** Passes messages that were added, by either side, where they are of those conversations and accounts (null: of any). */
function newMessages(
  conversationIds: readonly string[] | null,
  accountIds: readonly string[] | null,
): (moment: Moment) => boolean {
  const conversations = conversationIds && new Set(conversationIds);
  const accounts = accountIds && new Set(accountIds);
  return ({ event, message }) =>
    event.type === 'MessageAdded' &&
    message !== null &&
    (!conversations || conversations.has(message.conversationId)) &&
    (!accounts || accounts.has(message.accountId));
}

function addedOf({ position, message }: Moment): Extract<FeedItem, { type: 'MessageAdded' }> {
  if (!message) throw new Error(`event ${position.seq} has no message`);
  return { type: 'MessageAdded', cursor: position, message };
}

async function eventPage(after: FeedPosition | null, first: number, context: Context): Promise<EventPage> {
  if (first < pageSize.min || first > pageSize.max)
    throw badInput(`first must be from ${pageSize.min} to ${pageSize.max}, not ${first}.`);
  const { db, caller } = context;
  const { epoch, seq: head } = await feedHead(db, caller.scope);
  if (after && (after.epoch !== epoch || after.seq > head)) throw clientError('RESYNC_REQUIRED');
  const start = after?.seq ?? ((await oldestSeq(db, caller.scope)) ?? head + 1n) - 1n;
  const read = await readEvents(db, caller.scope, start, first + 1);
  // What came next is not kept any more.
  if (start < head && read[0]?.seq !== start + 1n) throw clientError('RESYNC_REQUIRED');
  const events = read.slice(0, first);
  return {
    nodes: await itemsOf(events, epoch, context),
    endCursor: { epoch, seq: events.at(-1)?.seq ?? start },
    hasMore: read.length > events.length,
  };
}
