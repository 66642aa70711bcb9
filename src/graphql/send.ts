import { randomUUID } from 'node:crypto';
import type { ConversationId, MessageId } from '../domain/ids.ts';
import { cancelMessage, enqueue, importMessage, type Queued, retryMessage } from '../store/outbox.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { sentByType } from './message.ts';
import { idOf } from './node.ts';
import { messageRef } from './refs.ts';
import { checkSend } from './send-checks.ts';
import { attempt, type Refusal, refusal, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

/** What a send came to. */
export interface SendResult {
  readonly queued: Queued | null;
  readonly errors: readonly Refusal[];
  readonly idempotencyKey: string;
  readonly replayed: boolean;
}

const warningCodeType = builder.enumType('SendWarningCode', {
  description: 'What the author of a message should know about its way.',
  values: {
    GUEST_GETS_EMAIL: { description: 'The guest gets it as an e-mail.' },
    LINKS_MAY_BE_REMOVED: { description: 'The provider takes links out that it has not approved.' },
    ANSWERS_SELF_SERVICE_REQUEST: { description: 'It answers a request that the guest made by a form.' },
  },
});

const warningType = builder
  .objectRef<{ code: 'GUEST_GETS_EMAIL' | 'LINKS_MAY_BE_REMOVED' | 'ANSWERS_SELF_SERVICE_REQUEST'; message: string }>(
    'SendWarning',
  )
  .implement({
    description: 'Something that the author of a message should know. It goes out all the same.',
    fields: (t) => ({
      code: t.expose('code', { type: warningCodeType, description: 'What it is about.' }),
      message: t.exposeString('message', { description: 'The same in words.' }),
    }),
  });

const payloadType = builder.objectRef<SendResult>('SendMessagePayload').implement({
  description: 'What a send came to. It is answered as soon as the message is safely ours; delivery goes on behind.',
  fields: (t) => ({
    message: t.field({
      type: messageRef,
      nullable: true,
      description: 'The message, with its `delivery`. Null where it was refused.',
      resolve: ({ queued }, _args, { loaders }) => queued && loaders.messages.load(queued.messageId),
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
    warnings: t.field({
      type: [warningType],
      description: 'What its author should know.',
      resolve: () => [],
    }),
    cursor: t.field({
      type: 'EventCursor',
      nullable: true,
      description: 'The place in the feed after this write: subscribe after it to see what becomes of the message.',
      resolve: async ({ queued }, _args, { loaders }) => queued && { epoch: await loaders.epoch(), seq: queued.seq },
    }),
    idempotencyKey: t.exposeString('idempotencyKey', {
      description:
        'The key of this send, given or made. Sending again under it changes nothing. Of a retry: the message’s id.',
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'Whether this was sent before under the same key: nothing new was queued.',
    }),
  }),
});

const cancelPayloadType = builder.objectRef<SendResult>('CancelMessagePayload').implement({
  description: 'What taking a message back came to.',
  fields: (t) => ({
    message: t.field({
      type: messageRef,
      nullable: true,
      description: 'The message, cancelled. Null where that was refused.',
      resolve: ({ queued }, _args, { loaders }) => queued && loaders.messages.load(queued.messageId),
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

const sendInput = builder.inputType('SendMessageInput', {
  description: 'A message to be sent.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation to write in.' }),
    body: t.string({
      required: true,
      description: 'Its text: not blank, at most what the provider takes, never over 20,000 characters.',
    }),
    sentBy: t.field({
      type: sentByType,
      defaultValue: 'us',
      description:
        '`participant` writes as if the other party had: for importing history, with the scope `messages:import`. Never delivered.',
    }),
    attachmentIds: t.idList({ description: 'Files to send with it. No provider takes any yet.' }),
    idempotencyKey: t.string({
      description:
        'Sending again with the same key and input does nothing new: give one and retry without fear. At most 255 characters, remembered for 7 days.',
    }),
    giveUpAfter: t.int({ description: 'Seconds after which it is no longer tried: 1 to 604,800. A day if not given.' }),
  }),
});

const messageIdInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
  });

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
  const { done, errors } = await attempt(() =>
    input.sentBy === 'participant'
      ? importOne(conversationId, input.body, context)
      : queueOne(conversationId, input, key, context),
  );
  if (done === null) return { queued: null, errors, idempotencyKey: key, replayed: false };
  written(context);
  return { queued: done, errors, idempotencyKey: key, replayed: done.replayed };
}

async function queueOne(
  conversationId: ConversationId,
  { body, giveUpAfter }: typeof sendInput.$inferInput,
  idempotencyKey: string,
  { db, caller, clock, times, gateway }: Context,
) {
  const request = { conversationId, body, sentBy: 'us', idempotencyKey, giveUpAfter: giveUpAfter ?? null } as const;
  const { actor } = caller;
  const { giveUpAfterMs } = times;
  const queued = await enqueue(db, caller.scope, { actor, request, now: clock.now(), giveUpAfterMs });
  gateway.wakeSender();
  return queued;
}

async function importOne(conversationId: ConversationId, body: string, { db, caller, clock }: Context) {
  const queued = await importMessage(db, caller.scope, { conversationId, body, now: clock.now() });
  return { ...queued, replayed: false };
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
