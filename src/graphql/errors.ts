import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { DomainError, type DomainErrorCode, ProviderError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';

/** Codes in `extensions.code` of top-level errors. */
export type ClientErrorCode =
  | 'UNAUTHENTICATED'
  | 'IDENTITY_UNAVAILABLE'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'COST_EXCEEDED'
  | 'RATE_LIMITED'
  | 'RESYNC_REQUIRED'
  | 'PROVIDER_FAILED'
  | 'INTERNAL_SERVER_ERROR';

/** What is said where nothing better is known. */
const messages: Readonly<Record<ClientErrorCode, string>> = {
  UNAUTHENTICATED: 'A valid bearer token is needed.',
  IDENTITY_UNAVAILABLE:
    'The identity provider’s keys cannot be read, so nobody can tell whose token this is. Try again soon.',
  FORBIDDEN: 'The token may not do this.',
  BAD_USER_INPUT: 'The input is wrong.',
  NOT_FOUND: 'There is no such thing.',
  COST_EXCEEDED: 'The operation asks for too much at once. Ask for smaller pages or fewer fields.',
  RATE_LIMITED: 'Too many requests. Wait a little.',
  RESYNC_REQUIRED: 'The cursor cannot be resumed from. Read eventCursor and your data again, then subscribe after it.',
  PROVIDER_FAILED: 'The provider failed.',
  INTERNAL_SERVER_ERROR: 'Something went wrong on our side.',
};

/** The top-level code of a refusal that is a mutation's own elsewhere. */
const codesOfRefusals: Readonly<Partial<Record<DomainErrorCode, ClientErrorCode>>> = {
  NOT_FOUND: 'NOT_FOUND',
  FORBIDDEN: 'FORBIDDEN',
  PROVIDER_FAILED: 'PROVIDER_FAILED',
};

/** The top-level code of a refusal, where there is no payload to show it in. */
export function topLevelCode(code: DomainErrorCode): ClientErrorCode {
  return codesOfRefusals[code] ?? 'BAD_USER_INPUT';
}

/** A top-level error that is meant for the caller, to be thrown from a resolver. */
export function clientError(
  code: ClientErrorCode,
  message: string = messages[code],
  extensions: GraphQLErrorExtensions = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code } });
}

/** Refuses an argument. */
export function badInput(message: string): GraphQLError {
  return clientError('BAD_USER_INPUT', message);
}

/**
 * Notes that a provider failed while an operation read from it: told beside the stored answer.
 * Once an account: an operation's errors say which accounts failed, not how often.
 */
export function noteTrouble(trouble: GraphQLError[], accountId: AccountId, error: ProviderError): void {
  if (trouble.some(({ extensions }) => extensions['account'] === accountId)) return;
  trouble.push(clientError('PROVIDER_FAILED', error.message, { ...providerExtensions(error), account: accountId }));
}

/**
 * What a caller may see of any error that ended a field or an operation: what was meant for them passes, all else is masked.
 * With `hideSchema` what GraphQL says of a document that does not fit names nothing of the schema.
 * The result's `originalError` is what happened, for the log; `INTERNAL_SERVER_ERROR` marks what should be looked at.
 */
export function toClientError(error: unknown, hideSchema = false): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined;
  const origin = originOf(error);
  const told = tell(origin, located, hideSchema);
  return new GraphQLError(told.message, {
    ...(located?.nodes && { nodes: located.nodes }),
    ...(located?.source && { source: located.source }),
    ...(located?.positions && { positions: located.positions }),
    ...(located?.path && { path: located.path }),
    ...(origin instanceof Error && { originalError: origin }),
    extensions: told.extensions,
  });
}

function originOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}

function tell(
  origin: unknown,
  located: GraphQLError | undefined,
  hideSchema: boolean,
): { message: string; extensions: GraphQLErrorExtensions } {
  if (origin instanceof ProviderError) return told('PROVIDER_FAILED', origin.message, providerExtensions(origin));
  if (origin instanceof DomainError) {
    return told(topLevelCode(origin.code), origin.message, { reason: origin.code });
  }
  if (!(origin instanceof GraphQLError)) return told('INTERNAL_SERVER_ERROR');
  // Those of graphql-jit may have none.
  const extensions: GraphQLErrorExtensions | undefined = origin.extensions;
  if (isCode(extensions?.['code'])) return { message: origin.message, extensions };
  // Without a path no field had been started: the document or its variables are wrong.
  if (located?.path) return told('INTERNAL_SERVER_ERROR');
  // What carries a status is about the request, not about the document.
  const hidden = hideSchema && !('http' in (extensions ?? {}));
  return told('BAD_USER_INPUT', hidden ? MISFIT : origin.message, extensions);
}

const MISFIT = 'The document or its variables do not fit the schema.';

function told(code: ClientErrorCode, message = messages[code], extensions: GraphQLErrorExtensions = {}) {
  return { message, extensions: { ...extensions, code } };
}

function providerExtensions(error: ProviderError): GraphQLErrorExtensions {
  return { provider: error.provider, kind: error.kind, retryAt: error.retryAt?.toISOString() ?? null };
}

function isCode(value: unknown): value is ClientErrorCode {
  return typeof value === 'string' && Object.hasOwn(messages, value);
}
