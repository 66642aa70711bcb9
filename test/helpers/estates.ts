import type { Clock } from '../../src/lib/clock.ts';
import { providers } from '../../src/providers/registry.ts';
import type { CreateSimulator, ProviderSimulator } from '../../src/simulator/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';

/** The simulated providers of one test, behind one `fetch`. */
export interface Estates {
  /** The first provider of the registry: the one that tests of the core use. */
  readonly provider: string;
  /** The simulator of a provider; of the first where none is named. */
  of(provider?: string): ProviderSimulator;
  /** One more upstream account of the first provider, with an estate and a host of its own; its credentials name that host. */
  second(size?: number): Promise<ProviderSimulator>;
  /** Each simulator answers for its own host; there are no others. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** One simulator a provider over one estate. */
export async function createEstates(
  clock: Clock,
  options: { readonly size: number; readonly switches: object },
): Promise<Estates> {
  const world = createWorld({ seed: 1, clock, size: options.size });
  const simulators = new Map<string, ProviderSimulator>();
  const hosts = new Map<string, ProviderSimulator>();
  for (const { id } of providers) {
    const simulator = (await simulatorOf(id))({ world, clock, switches: options.switches });
    simulators.set(id, simulator);
    hosts.set(simulator.baseUrl, simulator);
  }
  const provider = providers[0]?.id ?? '';
  const of = (id = provider): ProviderSimulator => {
    const found = simulators.get(id);
    if (!found) throw new Error(`no simulator of ${id}`);
    return found;
  };
  return {
    provider,
    of,
    async second(size = 0) {
      const account = `other${hosts.size}`;
      const baseUrl = `https://${account}.example.test`;
      const estate = createWorld({ seed: 1 + hosts.size, clock, size });
      const made = (await simulatorOf(provider))({ world: estate, clock, switches: options.switches, account });
      hosts.set(baseUrl, made);
      return { ...made, baseUrl, credentials: { ...made.credentials, baseUrl } };
    },
    async fetch(url, init) {
      for (const [base, simulator] of hosts) if (url.startsWith(base)) return simulator.fetch(url, init);
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }) });
    },
  };
}

async function simulatorOf(id: string): Promise<CreateSimulator> {
  const module = (await import(`../../src/providers/${id}/simulator.ts`)) as { createSimulator: CreateSimulator };
  return module.createSimulator;
}
