import type { Account, SweepReport } from '../domain/account.ts';
import type { RequestBudget } from '../domain/gateway.ts';
import { listAccounts } from '../store/account-reads.ts';
import { builder } from './builder.ts';
import { nodeRef } from './node.ts';
import { accountRef, providerErrorRef, providerRef } from './refs.ts';

const accountStateType = builder.enumType('AccountState', {
  description: 'How an account stands.',
  values: {
    CONNECTING: { description: 'Its credentials are being tried.' },
    LIVE: { description: 'It is read and written.' },
    AUTH_FAILED: { description: 'Its provider refuses the credentials. Connect it again with new ones.' },
    FAILING: { description: 'Its provider does not answer as it should. It is tried again by itself.' },
    DISCONNECTED: { description: 'Neither read nor written. What is stored stays; connecting it again revives it.' },
  },
});

const syncPhaseType = builder.enumType('SyncPhase', {
  description: 'Whether everything was read once.',
  values: {
    IMPORTING: { description: 'The first walk over everything is under way.' },
    LIVE: { description: 'Everything was read once; what changes is followed.' },
  },
});

const accountSyncType = builder.objectRef<Account>('AccountSync').implement({
  description: 'How far an account has been read.',
  fields: (t) => ({
    phase: t.field({
      type: syncPhaseType,
      description: 'Importing, or live.',
      resolve: ({ importedAt }) => (importedAt ? 'LIVE' : 'IMPORTING'),
    }),
    conversations: t.int({
      description: 'Conversations stored.',
      resolve: async ({ id }, _args, { loaders }) => (await loaders.progress.load(id))?.conversations ?? 0,
    }),
    messages: t.int({
      description: 'Messages stored.',
      resolve: async ({ id }, _args, { loaders }) => (await loaders.progress.load(id))?.messages ?? 0,
    }),
    oldestAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The time of the oldest message stored.',
      resolve: async ({ id }, _args, { loaders }) => (await loaders.progress.load(id))?.oldestAt ?? null,
    }),
  }),
});

const lastSweepType = builder.objectRef<SweepReport>('LastSweep').implement({
  description: 'What a walk over everything came to: it heals what looks and webhooks missed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When all that it asked for had been read.' }),
    read: t.exposeInt('read', { description: 'Messages that it read.' }),
    repaired: t.exposeInt('repaired', {
      description:
        'How many of them should have been stored and were not. The first walk, the import, repairs nothing.',
    }),
  }),
});

const budgetType = builder.objectRef<RequestBudget>('RequestBudget').implement({
  description: 'The requests that a provider takes in an hour.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Requests in an hour, over all that share them.' }),
    remaining: t.exposeInt('remaining', {
      description: 'How many are left. With less than a tenth of them left, looks in the background wait.',
    }),
    resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When it counts anew.' }),
  }),
});

accountRef.implement({
  description: 'One set of credentials at one provider.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    provider: t.field({
      type: providerRef,
      description: 'The kind of system it is an account of.',
      resolve({ provider }, _args, { gateway }) {
        const face = gateway.providers.find(({ id }) => id === provider);
        if (!face) throw new Error(`an account of ${provider}, which is not among the providers`);
        return face;
      },
    }),
    title: t.exposeString('title', { description: 'What it is called here.' }),
    state: t.expose('state', { type: accountStateType, description: 'How it stands.' }),
    lastPulledAt: t.expose('lastPulledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its provider was last looked at with success. Null while never.',
    }),
    lag: t.int({
      nullable: true,
      description: 'Seconds since its provider was last looked at with success. Null while never.',
      resolve: ({ lastPulledAt }, _args, { clock }) =>
        lastPulledAt && Math.max(0, Math.round((clock.now().getTime() - lastPulledAt.getTime()) / 1000)),
    }),
    lastError: t.field({
      type: providerErrorRef,
      nullable: true,
      description: 'Why the last look failed. Null where it did not.',
      resolve: ({ id, lastError }) => lastError && { ...lastError, accountId: id },
    }),
    sync: t.field({
      type: accountSyncType,
      description: 'How far it has been read: the progress of the first import.',
      resolve: (account) => account,
    }),
    lastSweep: t.field({
      type: lastSweepType,
      nullable: true,
      description: 'What the last walk over everything came to. Null while none has ended.',
      resolve: ({ lastSweep }) => lastSweep,
    }),
    budget: t.field({
      type: budgetType,
      nullable: true,
      description:
        'What is left of the hour’s requests at its provider, shared with every account of the same application. Null where the provider counts none.',
      resolve: ({ id }, _args, { gateway, caller }) => gateway.budget(caller.tenant.id, id),
    }),
    webhookUrl: t.string({
      nullable: true,
      description: 'Where the provider should be told to call when something changes. Null where it has no webhooks.',
      resolve: ({ provider }, _args, { gateway, publicUrl }) =>
        gateway.providers.some(({ id, abilities }) => id === provider && abilities.includes('webhooks'))
          ? `${publicUrl.replace(/\/$/, '')}/webhooks/${provider}`
          : null,
    }),
  }),
});

builder.queryField('accounts', (t) =>
  t.field({
    type: [accountRef],
    description: 'All connected accounts, those that were disconnected among them.',
    resolve: (_root, _args, { db, caller }) => listAccounts(db, caller.scope),
  }),
);
