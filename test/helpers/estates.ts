import type { Clock } from '../../src/lib/clock.ts';
import { providers } from '../../src/providers/registry.ts';
import type { CreateSimulator, ProviderSimulator } from '../../src/simulator/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';

/** The simulated providers of one test, behind one `fetch`. */
export interface Estates {
  /** The provider that the test is about. */
  readonly provider: string;
  /** The simulator of a provider; of the one that the test is about where none is named. */
  of(provider?: string): ProviderSimulator;
  /** One more upstream account of that provider, with an estate and a host of its own; its credentials name that host. */
  second(size?: number, provider?: string): Promise<ProviderSimulator>;
  /** Each simulator answers for its own hosts; there are no others. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

export interface EstatesOptions {
  readonly size: number;
  readonly switches: object;
  /** Absent: the first provider of the registry, which tests of the core use. */
  readonly provider?: string;
}

/** One simulator a provider over one estate, its bookings made where the provider that the test is about sees them. */
export async function createEstates(clock: Clock, options: EstatesOptions): Promise<Estates> {
  const { provider = providers[0]?.id ?? '', switches } = options;
  const world = createWorld({ seed: 1, clock, size: options.size, ...(await seenBy(provider)) });
  const simulators = new Map<string, ProviderSimulator>();
  const hosts = new Map<string, ProviderSimulator>();
  for (const { id } of providers) {
    const simulator = (await fileOf(id)).createSimulator({ world, clock, switches });
    simulators.set(id, simulator);
    for (const url of simulator.baseUrls) hosts.set(url, simulator);
  }
  const of = (id = provider): ProviderSimulator => {
    const found = simulators.get(id);
    if (!found) throw new Error(`no simulator of ${id}`);
    return found;
  };
  return {
    ...{ provider, of },
    async second(size = 0, id = provider) {
      const account = `other${hosts.size}`;
      const url = `https://${account}.example.test`;
      const estate = createWorld({ seed: 1 + hosts.size, clock, size, ...(await seenBy(id)) });
      const made = (await fileOf(id)).createSimulator({ world: estate, clock, switches, account });
      hosts.set(url, made);
      const addresses = made.addresses(url);
      const baseUrl = addresses['baseUrl'] ?? url;
      return { ...made, baseUrl, baseUrls: [url], credentials: { ...made.credentials, ...addresses } };
    },
    async fetch(url, init) {
      for (const [base, simulator] of hosts) if (url.startsWith(base)) return simulator.fetch(url, init);
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }) });
    },
  };
}

interface SimulatorFile {
  readonly createSimulator: CreateSimulator;
  readonly platforms?: readonly string[];
}

async function fileOf(id: string): Promise<SimulatorFile> {
  return (await import(`../../src/providers/${id}/simulator.ts`)) as SimulatorFile;
}

/** Where a world's bookings are to be made so that this provider sees all of them. */
async function seenBy(id: string): Promise<{ readonly platforms?: readonly string[] }> {
  const { platforms } = await fileOf(id);
  return platforms ? { platforms } : {};
}
