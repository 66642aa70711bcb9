import { ProviderError, type ProviderErrorKind } from '../../domain/errors.ts';

/** This folder's name. */
export const PROVIDER = 'bookingcom-demand';

/** A refusal of our own, made before anything was asked. */
export function refusal(operation: string, kind: ProviderErrorKind, message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation, kind, message, noEffect: true });
}

/** An answer that was given and cannot be what it should be. */
export function protocolError(operation: string, message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation, kind: 'protocol', message });
}

/** The same failure, of something that certainly had no effect on what was asked: it only prepared it. */
export function harmless(operation: string, cause: unknown): ProviderError {
  const { provider, kind, detail, retryAt } = asProviderError(operation, cause);
  return new ProviderError({ provider, operation, kind, message: detail, retryAt, noEffect: true, cause });
}

/** Whatever was thrown, as the one kind of error that leaves this folder. */
export function asProviderError(operation: string, cause: unknown): ProviderError {
  return cause instanceof ProviderError ? cause : protocolErrorOf(operation, cause);
}

function protocolErrorOf(operation: string, cause: unknown): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation, kind: 'protocol', message: 'failed within', cause });
}
