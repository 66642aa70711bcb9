import { brand } from '../domain/ids.ts';
import type { Message, SentBy } from '../domain/messaging.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection-types.ts';
import type { Context } from './context.ts';
import { nodeRef } from './node.ts';
import { type AccountDelivery, conversationRef, deliveryRef, messageRef } from './refs.ts';

/** Lavanda's two literals, as an enum. */
export const sentByType = builder.enumType('MessageSentBy', {
  description: 'Which side of a conversation wrote a message.',
  values: {
    us: { description: 'The side that the account speaks for.' },
    participant: { description: 'The other party.' },
  } satisfies Record<SentBy, object>,
});

messageRef.implement({
  description: 'A message of a conversation, from either side.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'Its text, as the provider has it. Null where there is none, or none any more (`erased`).',
    }),
    erased: t.exposeBoolean('erased', {
      description: 'Whether its text and files are gone for good: its writer was erased, or it is past keeping.',
    }),
    automated: t.exposeBoolean('automated', {
      nullable: true,
      description:
        'Whether it was sent by a rule or a template, not by a person. Null where the provider does not say.',
    }),
    channel: t.exposeString('channel', {
      nullable: true,
      description: 'How it travelled: `email`, `airbnb`, `booking-com`, …',
    }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was sent, as the provider claims. Null until the provider has said.',
    }),
    sentBy: t.expose('sentBy', {
      type: sentByType,
      nullable: true,
      description: 'Who wrote it. Null for a system’s message.',
    }),
    read: t.exposeBoolean('read', { nullable: true, description: 'Whether our side has read it.' }),
    urgent: t.exposeBoolean('urgent', { nullable: true, description: 'Whether it is marked as urgent.' }),
    priority: t.exposeFloat('priority', {
      nullable: true,
      description: 'Its weight when sorting work: higher is sooner.',
    }),
    snoozeUntil: t.expose('snoozeUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when it is put aside.',
    }),
    conversation: t.field({
      type: conversationRef,
      authScopes: { scope: 'messages:read' },
      description: 'The conversation it is part of.',
      async resolve({ conversationId }, _args, { loaders }) {
        const conversation = await loaders.conversations.load(conversationId);
        if (!conversation) throw new Error(`a message of conversation ${conversationId}, which is not stored`);
        return conversation;
      },
    }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'The provider’s own id. Null until it has given one.',
    }),
    kind: t.exposeString('kind', {
      nullable: true,
      description:
        'The provider’s kind of message: `free_text`, `automatically_sent_template`, … `internal` is a note that the participant never sees.',
    }),
    delivery: t.field({
      type: deliveryRef,
      nullable: true,
      description: 'How far it has come. Null for what was not sent through here.',
      resolve: deliveryOf,
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was first stored here.' }),
    backfilled: t.exposeBoolean('backfilled', {
      description: 'Whether it is history from before its account was connected: stored, and not announced.',
    }),
  }),
});

/** Pages of messages. */
export const messageConnectionType = connectionType<Message>(
  'ConversationMessage',
  messageRef,
  'messages, newest first',
);

async function deliveryOf(message: Message, _args: object, { loaders }: Context): Promise<AccountDelivery | null> {
  const delivery = message.sentBy === 'us' ? await loaders.deliveries.load(brand(message.id)) : null;
  return delivery && { ...delivery, accountId: message.accountId };
}
