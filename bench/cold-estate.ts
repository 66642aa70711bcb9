import { systemClock } from '../src/lib/clock.ts';
import { providers } from '../src/providers/registry.ts';
import type { CreateSimulator, ProviderSimulator } from '../src/simulator/contract.ts';
import { serveOnLoopback } from '../src/simulator/loopback.ts';
import { createWorld } from '../src/simulator/world.ts';
import { play } from './role.ts';

/*
 * All providers over one estate, each on a port of its own.
 */

/** A simulated account, as it is to be connected. */
export interface ColdAccount {
  readonly provider: string;
  /** Where it is served. */
  readonly url: string;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** How many messages each of its conversations has. */
  readonly messages: readonly number[];
}

/** What an estate is made of: threads at Booking.com, which every provider shows, and those that only a property's own system does. */
export interface ColdSize {
  readonly everywhere: number;
  readonly direct: number;
}

const DAY = 24 * 3_600_000;

let simulators: readonly { readonly provider: string; readonly simulator: ProviderSimulator }[] = [];

const commands = {
  /** A new estate with new accounts, in place of the one before. */
  async open({ everywhere, direct }: ColdSize): Promise<readonly ColdAccount[]> {
    const world = createWorld({ seed: 1, clock: systemClock, size: 0 });
    const createdAt = new Date(systemClock.now().getTime() - 5 * DAY);
    for (let place = 0; place < everywhere + direct; place += 1)
      world.addConversation({
        ...{ platform: place < everywhere ? 'Booking.com' : 'Direct', createdAt },
        messages: 1 + (place % 40),
      });
    opened += 1;
    const made = await Promise.all(
      providers.map(async ({ id }) => {
        const { createSimulator } = (await import(`../src/providers/${id}/simulator.ts`)) as {
          createSimulator: CreateSimulator;
        };
        const simulator = createSimulator({ world, clock: systemClock, account: `cold${opened}` });
        const { url } = await serveOnLoopback(simulator.fetch);
        return { provider: id, url, simulator, credentials: { ...simulator.credentials, ...simulator.addresses(url) } };
      }),
    );
    simulators = made;
    return made.map(({ provider, url, simulator, credentials }) => {
      const messages = simulator.conversations().map((one) => one.messages.length);
      return { provider, url, credentials, messages };
    });
  },
  /** From now on every call takes so many milliseconds, and is counted. */
  slow(ms: number): void {
    for (const { simulator } of simulators) {
      simulator.faults.always({ kind: 'delay', ms });
      simulator.calls.reset();
    }
  },
  /** The calls that each provider was asked since then. */
  calls: (): Readonly<Record<string, number>> =>
    Object.fromEntries(simulators.map(({ provider, simulator }) => [provider, simulator.calls.count()])),
};

let opened = 0;

export type ColdEstateCommands = typeof commands;

play(commands);
