import { ProviderError, type ProviderErrorKind } from '../../domain/errors.ts';

/** This folder's name. */
export const PROVIDER = 'bookingsync';

/** Something that was not even tried, or certainly came to nothing. */
export function refusal(operation: string, kind: ProviderErrorKind, message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation, kind, message, noEffect: true });
}

/** An answer that cannot be made sense of. */
export function nonsense(operation: string, message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation, kind: 'protocol', message });
}

/** The same failure, of something that only prepared what was asked: that itself had no effect. */
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

/** Lets nothing but ProviderError out. */
export async function guarded<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProviderError(operation, error);
  }
}

/** Whether a failure is of one of these kinds. */
export function isOfKind(error: unknown, ...kinds: readonly ProviderErrorKind[]): error is ProviderError {
  return error instanceof ProviderError && kinds.includes(error.kind);
}
