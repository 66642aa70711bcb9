import { DomainError, type DomainErrorCode, ProviderError } from '../domain/errors.ts';
import { builder } from './builder.ts';

/** Why a mutation did not do what it was asked to: something that its caller can understand and mend. */
export interface Refusal {
  readonly code: DomainErrorCode;
  readonly message: string;
  /** The field of the input at fault; empty where it is none. */
  readonly path: readonly string[];
  /** What was exceeded, in characters or bytes. */
  readonly limit?: number;
  /** What a provider said. */
  readonly failure?: { readonly provider: string; readonly kind: string; readonly retryAt: Date | null };
}

/** Every code, the type that shows it, and what it means. */
const table: Readonly<Record<DomainErrorCode, { readonly type: string; readonly meaning: string }>> = {
  INVALID: { type: 'InvalidInputError', meaning: 'A value cannot be used.' },
  NOT_FOUND: { type: 'NotFoundError', meaning: 'There is no such thing, or none of yours.' },
  FORBIDDEN: { type: 'ForbiddenError', meaning: 'The token may not do this.' },
  UNSUPPORTED: { type: 'UnsupportedError', meaning: 'The provider has no such thing.' },
  READ_ONLY: { type: 'ReadOnlyError', meaning: 'Nothing can be written there now.' },
  TOO_LARGE: { type: 'TooLargeError', meaning: 'It is larger than can be sent.' },
  WRONG_TYPE: { type: 'WrongTypeError', meaning: 'Files of this type are not taken.' },
  IDEMPOTENCY_KEY_REUSED: { type: 'IdempotencyKeyReusedError', meaning: 'The key was used for another input.' },
  ACCOUNT_TAKEN: { type: 'AccountTakenError', meaning: 'The account is connected by somebody else.' },
  BAD_CREDENTIALS: { type: 'BadCredentialsError', meaning: 'The provider refuses the credentials.' },
  PROVIDER_FAILED: { type: 'ProviderFailedError', meaning: 'The provider failed. Trying again may help.' },
  NOT_CANCELLABLE: { type: 'NotCancellableError', meaning: 'It is under way, out, or failed already.' },
  NOT_RETRYABLE: { type: 'NotRetryableError', meaning: 'It has not failed.' },
};

/** What every payload's `errors` hold. */
export const userErrorRef = builder.interfaceRef<Refusal>('UserError').implement({
  description:
    'Why a mutation did not do what it was asked to. Nothing was changed, and its idempotency key is still free.',
  resolveType: ({ code }) => table[code].type,
  fields: (t) => ({
    code: t.exposeString('code', { description: `What went wrong: \`${Object.keys(table).join('`, `')}\`.` }),
    message: t.exposeString('message', { description: 'The same in words, for people who build with this.' }),
    path: t.exposeStringList('path', {
      description: 'The field of the input at fault. Empty where it is none of them.',
    }),
  }),
});

const { TOO_LARGE: tooLargeRef, PROVIDER_FAILED: providerFailedRef } = errorRefs();

builder.objectField(tooLargeRef, 'limit', (t) =>
  t.int({
    nullable: true,
    description: 'How much is allowed, in characters or bytes. Null where that is not known.',
    resolve: ({ limit }) => limit,
  }),
);

builder.objectFields(providerFailedRef, (t) => ({
  provider: t.string({
    nullable: true,
    description: 'The id of the provider.',
    resolve: ({ failure }) => failure?.provider,
  }),
  kind: t.string({
    nullable: true,
    description: 'What kind of failure, as in `ProviderError`.',
    resolve: ({ failure }) => failure?.kind,
  }),
  retryAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When the provider said to come back.',
    resolve: ({ failure }) => failure?.retryAt,
  }),
}));

function errorRefs() {
  const refOf = ({ type, meaning }: { type: string; meaning: string }, code: string) =>
    builder
      .objectRef<Refusal>(type)
      .implement({ description: `${meaning} Its code is \`${code}\`.`, interfaces: [userErrorRef] });
  const refs = Object.entries(table).map(([code, row]) => [code, refOf(row, code)]);
  return Object.fromEntries(refs) as Record<DomainErrorCode, ReturnType<typeof refOf>>;
}

/** A refusal for a value of the input. */
export function refusal(code: DomainErrorCode, message: string, ...path: readonly string[]): Refusal {
  return { code, message, path };
}

/** What was done, or why it was refused. Anything else that is thrown is a fault of ours. */
export async function attempt<Done>(
  run: () => Promise<Done>,
): Promise<
  { readonly done: Done; readonly errors: readonly [] } | { readonly done: null; readonly errors: readonly Refusal[] }
> {
  try {
    return { done: await run(), errors: [] };
  } catch (error) {
    if (error instanceof DomainError) return { done: null, errors: [refusalOf(error)] };
    if (error instanceof ProviderError) return { done: null, errors: [refusalOf(error)] };
    throw error;
  }
}

/** An expected failure as a payload shows it. */
export function refusalOf(error: DomainError | ProviderError): Refusal {
  const cause = error instanceof ProviderError ? error : error.cause;
  const failure = cause instanceof ProviderError && {
    provider: cause.provider,
    kind: cause.kind,
    retryAt: cause.retryAt,
  };
  const told = error instanceof ProviderError ? ({ code: 'PROVIDER_FAILED', path: [] } as const) : error;
  return { code: told.code, message: error.message, path: told.path, ...(failure && { failure }) };
}
