import { builder } from './builder.ts';
import { changeConversation, conversationPayload } from './conversation-change.ts';

const input = builder.inputType('SetNoReplyNeededInput', {
  description: 'A conversation, and whether it needs a reply.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    noReplyNeeded: t.boolean({ required: true, description: 'True: it needs none. False: it needs one after all.' }),
  }),
});

const payload = conversationPayload(
  'SetNoReplyNeededPayload',
  'What marking a conversation as needing no reply came to.',
);

builder.mutationField('setNoReplyNeeded', (t) =>
  t.field({
    type: payload,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description:
      'Tells the provider that a conversation needs no reply, or that it needs one after all. `UNSUPPORTED` where it has no such mark.',
    args: { input: t.arg({ type: input, required: true, description: 'The conversation and the mark.' }) },
    resolve: (_root, { input: { conversationId, noReplyNeeded } }, context) => {
      const { gateway, caller, signal } = context;
      const mark = gateway.setNoReplyNeeded;
      return changeConversation(
        conversationId,
        'noReplyNeeded',
        (id) => mark(caller.tenant.id, id, noReplyNeeded, signal),
        context,
      );
    },
  }),
);
