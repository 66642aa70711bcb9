import type { Account } from '../domain/account.ts';
import type { Conversation, Message } from '../domain/messaging.ts';
import type { FeedEvent } from '../store/events.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { FeedPosition } from './cursor.ts';
import type { Moment } from './feed-follower.ts';
import type { Mark } from './feed-marks.ts';
import { accountRef, conversationRef, messageRef } from './refs.ts';

/** An event with what it is about. */
export type FeedItem =
  | { readonly type: 'MessageAdded'; readonly cursor: FeedPosition; readonly message: Message }
  | { readonly type: 'MessageChanged'; readonly cursor: FeedPosition; readonly message: Message }
  | { readonly type: 'ConversationChanged'; readonly cursor: FeedPosition; readonly conversation: Conversation }
  | { readonly type: 'AccountChanged'; readonly cursor: FeedPosition; readonly account: Account }
  | { readonly type: 'CaughtUp'; readonly cursor: FeedPosition }
  | { readonly type: 'FeedGap'; readonly cursor: FeedPosition };

type ItemOf<Type extends FeedItem['type']> = Extract<FeedItem, { type: Type }>;

/** Anything that the feed tells. */
export const feedItemRef = builder.interfaceRef<FeedItem>('FeedItem').implement({
  description: 'Something that happened. Ask for its type, and for the fields of each type you care about.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    cursor: t.expose('cursor', {
      type: 'EventCursor',
      description: 'Its place in the feed. Keep the last one you saw: `after` it is where you resume.',
    }),
  }),
});

/** A message that was not there before. */
export const messageAddedRef = builder.objectRef<ItemOf<'MessageAdded'>>('MessageAdded').implement({
  description: 'A new message, from either side. Each is told once, when it is first stored.',
  interfaces: [feedItemRef],
  fields: (t) => ({
    message: t.expose('message', { type: messageRef, description: 'The message.' }),
    conversation: t.field({
      type: conversationRef,
      description: 'The conversation that it is in.',
      resolve: ({ message }, _args, context) => conversationOf(message, context),
    }),
  }),
});

builder.objectRef<ItemOf<'MessageChanged'>>('MessageChanged').implement({
  description: 'Something about a message changed: its delivery, its marks, its text.',
  interfaces: [feedItemRef],
  fields: (t) => ({
    message: t.expose('message', { type: messageRef, description: 'The message as it is now.' }),
    conversation: t.field({
      type: conversationRef,
      description: 'The conversation that it is in.',
      resolve: ({ message }, _args, context) => conversationOf(message, context),
    }),
  }),
});

builder.objectRef<ItemOf<'ConversationChanged'>>('ConversationChanged').implement({
  description: 'Something about a conversation changed, or older messages of it were stored.',
  interfaces: [feedItemRef],
  fields: (t) => ({
    conversation: t.expose('conversation', { type: conversationRef, description: 'The conversation as it is now.' }),
  }),
});

builder.objectRef<ItemOf<'AccountChanged'>>('AccountChanged').implement({
  description: 'Something about an account changed: its state, its title, how far it is imported.',
  interfaces: [feedItemRef],
  fields: (t) => ({
    account: t.expose('account', { type: accountRef, description: 'The account as it is now.' }),
  }),
});

builder.objectRef<ItemOf<'CaughtUp'>>('CaughtUp').implement({
  description:
    'Everything up to this place was told: what follows happens from now on. Told once that is so, and again every minute with the place by then.',
  interfaces: [feedItemRef],
});

builder.objectRef<ItemOf<'FeedGap'>>('FeedGap').implement({
  description:
    'What happened before this place cannot be told any more: the cursor was too old, or is of another feed. Read your data again; it goes on from here.',
  interfaces: [feedItemRef],
});

/** What a place in the feed is told as. Throws where an event is about what is gone. */
export async function itemAt(told: Moment | Mark, context: Context): Promise<FeedItem> {
  if ('mark' in told) return { type: told.mark, cursor: told.position };
  const { position, event, message } = told;
  if (message && (event.type === 'MessageAdded' || event.type === 'MessageChanged'))
    return { type: event.type, cursor: position, message };
  const item = await itemOf(event, position, context);
  if (!item) throw new Error(`event ${position.seq} is about what is gone`);
  return item;
}

/** The events with what they are about, as it is now. What is gone by now is left out. */
export async function itemsOf(
  events: readonly FeedEvent[],
  epoch: string,
  context: Context,
): Promise<readonly FeedItem[]> {
  const items = await Promise.all(events.map((event) => itemOf(event, { epoch, seq: event.seq }, context)));
  return items.filter((item) => item !== null);
}

async function itemOf(event: FeedEvent, cursor: FeedPosition, { loaders }: Context): Promise<FeedItem | null> {
  const { type, accountId, conversationId, messageId } = event;
  if (type === 'AccountChanged') {
    const account = await loaders.accounts.load(accountId);
    return account && { type, cursor, account };
  }
  if (type === 'ConversationChanged') {
    const conversation = conversationId && (await loaders.conversations.load(conversationId));
    return conversation && { type, cursor, conversation };
  }
  const message = messageId && (await loaders.messages.load(messageId));
  return message && { type, cursor, message };
}

async function conversationOf({ id, conversationId }: Message, { loaders }: Context): Promise<Conversation> {
  const conversation = await loaders.conversations.load(conversationId);
  if (!conversation) throw new Error(`message ${id} has no conversation`);
  return conversation;
}
