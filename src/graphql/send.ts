import { randomUUID } from 'node:crypto';
import type { ConversationId, MessageId } from '../domain/ids.ts';
import { cancelMessage, enqueue, type Queued, retryMessage } from '../store/outbox.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { checkSend } from './send-checks.ts';
import { cancelPayloadType, messageIdInput, payloadType, type SendResult, sendInput } from './send-types.ts';
import { attempt, refusal } from './user-errors.ts';
import { written } from './writes.ts';

builder.mutationFields((t) => ({
  sendMessage: t.field({
    type: payloadType,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description:
      'Sends a message. Give an `idempotencyKey`, and a lost answer can be asked for again without sending twice.',
    args: { input: t.arg({ type: sendInput, required: true, description: 'The message.' }) },
    resolve: (_root, { input }, context) => sendMessage(input, context),
  }),
  retryMessage: t.field({
    type: payloadType,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description: 'Tries a FAILED message again, with a new attempt.',
    args: {
      input: t.arg({
        type: messageIdInput('RetryMessageInput', 'A message to be tried again.'),
        required: true,
        description: 'Which one.',
      }),
    },
    resolve: (_root, { input }, context) =>
      moveMessage(input.messageId, context, (id) =>
        retryMessage(context.db, context.caller.scope, id, context.clock.now(), context.times.giveUpAfterMs),
      ),
  }),
  cancelMessage: t.field({
    type: cancelPayloadType,
    complexity: 100,
    authScopes: { scope: 'messages:send' },
    description: 'Takes back a message that is still QUEUED.',
    args: {
      input: t.arg({
        type: messageIdInput('CancelMessageInput', 'A message to be taken back.'),
        required: true,
        description: 'Which one.',
      }),
    },
    resolve: (_root, { input }, context) =>
      moveMessage(input.messageId, context, (id) =>
        cancelMessage(context.db, context.caller.scope, id, context.clock.now()),
      ),
  }),
}));

/** Queues a message, or imports one that the participant wrote. */
export async function sendMessage(input: typeof sendInput.$inferInput, context: Context): Promise<SendResult> {
  const key = input.idempotencyKey ?? randomUUID();
  const checked = await checkSend(input, context);
  if (!checked.ok) return { queued: null, errors: checked.errors, idempotencyKey: key, replayed: false };
  const { conversationId } = checked;
  const { done, errors } = await attempt(() => queueOne(conversationId, input, key, context));
  if (done === null) return { queued: null, errors, idempotencyKey: key, replayed: false };
  written(context);
  return { queued: done, errors, idempotencyKey: key, replayed: done.replayed };
}

async function queueOne(
  conversationId: ConversationId,
  { body, sentBy, giveUpAfter }: typeof sendInput.$inferInput,
  idempotencyKey: string,
  { db, caller, clock, times, gateway }: Context,
) {
  const request = {
    ...{ conversationId, body, idempotencyKey },
    sentBy: sentBy ?? ('us' as const),
    giveUpAfter: giveUpAfter ?? null,
    attachmentIds: [],
  };
  const { actor } = caller;
  const { giveUpAfterMs } = times;
  const queued = await enqueue(db, caller.scope, { actor, request, now: clock.now(), giveUpAfterMs });
  gateway.wakeSender();
  return queued;
}

async function moveMessage(
  messageId: string,
  context: Context,
  move: (id: MessageId) => Promise<Queued>,
): Promise<SendResult> {
  const result = { idempotencyKey: messageId, replayed: false };
  const id = idOf<MessageId>('ConversationMessage', messageId);
  if (!id)
    return {
      ...result,
      queued: null,
      errors: [refusal('NOT_FOUND', 'There is no such message of ours.', 'messageId')],
    };
  const { done, errors } = await attempt(() => move(id));
  if (done === null) return { ...result, queued: null, errors };
  written(context);
  context.gateway.wakeSender();
  return { ...result, queued: done, errors };
}
