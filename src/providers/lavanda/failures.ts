import { ProviderError, type ProviderErrorKind } from '../../domain/errors.ts';
import type { GraphqlDocument } from './documents.ts';
import type { GraphqlError } from './wire.ts';

/** This folder's name. */
export const PROVIDER = 'lavanda';

/** The document was refused before anything was run, as one is that asks for a field which does not exist. */
export class RefusedDocument extends ProviderError {}

// Codes are not documented; Apollo's are likely, the graph being one of theirs (L-MIG), and other usual ones do no harm.
const kinds: Readonly<Record<string, ProviderErrorKind>> = {
  UNAUTHENTICATED: 'auth',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not-found',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
  GRAPHQL_PARSE_FAILED: 'invalid',
  BAD_USER_INPUT: 'invalid',
  BAD_REQUEST: 'invalid',
  RATE_LIMITED: 'rate-limited',
  TOO_MANY_REQUESTS: 'rate-limited',
  INTERNAL_SERVER_ERROR: 'unavailable',
  SERVICE_UNAVAILABLE: 'unavailable',
  TIMEOUT: 'timeout',
  GATEWAY_TIMEOUT: 'timeout',
};

const refusals = new Set([
  ...['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'RATE_LIMITED', 'TOO_MANY_REQUESTS'],
  ...['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_USER_INPUT'],
]);

const validation = new Set(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']);

/** An answer of the GraphQL endpoint. */
export interface Answer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphqlError[];
}

/** Whether the token was refused: by status, or by code with nothing answered. */
export function refusesToken({ status, data, errors }: Answer): boolean {
  return status === 401 || (isEmpty(data) && errors.some(({ code }) => code === 'UNAUTHENTICATED'));
}

/** Whether the document was refused as such. Codes that are known to mean something else speak against it, and so do paths into data. */
export function refusesDocument({ data, errors }: Answer): boolean {
  if (errors.some(({ code }) => code !== null && validation.has(code))) return true;
  if (data !== null || errors.length === 0) return false;
  return errors.every((error) => (error.code === null || !(error.code in kinds)) && !pointsIntoData(error));
}

// graphql-ruby gives refusals a path too, into the document: it starts with `query` or `query Name`.
function pointsIntoData({ path }: GraphqlError): boolean {
  return path !== null && path.length > 0 && !/^(query|mutation)\b/.test(String(path[0]));
}

/** What errors mean, the first one speaking for them. Their words may quote what was sent, so they are cleared by `clear`. */
export function errorOf(
  operation: string,
  answer: Answer,
  errors: readonly GraphqlError[],
  clear: Clear,
): ProviderError {
  const [first] = errors;
  const code = first?.code ?? null;
  const details = {
    provider: PROVIDER,
    operation,
    kind: (code !== null && kinds[code]) || (answer.status === 400 ? 'invalid' : 'unavailable'),
    message: `${code ?? 'error'}: ${clear(first?.message ?? '').slice(0, 300)}`,
    noEffect: answer.status === 400 || errors.every((error) => error.code !== null && refusals.has(error.code)),
  } as const;
  const refused = errors === answer.errors && refusesDocument(answer);
  return refused ? new RefusedDocument({ ...details, kind: 'invalid' }) : new ProviderError(details);
}

/** Takes secrets and bodies out of a provider's words. */
export type Clear = (words: string) => string;

/** The texts that a document carries, which its errors may quote. */
export function textsOf(document: GraphqlDocument): readonly string[] {
  return Object.values(document.variables).flatMap((value) =>
    // Also as JSON would write it: messages quote values so.
    typeof value === 'string' ? [value, JSON.stringify(value).slice(1, -1)] : [],
  );
}

/** The same failure, of something that certainly had no effect on what was asked: it only prepared it. */
export function harmless(operation: string, cause: unknown): ProviderError {
  const error = asProviderError(operation, cause);
  if (error.noEffect) return error;
  const { provider, kind, detail, retryAt } = error;
  return new ProviderError({ provider, operation, kind, message: detail, retryAt, noEffect: true, cause });
}

/** Whatever was thrown, as the one kind of error that leaves this folder. */
export function asProviderError(operation: string, cause: unknown): ProviderError {
  if (cause instanceof ProviderError) return cause;
  return new ProviderError({ provider: PROVIDER, operation, kind: 'protocol', message: 'failed within', cause });
}

function isEmpty(data: Answer['data']): boolean {
  return data === null || Object.values(data).every((value) => value === null);
}
