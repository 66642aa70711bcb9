/** What kind of trouble a provider gave. Codes and moves hang from this, never from a message's text. */
export type ProviderErrorKind =
  | 'auth' // the credentials are refused
  | 'forbidden' // known, but not allowed
  | 'not-found'
  | 'invalid' // the request is wrong and will be wrong again
  | 'rate-limited'
  | 'unavailable' // could not be reached, or answered with its own failure
  | 'timeout'
  | 'protocol'; // an answer that its own documents do not allow

export interface ProviderErrorDetails {
  readonly provider: string;
  readonly operation: string;
  readonly kind: ProviderErrorKind;
  /** The provider's words, cleared of secrets and bodies. */
  readonly message: string;
  /** When the provider said to come back. */
  readonly retryAt?: Date | null;
  /**
   * Whether the request certainly had no effect: nothing was written, or it was clearly refused.
   * Once a byte is out, everything else is unknown.
   */
  readonly noEffect?: boolean;
  readonly cause?: unknown;
}

/** Made at the edge only. The message reads `[provider] operation: what happened`. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: string;
  readonly operation: string;
  readonly kind: ProviderErrorKind;
  readonly detail: string;
  readonly retryAt: Date | null;
  readonly noEffect: boolean;

  constructor(details: ProviderErrorDetails) {
    super(`[${details.provider}] ${details.operation}: ${details.message}`, { cause: details.cause });
    this.provider = details.provider;
    this.operation = details.operation;
    this.kind = details.kind;
    this.detail = details.message;
    this.retryAt = details.retryAt ?? null;
    this.noEffect = details.noEffect ?? false;
  }
}

/** Codes of expected failures of a mutation, shown in its payload's `errors`. */
export type DomainErrorCode =
  | 'INVALID'
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'UNSUPPORTED'
  | 'READ_ONLY'
  | 'TOO_LARGE'
  | 'WRONG_TYPE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'ACCOUNT_TAKEN'
  | 'BAD_CREDENTIALS'
  | 'PROVIDER_FAILED'
  | 'NOT_CANCELLABLE'
  | 'NOT_RETRYABLE';

/** A refusal that the caller can understand and mend. `path` names the input field at fault. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;
  readonly path: readonly string[];

  constructor(code: DomainErrorCode, message: string, path: readonly string[] = [], options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}
