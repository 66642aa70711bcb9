import { randomUUID } from 'node:crypto';
import type { MessageId } from '../domain/ids.ts';
import { cancelMessage, enqueue, type Queued, retryMessage } from '../store/outbox.ts';
import { builder } from './builder.ts';
import { capabilitiesIn, hindrance } from './capabilities.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { type CheckedSend, checkSend } from './send-checks.ts';
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
    resolve: (_root, { input }, context) => moveMessage(input.messageId, context, (id) => retryOne(id, context)),
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
  const idempotencyKey = input.idempotencyKey ?? randomUUID();
  const nothing = { queued: null, warnings: [], idempotencyKey, replayed: false };
  const checked = await checkSend(input, context);
  if (!checked.ok) return { ...nothing, errors: checked.errors };
  const { done, errors } = await attempt(() => queueOne(checked, input, idempotencyKey, context));
  if (done === null) return { ...nothing, errors };
  written(context);
  const warnings = input.sentBy === 'participant' ? [] : warningsOf(checked, input.body, context);
  return { queued: done, errors, warnings, idempotencyKey, replayed: done.replayed };
}

function warningsOf({ account, conversation }: CheckedSend, body: string, { gateway }: Context) {
  return gateway.warnings(account, conversation.facts, body);
}

async function queueOne(
  { conversation, attachmentIds, refusal }: CheckedSend,
  { body, sentBy, giveUpAfter }: typeof sendInput.$inferInput,
  idempotencyKey: string,
  { db, caller, clock, times, gateway }: Context,
) {
  const request = {
    ...{ conversationId: conversation.id, body, idempotencyKey, attachmentIds },
    sentBy: sentBy ?? ('us' as const),
    giveUpAfter: giveUpAfter ?? null,
  };
  const { actor } = caller;
  const { giveUpAfterMs } = times;
  const queued = await enqueue(db, caller.scope, { actor, request, now: clock.now(), giveUpAfterMs, refusal });
  gateway.wakeSender();
  return queued;
}

/** A new attempt, where messages can still be sent. */
async function retryOne(id: MessageId, context: Context): Promise<Queued> {
  const { db, caller, clock, times, loaders } = context;
  const message = await loaders.messages.load(id);
  const conversation = message && (await loaders.conversations.load(message.conversationId));
  const hindered = conversation && hindrance((await capabilitiesIn(conversation, context)).reply, 'messageId');
  if (hindered) throw hindered;
  return retryMessage(db, caller.scope, id, clock.now(), times.giveUpAfterMs);
}

async function moveMessage(
  messageId: string,
  context: Context,
  move: (id: MessageId) => Promise<Queued>,
): Promise<SendResult> {
  const result = { idempotencyKey: messageId, replayed: false, warnings: [] };
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
