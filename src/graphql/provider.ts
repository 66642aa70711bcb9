import type { CredentialField } from '../domain/gateway.ts';
import { builder } from './builder.ts';
import { ownerOf } from './owner.ts';
import { accountRef, providerErrorRef, providerRef } from './refs.ts';

const credentialFieldType = builder.objectRef<CredentialField>('CredentialField').implement({
  description: 'One of the values that connecting an account asks for.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name in `credentials`.' }),
    description: t.exposeString('description', { description: 'What it is, for people.' }),
    required: t.exposeBoolean('required', { description: 'Whether it must be given.' }),
    secret: t.exposeBoolean('secret', { description: 'Whether it is never shown again: ask for it like a password.' }),
  }),
});

providerRef.implement({
  description: 'A kind of system whose accounts can be connected.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Its name in `connectAccount` and in filters, such as `lavanda`.' }),
    title: t.exposeString('title', { description: 'What people call it.' }),
    speaksAs: t.exposeString('speaksAs', {
      description: 'The side that its accounts speak for, called `us` in messages: `property` or `guest`.',
    }),
    abilities: t.exposeStringList('abilities', {
      description:
        'What it can do beyond reading and sending text: `attachments`, `markRead`, `noReplyNeeded`, `close`, `findConversation`, `webhooks`.',
    }),
    credentialFields: t.expose('credentialFields', {
      type: [credentialFieldType],
      description: 'What `connectAccount` wants to be given.',
    }),
  }),
});

providerErrorRef.implement({
  description: 'How a provider failed. Never holds secrets.',
  fields: (t) => ({
    provider: t.string({
      description: 'The id of the provider.',
      resolve: async (failure, args, context) => (await ownerOf(failure, args, context)).provider,
    }),
    account: t.field({ type: accountRef, description: 'The account that met it.', resolve: ownerOf }),
    kind: t.exposeString('kind', {
      description:
        'What kind of failure: `auth`, `forbidden`, `not-found`, `invalid`, `rate-limited`, `unavailable`, `timeout`, `protocol`.',
    }),
    message: t.exposeString('message', { description: 'In the provider’s own words, as far as it gave any.' }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the provider said to come back.',
    }),
  }),
});

builder.queryField('providers', (t) =>
  t.field({
    type: [providerRef],
    skipTypeScopes: true,
    description: 'What can be connected. Any token may read it.',
    resolve: (_root, _args, { gateway }) => gateway.providers,
  }),
);
