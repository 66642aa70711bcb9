import type { Assignee, Conversation } from '../domain/messaging.ts';
import { builder } from './builder.ts';
import { capabilitiesIn, capabilitiesType } from './capabilities.ts';
import { pageArgs } from './connection-types.ts';
import { messageConnectionType } from './message.ts';
import { idOf, nodeRef } from './node.ts';
import { ownerOf } from './owner.ts';
import { pageCost } from './paging.ts';
import { participantOf } from './participant.ts';
import { accountRef, bookingRef, conversationRef, leadRef, messageRef, participantRef } from './refs.ts';
import { freshened, messagesOf } from './thread.ts';

const maxAgeArg = builder.args((t) => ({
  maxAge: t.int({
    description: 'In seconds: if it was read at its provider longer ago than this, it is read there first. 0: always.',
  }),
}));

const assigneeType = builder.objectRef<Assignee>('ConversationAssignee').implement({
  description: 'Somebody of our side who is to look after a conversation.',
  fields: (t) => ({
    externalId: t.exposeString('externalId', { description: 'The provider’s own id of them.' }),
    name: t.exposeString('name', { nullable: true, description: 'Their name. Null where it is not known.' }),
  }),
});

conversationRef.implement({
  description: 'A thread between our side and one participant.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'The provider’s own id. Null while only its booking is known.',
    }),
    channel: t.exposeString('channel', {
      nullable: true,
      description: 'How it reaches the participant: `email`, `airbnb`, `booking-com`, …',
    }),
    subject: t.exposeString('subject', {
      nullable: true,
      description: 'Its subject, where the provider has such a thing.',
    }),
    lastMessageAt: t.expose('lastMessageAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its newest message was sent. Its place in lists.',
    }),
    unreadCount: t.exposeInt('unreadCount', { description: 'How many of the participant’s messages are not read.' }),
    noReplyNeeded: t.exposeBoolean('noReplyNeeded', {
      nullable: true,
      description: 'Whether it is marked as needing no reply. Null where the provider has no such thing.',
    }),
    closedAt: t.expose('closedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was closed. Null while open.',
    }),
    assignee: t.expose('assignee', {
      type: assigneeType,
      nullable: true,
      description: 'Who is to look after it. Null where nobody is, or the provider has no such thing.',
    }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      description: 'When this was last known to be in step with the provider.',
    }),
  }),
});

builder.objectFields(conversationRef, (t) => ({
  participant: t.field({
    type: participantRef,
    nullable: true,
    description: 'The other party. Null while nobody is known.',
    resolve: participantOf,
  }),
  messages: t.field({
    type: messageConnectionType,
    complexity: pageCost(1),
    description:
      'Its messages, newest first. What is stored is answered; a thread never read, or a page beyond what is stored, is read at the provider first.',
    args: { ...pageArgs, ...maxAgeArg },
    resolve: messagesOf,
  }),
  lastMessage: t.field({
    type: messageRef,
    nullable: true,
    description: 'Its newest message.',
    resolve: ({ lastMessageId }, _args, { loaders }) => lastMessageId && loaders.messages.load(lastMessageId),
  }),
  account: t.field({ type: accountRef, description: 'The account that it is a conversation of.', resolve: ownerOf }),
  booking: t.field({
    type: bookingRef,
    nullable: true,
    description: 'The booking it is about.',
    resolve: ({ bookingId }, _args, { loaders }) => bookingId && loaders.bookings.load(bookingId),
  }),
  lead: t.field({
    type: leadRef,
    nullable: true,
    description: 'The lead it is about.',
    resolve: ({ leadId }, _args, { loaders }) => leadId && loaders.leads.load(leadId),
  }),
  capabilities: t.field({
    type: capabilitiesType,
    description: 'What can be done in it now.',
    resolve: (conversation, _args, context) => capabilitiesIn(conversation, context),
  }),
}));

builder.queryField('conversation', (t) =>
  t.field({
    type: conversationRef,
    nullable: true,
    complexity: 5,
    description: 'One conversation. Null where there is none, or none of yours.',
    args: { id: t.arg.id({ required: true, description: 'Its global id.' }), ...maxAgeArg },
    async resolve(_root, { id, maxAge }, context) {
      const known = idOf<Conversation['id']>('Conversation', id);
      const conversation = known && (await context.loaders.conversations.load(known));
      if (!conversation || maxAge === null || maxAge === undefined) return conversation;
      return (await freshened(conversation, maxAge, context)).conversation;
    },
  }),
);
