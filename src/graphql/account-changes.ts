import type { SyncReport } from '../domain/gateway.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { accountRef } from './refs.ts';
import { attempt, type Refusal, refusal, refusalOf, userErrorRef } from './user-errors.ts';
import { written } from './writes.ts';

/** What became of an account. */
interface Changed {
  readonly accountId: AccountId | null;
  readonly errors: readonly Refusal[];
  readonly report?: SyncReport;
}

const connectInput = builder.inputType('ConnectAccountInput', {
  description: 'An account to be connected.',
  fields: (t) => ({
    provider: t.string({ required: true, description: 'The provider’s id, one of `providers`.' }),
    title: t.string({ description: 'What to call it here. The name that the provider gives, if not given.' }),
    credentials: t.field({
      type: 'JSON',
      required: true,
      description: 'An object with the provider’s `credentialFields`. Kept sealed, and never answered.',
    }),
  }),
});

const accountIdInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ accountId: t.id({ required: true, description: 'The account.' }) }),
  });

const changedType = (name: string, description: string) =>
  builder.objectRef<Changed>(name).implement({
    description,
    fields: (t) => ({
      account: t.field({
        type: accountRef,
        nullable: true,
        description: 'The account as it is now. Null where there is none.',
        resolve: ({ accountId }, _args, { loaders }) => accountId && loaders.accounts.load(accountId),
      }),
      errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
    }),
  });

const syncPayload = changedType('SyncAccountPayload', 'How looking at an account went.');

builder.objectFields(syncPayload, (t) => ({
  received: t.int({
    nullable: true,
    description: 'How many messages were new.',
    resolve: ({ report }) => report?.received,
  }),
  finished: t.boolean({
    nullable: true,
    description:
      'Whether everything new was read. If not, the look goes on behind, or was not made because of the provider’s limits.',
    resolve: ({ report }) => report?.finished,
  }),
}));

builder.mutationFields((t) => ({
  connectAccount: t.field({
    type: changedType('ConnectAccountPayload', 'What connecting an account came to.'),
    complexity: 200,
    authScopes: { scope: 'accounts:manage' },
    description:
      'Connects an account: its credentials are tried at once. Connecting the same one again replaces its credentials.',
    args: { input: t.arg({ type: connectInput, required: true, description: 'The account.' }) },
    resolve: (_root, { input }, context) => connect(input, context),
  }),
  disconnectAccount: t.field({
    type: changedType('DisconnectAccountPayload', 'What disconnecting an account came to.'),
    complexity: 100,
    authScopes: { scope: 'accounts:manage' },
    description:
      'Stops reading and writing an account. What is stored stays; what is queued is cancelled; what may have gone out is FAILED and needs attention.',
    args: {
      input: t.arg({
        type: accountIdInput('DisconnectAccountInput', 'An account to be disconnected.'),
        required: true,
        description: 'Which one.',
      }),
    },
    resolve: (_root, { input }, context) =>
      change(input.accountId, context, async (id) => {
        await context.gateway.disconnectAccount(context.caller.tenant.id, id);
        return {};
      }),
  }),
  syncAccount: t.field({
    type: syncPayload,
    complexity: 200,
    authScopes: { scope: 'accounts:manage' },
    description: 'Looks at an account now, and answers when that is done, or after 8 seconds with how far it came.',
    args: {
      input: t.arg({
        type: accountIdInput('SyncAccountInput', 'An account to be looked at.'),
        required: true,
        description: 'Which one.',
      }),
    },
    resolve: (_root, { input }, context) =>
      change(input.accountId, context, async (id) => {
        const report = await context.gateway.syncAccount(context.caller.tenant.id, id, context.signal);
        return { report, ...(report.error && { errors: [refusalOf(report.error)] }) };
      }),
  }),
}));

async function connect(input: typeof connectInput.$inferInput, context: Context): Promise<Changed> {
  const { provider, title, credentials } = input;
  if (!isObject(credentials))
    return { accountId: null, errors: [refusal('INVALID', 'credentials is a JSON object.', 'credentials')] };
  if (title && title.length > 200)
    return { accountId: null, errors: [refusal('INVALID', 'A title has at most 200 characters.', 'title')] };
  const { gateway, caller, signal } = context;
  const wanted = { provider, title: title?.trim() || null, credentials };
  const { done, errors } = await attempt(() => gateway.connectAccount(caller.tenant.id, wanted, signal));
  written(context);
  return { accountId: done, errors };
}

async function change(
  accountId: string,
  context: Context,
  run: (id: AccountId) => Promise<Partial<Changed>>,
): Promise<Changed> {
  const id = idOf<AccountId>('Account', accountId);
  if (!id) return { accountId: null, errors: [refusal('NOT_FOUND', 'There is no such account.', 'accountId')] };
  const { done, errors } = await attempt(() => run(id));
  written(context);
  return { accountId: done && id, errors, ...done };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
