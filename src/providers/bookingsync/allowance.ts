import { ProviderError } from '../../domain/errors.ts';
import type { Allowance } from '../limits.ts';

const HOUR_MS = 3_600_000;

/** What an answer says of the hour's requests, all of the application's accounts together ("Rate limiting"). */
export function allowanceIn(headers: Headers): Allowance | null {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => numberIn(headers, name));
  if (limit == null || remaining == null || reset == null || limit === 0) return null;
  const resetAt = new Date(reset * 1000);
  return Number.isNaN(resetAt.getTime()) ? null : { limit, remaining, resetAt };
}

/**
 * A refusal for having asked too much, with when to come back where the hour is told to be used up: hours are counted from the full
 * hour on. Where requests are left, or nothing is told, something else refused, and nobody need be silent for an hour because of it.
 */
export function withReturn(error: ProviderError, allowance: Allowance | null, now: Date): ProviderError {
  if (error.kind !== 'rate-limited' || error.retryAt || allowance?.remaining !== 0) return error;
  const fullHour = new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS);
  const retryAt = allowance.resetAt > now ? allowance.resetAt : fullHour;
  const { provider, operation, kind, detail, noEffect } = error;
  return new ProviderError({ provider, operation, kind, message: detail, retryAt, noEffect });
}

function numberIn(headers: Headers, name: string): number | null {
  const value = headers.get(`x-ratelimit-${name}`)?.trim() ?? '';
  return /^\d{1,12}$/.test(value) ? Number(value) : null;
}
