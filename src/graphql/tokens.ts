import { allScopes, issueToken, listTokens, revokeToken, type TokenRecord } from '../store/tokens.ts';
import { builder } from './builder.ts';
import type { Context, Scope } from './context.ts';
import { type Refusal, refusal, userErrorRef } from './user-errors.ts';
import { TOKENS_TOPIC } from './vigil.ts';

const tokenType = builder.objectRef<TokenRecord>('ApiToken').implement({
  description: 'A token that this API is called with. Its text was shown when it was made, and never again.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What to revoke it by.' }),
    name: t.exposeString('name', { description: 'What it is for, in the words of who made it.' }),
    scopes: t.stringList({ description: 'What it allows.', resolve: ({ scopes }) => [...scopes] }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends. Null: never.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was ended by hand.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute. Null while never.',
    }),
  }),
});

interface Changed {
  readonly token: TokenRecord | null;
  readonly text: string | null;
  readonly errors: readonly Refusal[];
}

const payload = (name: string, description: string) =>
  builder.objectRef<Changed>(name).implement({
    description,
    fields: (t) => ({
      token: t.expose('token', {
        type: tokenType,
        nullable: true,
        description: 'The token as it is now. Null where there is none.',
      }),
      errors: t.expose('errors', { type: [userErrorRef], description: 'Why it was refused. Empty where it was not.' }),
    }),
  });

const createPayload = payload('CreateTokenPayload', 'What making a token came to.');
const revokePayload = payload('RevokeTokenPayload', 'What revoking a token came to.');

builder.objectField(createPayload, 'text', (t) =>
  t.exposeString('text', {
    nullable: true,
    description: 'The token itself, to be sent as `Authorization: Bearer …`. Keep it: it cannot be shown again.',
  }),
);

const createInput = builder.inputType('CreateTokenInput', {
  description: 'A token to be made.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What it is for. At most 100 characters.' }),
    scopes: t.stringList({
      required: true,
      description: 'What it allows: some of the scopes that your own token has.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends. Never, if not given.' }),
  }),
});

const revokeInput = builder.inputType('RevokeTokenInput', {
  description: 'A token to be ended.',
  fields: (t) => ({ tokenId: t.id({ required: true, description: 'The token.' }) }),
});

builder.queryField('tokens', (t) =>
  t.field({
    type: [tokenType],
    authScopes: { scope: 'tokens:manage' },
    skipTypeScopes: true,
    description: 'The tenant’s tokens, the newest first, ended ones too.',
    resolve: (_root, _args, { db, caller }) => listTokens(db, caller.scope),
  }),
);

builder.mutationFields((t) => ({
  createToken: t.field({
    type: createPayload,
    complexity: 50,
    authScopes: { scope: 'tokens:manage' },
    description: 'Makes a token of your tenant.',
    args: { input: t.arg({ type: createInput, required: true, description: 'What it is to be.' }) },
    resolve: (_root, { input }, context) => create(input, context),
  }),
  revokeToken: t.field({
    type: revokePayload,
    complexity: 50,
    authScopes: { scope: 'tokens:manage' },
    description: 'Ends a token for good. What is open under it, sockets among them, ends within 5 seconds.',
    args: { input: t.arg({ type: revokeInput, required: true, description: 'Which one.' }) },
    async resolve(_root, { input }, { db, caller, clock, wakes }) {
      const token = await revokeToken(db, caller.scope, input.tokenId, clock.now());
      wakes.notify(TOKENS_TOPIC);
      const unknown = refusal('NOT_FOUND', 'There is no such token.', 'tokenId');
      return { token, text: null, errors: token ? [] : [unknown] };
    },
  }),
}));

const LONGEST_NAME = 100;

async function create(input: typeof createInput.$inferInput, context: Context): Promise<Changed> {
  const { db, caller, clock } = context;
  const errors = faultsOf(input, context);
  if (errors.length > 0) return { token: null, text: null, errors };
  const { text, record } = await issueToken(db, caller.tenant.id, {
    ...{ name: input.name.trim(), scopes: [...new Set(input.scopes)], now: clock.now() },
    expiresAt: input.expiresAt ?? null,
  });
  return { token: record, text, errors: [] };
}

function faultsOf(
  { name, scopes, expiresAt }: typeof createInput.$inferInput,
  { caller, clock }: Context,
): readonly Refusal[] {
  const errors: Refusal[] = [];
  if (name.trim() === '' || name.length > LONGEST_NAME)
    errors.push(refusal('INVALID', `A name has 1 to ${LONGEST_NAME} characters.`, 'name'));
  const unknown = scopes.filter((scope) => !allScopes.includes(scope as Scope));
  if (scopes.length === 0 || unknown.length > 0)
    errors.push(refusal('INVALID', `Scopes are some of ${allScopes.join(', ')}.`, 'scopes'));
  // Nobody can hand on what they do not have.
  else if (scopes.some((scope) => !caller.scopes.has(scope)))
    errors.push(refusal('FORBIDDEN', 'A token can only be given scopes that your own has.', 'scopes'));
  if (expiresAt && expiresAt <= clock.now()) errors.push(refusal('INVALID', 'That is over already.', 'expiresAt'));
  return errors;
}
