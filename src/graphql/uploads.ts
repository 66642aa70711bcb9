import type { AttachmentId, ConversationId } from '../domain/ids.ts';
import { fileName } from '../lib/file-name.ts';
import { declaredType, type FileType, typeOfContent } from '../lib/file-type.ts';
import { builder } from './builder.ts';
import { type Ability, capabilitiesIn, hindrance } from './capabilities.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { attachmentRef } from './refs.ts';
import { attempt, type Refusal, refusal, refusalOf, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

interface Uploaded {
  readonly id: AttachmentId | null;
  readonly errors: readonly Refusal[];
}

const input = builder.inputType('UploadAttachmentInput', {
  description: 'A file for a message that is still to be sent.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation that the message will be of.' }),
    file: t.field({
      type: 'File',
      required: true,
      description: 'The file. Which types and sizes are taken is in the conversation’s `capabilities.attach`.',
    }),
  }),
});

const payload = builder.objectRef<Uploaded>('UploadAttachmentPayload').implement({
  description: 'What uploading a file came to.',
  fields: (t) => ({
    attachment: t.field({
      type: attachmentRef,
      nullable: true,
      description: 'The file as it is at the provider: give its id to `sendMessage`. Null where it was refused.',
      resolve: ({ id }, _args, { loaders }) => id && loaders.attachments.load(id),
    }),
    errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
  }),
});

builder.mutationField('uploadAttachment', (t) =>
  t.field({
    type: payload,
    complexity: 200,
    authScopes: { scope: 'messages:send' },
    description:
      'Puts a file at the provider, to be sent with a later message of the same conversation. Sends nothing. The request is a GraphQL multipart request with one file and the header `x-parley-client`.',
    args: { input: t.arg({ type: input, required: true, description: 'The file.' }) },
    resolve: (_root, { input: { conversationId, file } }, context) =>
      upload(idOf<ConversationId>('Conversation', conversationId), file, context),
  }),
);

async function upload(id: ConversationId | null, file: File, context: Context): Promise<Uploaded> {
  const { gateway, caller, loaders, signal } = context;
  const conversation = id && (await loaders.conversations.load(id));
  if (!conversation)
    return { id: null, errors: [refusal('NOT_FOUND', 'There is no such conversation.', 'conversationId')] };
  const { attach } = await capabilitiesIn(conversation, context);
  const hindered = hindrance(attach, 'conversationId');
  if (hindered) return { id: null, errors: [refusalOf(hindered)] };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const checked = checkFile(bytes, file.type, attach);
  if (!checked.ok) return { id: null, errors: [checked.error] };
  const { contentType } = checked;
  const named = { name: fileName(file.name, contentType), contentType, bytes };
  const { done, errors } = await attempt(() => gateway.upload(caller.tenant.id, id, named, signal));
  if (done !== null) written(context);
  return { id: done, errors };
}

type Checked = { readonly ok: true; readonly contentType: FileType } | { readonly ok: false; readonly error: Refusal };

/** What a file is is told by its content; what it is said to be must not say otherwise. */
function checkFile(bytes: Uint8Array, said: string, { types = [], maxBytes = 0 }: Ability): Checked {
  const refuse = (error: Refusal): Checked => ({ ok: false, error });
  if (bytes.byteLength === 0) return refuse(refusal('INVALID', 'The file is empty.', 'file'));
  if (bytes.byteLength > maxBytes)
    return refuse({ ...refusal('TOO_LARGE', `The file has more than ${maxBytes} bytes.`, 'file'), limit: maxBytes });
  const contentType = typeOfContent(bytes);
  const declared = declaredType(said);
  if (contentType === null || !types.includes(contentType))
    return refuse(refusal('WRONG_TYPE', `Only files of these types are taken: ${types.join(', ')}.`, 'file'));
  if (declared !== null && declared !== contentType)
    return refuse(refusal('WRONG_TYPE', `The file is said to be ${declared}, and is ${contentType}.`, 'file'));
  return { ok: true, contentType };
}
