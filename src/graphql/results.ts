import { type ExecutionResult, type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../lib/log.ts';
import { currentRequestId } from '../telemetry/trail.ts';
import { toClientError } from './errors.ts';

/** Makes errors fit to be told. */
export interface Results {
  /** What a caller may see of any error; what is our own fault is logged, once. */
  mask(error: unknown): GraphQLError;
  /** The result with its errors masked, the providers' trouble beside them, and no more than five of them. */
  finish(result: ExecutionResult, trouble?: readonly GraphQLError[]): ExecutionResult;
}

const MOST_ERRORS = 5;

/** Over HTTP, by `application/graphql-response+json`; `application/json` and everything that has data is 200. */
const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  IDENTITY_UNAVAILABLE: 503,
  RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
};

export function createResults(log: Log, hideSchema = false): Results {
  const masked = new WeakSet<GraphQLError>();
  const mask = (error: unknown): GraphQLError => {
    if (error instanceof GraphQLError && masked.has(error)) return error;
    const told = toClientError(error, hideSchema);
    masked.add(told);
    if (told.extensions['code'] === 'INTERNAL_SERVER_ERROR')
      log.error(
        { err: told.originalError ?? error, path: told.path?.join('.'), requestId: currentRequestId() },
        'An operation failed.',
      );
    return told;
  };
  return {
    mask,
    finish(result, trouble = []) {
      const { errors = [] } = result;
      if (errors.length === 0 && trouble.length === 0) return result;
      const told = [...errors.map(mask), ...trouble.map(mask)].slice(0, MOST_ERRORS);
      return { ...result, errors: 'data' in result ? told : told.map(withStatus) };
    },
  };
}

/** An error that ended an operation before it was executed, with the HTTP status that says so. */
export function withStatus(error: GraphQLError): GraphQLError {
  error.extensions['http'] ??= { status: statusOf(error), spec: true };
  return error;
}

/** The HTTP status of an error that is told without data. */
export function statusOf(error: GraphQLError): number {
  return statuses[String(error.extensions['code'])] ?? 400;
}

/** An error as it is sent where there is no HTTP status to set. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...formatted } = error.toJSON();
  if (!extensions) return formatted;
  const { http: _http, ...told } = extensions;
  return { ...formatted, extensions: told };
}

/** A result as it is sent where there is no HTTP status to set. */
export function formatResult({ errors, ...result }: ExecutionResult): FormattedExecutionResult {
  return errors ? { ...result, errors: errors.map(formatError) } : result;
}
