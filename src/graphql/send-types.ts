import type { SendWarning } from '../domain/gateway.ts';
import type { Queued } from '../store/outbox.ts';
import { builder } from './builder.ts';
import { sentByType } from './message.ts';
import { messageRef } from './refs.ts';
import { type Refusal, userErrorRef } from './user-errors.ts';

/** What a send came to. */
export interface SendResult {
  readonly queued: Queued | null;
  readonly errors: readonly Refusal[];
  readonly warnings: readonly SendWarning[];
  readonly idempotencyKey: string;
  readonly replayed: boolean;
}

/** Every warning: what it is, and the same in words to an author. */
const warnings: Readonly<Record<SendWarning, { readonly description: string; readonly words: string }>> = {
  GUEST_GETS_EMAIL: {
    description: 'The guest gets it as an e-mail.',
    words: 'The guest has no account there and gets this as an e-mail.',
  },
  LINKS_MAY_BE_REMOVED: {
    description: 'The provider takes links out that it has not approved.',
    words: 'It holds a link: the provider takes out those that it has not approved.',
  },
  ANSWERS_SELF_SERVICE_REQUEST: {
    description: 'It answers a request that the guest made by a form.',
    words: 'The guest has made a request by a form, and this counts as its answer.',
  },
};

const warningCodeType = builder.enumType('SendWarningCode', {
  description: 'What the author of a message should know about its way.',
  values: warnings,
});

const warningType = builder.objectRef<SendWarning>('SendWarning').implement({
  description: 'Something that the author of a message should know. It goes out all the same.',
  fields: (t) => ({
    code: t.field({ type: warningCodeType, description: 'What it is about.', resolve: (code) => code }),
    message: t.string({ description: 'The same in words.', resolve: (code) => warnings[code].words }),
  }),
});

/** The payload of a send and of a retry. */
export const payloadType = builder.objectRef<SendResult>('SendMessagePayload').implement({
  description: 'What a send came to. It is answered as soon as the message is safely ours; delivery goes on behind.',
  fields: (t) => ({
    message: t.field({
      type: messageRef,
      nullable: true,
      description: 'The message, with its `delivery`. Null where it was refused.',
      resolve: ({ queued }, _args, { loaders }) => queued && loaders.messages.load(queued.messageId),
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
    warnings: t.expose('warnings', {
      type: [warningType],
      description: 'What its author should know. Empty where it was refused, and of a retry.',
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

/** The payload of a cancellation. */
export const cancelPayloadType = builder.objectRef<SendResult>('CancelMessagePayload').implement({
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

/** What a send is given. */
export const sendInput = builder.inputType('SendMessageInput', {
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
    attachmentIds: t.idList({
      description:
        'Files to send with it, from `uploadAttachment` for the same conversation and not sent before: at most 10.',
    }),
    idempotencyKey: t.string({
      description:
        'Sending again with the same key and input does nothing new: give one and retry without fear. At most 255 characters, remembered for 7 days.',
    }),
    giveUpAfter: t.int({ description: 'Seconds after which it is no longer tried: 1 to 604,800. A day if not given.' }),
  }),
});

/** An input that only names a message. */
export const messageIdInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ messageId: t.id({ required: true, description: 'The message.' }) }),
  });
