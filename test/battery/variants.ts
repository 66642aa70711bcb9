import { ProviderError } from '../../src/domain/errors.ts';
import type { Deps, ProviderAdapter, ProviderModule } from '../../src/providers/contract.ts';

/*
 * Servers with a known fault, to see that it is found. Each wraps the adapters that a server is given; the core is what it is.
 */

/** The faults that can be built in. */
export type Variant = 'confirm-before-commit' | 'confirm-again' | 'blind-retry';

/** A provider with that fault. */
export const variants: Readonly<Record<Variant, (module: ProviderModule) => ProviderModule>> = {
  /** What was pulled is acknowledged before anything of it is stored. */
  'confirm-before-commit': adapting((adapter) => ({
    async pull(from, call) {
      const pulled = await present(adapter.pull)(from, call);
      if (pulled.receipt) await adapter.confirm?.(pulled.receipt, call).catch(() => undefined);
      return { ...pulled, receipt: null };
    },
  })),
  /** Every confirm is made again to be sure, though it counts from the head of the queue. */
  'confirm-again': adapting((adapter) => ({
    async confirm(receipt, call) {
      const confirm = present(adapter.confirm);
      await confirm(receipt, call).catch(() => undefined);
      await confirm(receipt, call);
    },
  })),
  /** A send that may have gone out counts as one that did not, and is tried again. */
  'blind-retry': adapting((adapter, provider) => ({
    async send(message, call) {
      const outcome = await adapter.send(message, call);
      if (outcome.kind !== 'unknown') return outcome;
      const error = new ProviderError({ provider, operation: 'send', kind: 'unavailable', message: 'try again' });
      return { kind: 'rejected', error };
    },
  })),
};

function adapting(
  change: (adapter: ProviderAdapter, provider: string) => Partial<ProviderAdapter>,
): (module: ProviderModule) => ProviderModule {
  return (module) => ({
    ...module,
    connect(credentials: unknown, deps: Deps) {
      const adapter = module.connect(credentials, deps);
      return { ...adapter, ...(adapter.confirm || adapter.pull ? change(adapter, module.id) : {}) };
    },
  });
}

function present<Method>(method: Method | undefined): Method {
  if (!method) throw new Error('this provider has no queue');
  return method;
}
