import { builder } from './builder.ts';
import { badInput, clientError, topLevelCode } from './errors.ts';
import { sentByType } from './message.ts';
import { messageRef } from './refs.ts';
import { sendMessage } from './send.ts';

const conversationMutationsType = builder.objectRef<object>('ConversationMutations').implement({
  description: 'Writing in conversations, as Lavanda’s API has it.',
  fields: (t) => ({
    sendMessage: t.field({
      type: messageRef,
      nullable: true,
      complexity: 100,
      authScopes: { scope: 'messages:send' },
      description:
        'Sends a message. Null with a top-level error where it was refused. The top-level `sendMessage` tells more.',
      args: {
        conversationId: t.arg.id({ description: 'The conversation to write in. Must be given.' }),
        body: t.arg.string({ description: 'The text. Must be given.' }),
        sentBy: t.arg({
          type: sentByType,
          description: '`us`; `participant` is for importing history. Must be given.',
        }),
      },
      async resolve(_root, { conversationId, body, sentBy }, context) {
        if (!conversationId) throw badInput('conversationId is missing.');
        if (typeof body !== 'string') throw badInput('body is missing.');
        if (!sentBy) throw badInput('sentBy is missing.');
        const { queued, errors } = await sendMessage({ conversationId, body, sentBy }, context);
        const [error] = errors;
        if (error)
          throw clientError(topLevelCode(error.code), error.message, { reason: error.code, field: error.path });
        return queued && context.loaders.messages.load(queued.messageId);
      },
    }),
  }),
});

builder.mutationField('conversations', (t) =>
  t.field({
    type: conversationMutationsType,
    complexity: 0,
    description: 'Lavanda’s documented form. The top-level `sendMessage` is the one to use.',
    resolve: () => ({}),
  }),
);
