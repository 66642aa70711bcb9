import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { changeConversation, conversationPayload } from './conversation-change.ts';

const closeInput = builder.inputType('CloseConversationInput', {
  description: 'A conversation that is done with.',
  fields: (t) => ({ conversationId: t.id({ required: true, description: 'The conversation.' }) }),
});

const reopenInput = builder.inputType('ReopenConversationInput', {
  description: 'A conversation that is not done with after all.',
  fields: (t) => ({ conversationId: t.id({ required: true, description: 'The conversation.' }) }),
});

const closePayload = conversationPayload('CloseConversationPayload', 'What closing a conversation came to.');
const reopenPayload = conversationPayload('ReopenConversationPayload', 'What reopening a conversation came to.');

builder.mutationFields((t) => ({
  closeConversation: t.field({
    type: closePayload,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description:
      'Closes a conversation at its provider. `UNSUPPORTED` where conversations cannot be closed. One that is closed stays as it is.',
    args: { input: t.arg({ type: closeInput, required: true, description: 'The conversation.' }) },
    resolve: (_root, { input }, context) => setClosed(input.conversationId, true, context),
  }),
  reopenConversation: t.field({
    type: reopenPayload,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description:
      'Reopens a closed conversation at its provider. `UNSUPPORTED` where conversations cannot be closed. One that is open stays as it is.',
    args: { input: t.arg({ type: reopenInput, required: true, description: 'The conversation.' }) },
    resolve: (_root, { input }, context) => setClosed(input.conversationId, false, context),
  }),
}));

function setClosed(conversationId: string, closed: boolean, context: Context) {
  const { gateway, caller, signal } = context;
  const change = (id: Parameters<typeof gateway.setClosed>[1]) =>
    gateway.setClosed(caller.tenant.id, id, closed, signal);
  return changeConversation(conversationId, 'close', change, context);
}
