import { brand } from '../domain/ids.ts';
import type { Attachment } from '../store/attachments.ts';
import { builder } from './builder.ts';
import { nodeRef } from './node.ts';
import { attachmentRef, messageRef } from './refs.ts';

attachmentRef.implement({
  description: 'A file of a message, or one uploaded for a message that is still to be sent.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    name: t.exposeString('name', { nullable: true, description: 'What the file is called.' }),
    contentType: t.exposeString('contentType', {
      nullable: true,
      description: 'Its media type, such as `image/jpeg`. Null where the provider does not say.',
    }),
    size: t.exposeInt('size', {
      nullable: true,
      description: 'In bytes. Null where the provider does not say before it is fetched.',
    }),
    url: t.string({
      description:
        'Where it can be fetched without a header, for ten minutes, as long as the token that asked may read messages.',
      resolve: ({ id }, _args, { links, caller }) => links.urlOf(id, caller),
    }),
  }),
});

builder.objectField(messageRef, 'attachments', (t) =>
  t.field({
    type: [attachmentRef],
    // Few messages have any, and hardly one has more than three.
    complexity: { field: 1, multiplier: 3 },
    description: 'Files that came with it, or that it was sent with.',
    resolve: ({ id }, _args, { loaders }): Promise<readonly Attachment[]> => loaders.attachmentsOf.load(brand(id)),
  }),
);
