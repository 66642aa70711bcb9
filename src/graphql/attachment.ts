import type { AttachmentId } from '../domain/ids.ts';
import type { ProviderAttachment } from '../domain/messaging.ts';
import { builder } from './builder.ts';
import { nodeRef } from './node.ts';
import { messageRef } from './refs.ts';

/** A file that came with a message. */
interface Attachment extends Omit<ProviderAttachment, 'externalId'> {
  readonly id: AttachmentId;
  readonly url: string;
}

const attachmentType = builder.objectRef<Attachment>('Attachment').implement({
  description: 'A file that came with a message.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    name: t.exposeString('name', { nullable: true, description: 'What the file is called.' }),
    contentType: t.exposeString('contentType', {
      nullable: true,
      description: 'Its media type, such as `image/jpeg`.',
    }),
    size: t.exposeInt('size', { nullable: true, description: 'In bytes.' }),
    url: t.exposeString('url', { description: 'Where it can be fetched, for ten minutes.' }),
  }),
});

builder.objectField(messageRef, 'attachments', (t) =>
  t.field({
    type: [attachmentType],
    description: 'Files that came with it. None of the providers connected so far gives any.',
    resolve: () => [],
  }),
);
