import { ProviderError } from '../domain/errors.ts';
import type { ProviderAdapter } from '../providers/contract.ts';
import type { Tracing } from './contract.ts';

/** An adapter each of whose calls is a span. To be put under the guard, so that every try is one of its own. */
export function traceAdapter(adapter: ProviderAdapter, provider: string, tracing: Tracing): ProviderAdapter {
  if (!tracing.on) return adapter;
  const traced = (operation: string, call: (...given: unknown[]) => Promise<unknown>) =>
    function (this: unknown, ...given: unknown[]): Promise<unknown> {
      const facts = { 'parley.provider': provider, 'parley.operation': operation };
      return tracing.span(
        { name: `${provider} ${operation}`, kind: 'client', parent: 'current', facts },
        async (span) => {
          try {
            const answer = await call.apply(adapter, given);
            const failure = failureIn(answer);
            if (failure) span.fail(failure.kind);
            return answer;
          } catch (error) {
            if (error instanceof ProviderError) span.fail(error.kind);
            throw error;
          }
        },
      );
    };
  const made = new Map<PropertyKey, unknown>();
  return new Proxy(adapter, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const known = made.get(name) ?? traced(name, value as (...given: unknown[]) => Promise<unknown>);
      made.set(name, known);
      return known;
    },
  });
}

/** A send tells of its failure in its answer. */
function failureIn(answer: unknown): ProviderError | null {
  const { error } = (typeof answer === 'object' && answer !== null ? answer : {}) as { readonly error?: unknown };
  return error instanceof ProviderError ? error : null;
}
