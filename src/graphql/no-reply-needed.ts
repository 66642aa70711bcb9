import type { ConversationId } from '../domain/ids.ts';
import { builder } from './builder.ts';
import { capabilitiesIn, hindrance } from './capabilities.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { conversationRef } from './refs.ts';
import { attempt, type Refusal, refusal, refusalOf, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

interface Marked {
  readonly id: ConversationId | null;
  readonly errors: readonly Refusal[];
}

const input = builder.inputType('SetNoReplyNeededInput', {
  description: 'A conversation, and whether it needs a reply.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    noReplyNeeded: t.boolean({ required: true, description: 'True: it needs none. False: it needs one after all.' }),
  }),
});

const payload = builder.objectRef<Marked>('SetNoReplyNeededPayload').implement({
  description: 'What marking a conversation as needing no reply came to.',
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

builder.mutationField('setNoReplyNeeded', (t) =>
  t.field({
    type: payload,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description:
      'Tells the provider that a conversation needs no reply, or that it needs one after all. `UNSUPPORTED` where it has no such mark.',
    args: { input: t.arg({ type: input, required: true, description: 'The conversation and the mark.' }) },
    resolve: (_root, { input: { conversationId, noReplyNeeded } }, context) =>
      mark(idOf<ConversationId>('Conversation', conversationId), noReplyNeeded, context),
  }),
);

async function mark(id: ConversationId | null, value: boolean, context: Context): Promise<Marked> {
  const { gateway, caller, loaders, signal } = context;
  const conversation = id && (await loaders.conversations.load(id));
  if (!conversation)
    return { id: null, errors: [refusal('NOT_FOUND', 'There is no such conversation.', 'conversationId')] };
  const hindered = hindrance((await capabilitiesIn(conversation, context)).noReplyNeeded, 'conversationId');
  if (hindered) return { id: null, errors: [refusalOf(hindered)] };
  const { errors } = await attempt(() => gateway.setNoReplyNeeded(caller.tenant.id, id, value, signal));
  if (errors.length > 0) return { id: null, errors };
  written(context);
  return { id, errors };
}
