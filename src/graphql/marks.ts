import type { ConversationId, MessageId } from '../domain/ids.ts';
import { type MarkChanges, markMessagesRead, unreadMessages, updateMarks } from '../store/message-marks.ts';
import { builder } from './builder.ts';
import { capabilitiesIn, hindrance } from './capabilities.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { conversationRef, messageRef } from './refs.ts';
import { attempt, type Refusal, refusal, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

interface Marked<Id> {
  readonly id: Id | null;
  readonly errors: readonly Refusal[];
}

const updateInput = builder.inputType('UpdateMessageInput', {
  description: 'Marks to be set on a message. What is not given stays.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The message.' }),
    read: t.boolean({ description: 'Whether our side has read it.' }),
    urgent: t.boolean({ description: 'Whether it is urgent.' }),
    priority: t.float({ description: 'Its weight when sorting work: higher is sooner.' }),
    snoozeUntil: t.field({ type: 'DateTime', description: 'Until when it is put aside. Null: no longer.' }),
  }),
});

const updatePayload = builder.objectRef<Marked<MessageId>>('UpdateMessagePayload').implement({
  description: 'What marking a message came to.',
  fields: (t) => ({
    message: t.field({
      type: messageRef,
      nullable: true,
      authScopes: { scope: 'messages:read' },
      description: 'The message as it is now. Null where that was refused.',
      resolve: ({ id }, _args, { loaders }) => id && loaders.messages.load(id),
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

const readInput = builder.inputType('MarkConversationReadInput', {
  description: 'A conversation whose messages are to be marked as read.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    upTo: t.id({ description: 'Up to this message of it. If not given: all that is stored.' }),
  }),
});

const readPayload = builder.objectRef<Marked<ConversationId>>('MarkConversationReadPayload').implement({
  description: 'What marking a conversation as read came to.',
  fields: (t) => ({
    conversation: t.field({
      type: conversationRef,
      nullable: true,
      authScopes: { scope: 'messages:read' },
      description: 'The conversation as it is now. Null where that was refused.',
      resolve: ({ id }, _args, { loaders }) => id && loaders.conversations.load(id),
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

builder.mutationFields((t) => ({
  updateMessage: t.field({
    type: updatePayload,
    complexity: 50,
    authScopes: { scope: 'messages:send' },
    description:
      'Marks a message. That it was read is told to its provider first, where that has such a mark; everything else is ours alone. `capabilities` says which.',
    args: { input: t.arg({ type: updateInput, required: true, description: 'The message and its marks.' }) },
    async resolve(_root, { input }, context) {
      const id = idOf<MessageId>('ConversationMessage', input.messageId);
      if (!id) return { id, errors: [refusal('NOT_FOUND', 'There is no such message.', 'messageId')] };
      const { errors } = await attempt(() => updateOne(id, changesOf(input), context));
      if (errors.length === 0) written(context);
      return { id: errors.length === 0 ? id : null, errors };
    },
  }),
  markConversationRead: t.field({
    type: readPayload,
    complexity: 50,
    authScopes: { scope: 'messages:send' },
    description:
      'Marks what the participant wrote as read: at the provider first, where that has such a mark, then here. `capabilities` says which.',
    args: { input: t.arg({ type: readInput, required: true, description: 'The conversation.' }) },
    async resolve(_root, { input }, context) {
      const id = idOf<ConversationId>('Conversation', input.conversationId);
      const upTo = input.upTo ? idOf<MessageId>('ConversationMessage', input.upTo) : null;
      if (!id) return { id, errors: [refusal('NOT_FOUND', 'There is no such conversation.', 'conversationId')] };
      if (input.upTo && !upTo) return { id: null, errors: [refusal('NOT_FOUND', noMessage, 'upTo')] };
      const { errors } = await attempt(() => readAll(id, upTo, context));
      if (errors.length === 0) written(context);
      return { id: errors.length === 0 ? id : null, errors };
    },
  }),
}));

const noMessage = 'There is no such message in this conversation.';

async function updateOne(id: MessageId, changes: MarkChanges, context: Context): Promise<void> {
  const { db, caller, clock, loaders } = context;
  const message = changes.read === true ? await loaders.messages.load(id) : null;
  if (message?.sentBy === 'participant') await tellRead(message.conversationId, [id], context);
  await updateMarks(db, caller.scope, id, changes, clock.now());
}

async function readAll(id: ConversationId, upTo: MessageId | null, context: Context): Promise<void> {
  const { db, caller, clock } = context;
  const unread = await unreadMessages(db, caller.scope, id, upTo);
  await tellRead(id, unread, context);
  await markMessagesRead(db, caller.scope, id, unread, clock.now());
}

/** Where the provider cannot be told now, or fails, this throws and nothing is marked here either: both sides say the same. */
async function tellRead(id: ConversationId, messages: readonly MessageId[], context: Context): Promise<void> {
  const { caller, gateway, loaders, signal } = context;
  const conversation = messages.length > 0 && (await loaders.conversations.load(id));
  if (!conversation) return;
  const { markRead } = await capabilitiesIn(conversation, context);
  const hindered = hindrance(markRead);
  if (hindered) throw hindered;
  if (markRead.mode === 'UPSTREAM') await gateway.markRead(caller.tenant.id, messages, signal);
}

/** A null leaves a mark as it is, but for the snooze, which it ends. */
function changesOf({ read, urgent, priority, snoozeUntil }: typeof updateInput.$inferInput): MarkChanges {
  return {
    ...(typeof read === 'boolean' && { read }),
    ...(typeof urgent === 'boolean' && { urgent }),
    ...(typeof priority === 'number' && { priority }),
    ...(snoozeUntil !== undefined && { snoozeUntil }),
  };
}
