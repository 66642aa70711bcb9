import type { JsonObject } from '../../src/domain/json.ts';
import { createManualClock, type ManualClock, sleep, systemClock } from '../../src/lib/clock.ts';
import type { Call, Fetch, Memory, ProviderAdapter, ProviderModule } from '../../src/providers/contract.ts';
import type { CreateSimulator, ProviderSimulator, ProviderTraits } from '../../src/simulator/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';

/** What the suite is run against: a provider with its simulator. */
export interface Subject {
  readonly module: ProviderModule;
  readonly createSimulator: CreateSimulator;
  /** Where the world's bookings are made, so that all of them are seen there. Absent: anywhere. */
  readonly platforms?: readonly string[];
  /** What can be promised of it at best. */
  readonly traits: Required<ProviderTraits>;
  /** The methods that its adapters have. */
  readonly methods: ReadonlySet<string>;
}

interface SimulatorFile {
  readonly createSimulator: CreateSimulator;
  readonly platforms?: readonly string[];
  readonly traits?: ProviderTraits;
}

const usual: Required<ProviderTraits> = {
  leastCalls: () => 1,
  readMarks: 'messages',
  filesBelongTo: 'conversation',
  webhooksTell: 'news',
};

/** Finds a provider's simulator where every provider keeps it. */
export async function subjectOf(module: ProviderModule): Promise<Subject> {
  const { createSimulator, platforms, traits }: SimulatorFile = await import(
    `../../src/providers/${module.id}/simulator.ts`
  );
  const subject = { module, createSimulator, traits: { ...usual, ...traits }, ...(platforms && { platforms }) };
  const { adapter } = openBench({ ...subject, methods: new Set() }, { size: 0 });
  return { ...subject, methods: new Set(Object.keys(adapter)) };
}

/** One simulated upstream account, and an adapter that talks to it. */
export interface Bench {
  readonly module: ProviderModule;
  readonly clock: ManualClock;
  readonly simulator: ProviderSimulator;
  /** Of `adapter`. */
  readonly memory: MemoryJar;
  readonly adapter: ProviderAdapter;
  /** Credentials as they are stored: checked, with the defaults filled in. */
  readonly credentials: unknown;
  /** One more adapter for the same account, as another process would have. Absent `memory`: a new one. */
  connect(parts?: {
    readonly credentials?: unknown;
    readonly memory?: Memory;
    readonly fetch?: Fetch;
  }): ProviderAdapter;
}

export interface BenchOptions {
  /** Conversations in the world. Absent: 8, one of them with more than 60 messages. */
  readonly size?: number;
  /** The upstream account's name. */
  readonly account?: string;
  readonly switches?: object;
  /** Fields over those of the simulator's credentials. */
  readonly credentials?: object;
}

/** A moment with milliseconds, so that a provider which cuts them is seen to. */
const START = new Date('2026-03-02T09:00:00.250Z');

/** Opens an account in a world of its own. */
export function openBench(subject: Subject, options: BenchOptions = {}): Bench {
  const { module, createSimulator, platforms } = subject;
  const clock = createManualClock(START);
  const world = createWorld({ seed: 7, clock, size: options.size ?? 8, ...(platforms && { platforms }) });
  const { switches = {}, account = 'demo' } = options;
  const simulator = createSimulator({ world, clock, switches, account });
  const credentials = module.credentials.parse({ ...simulator.credentials, ...options.credentials });
  const memory = createMemoryJar();
  const connect: Bench['connect'] = (parts = {}) =>
    module.connect(parts.credentials ?? credentials, {
      fetch: parts.fetch ?? simulator.fetch,
      now: () => clock.now(),
      memory: parts.memory ?? createMemoryJar(),
    });
  return { module, clock, simulator, memory, credentials, connect, adapter: connect({ memory }) };
}

/** A memory that holds text, so that only what JSON can hold comes back. */
export interface MemoryJar extends Memory {
  readonly text: string;
}

/** One writer at a time; `text` is what an earlier one held. */
export function createMemoryJar(text = '{}'): MemoryJar {
  let held = text;
  let turn: Promise<unknown> = Promise.resolve();
  const read = (): JsonObject => JSON.parse(held);
  return {
    get text() {
      return held;
    },
    read: async () => read(),
    update(change) {
      const mine = turn.then(async () => {
        held = JSON.stringify(await change(read()));
        return read();
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** A call that somebody waits for, until the signal says otherwise. */
export function callOf(signal: AbortSignal = new AbortController().signal): Call {
  return { signal, lane: 'person' };
}

/** Lets what is under way go on until `reached`. Time stands still meanwhile. */
export async function until(reached: () => boolean): Promise<void> {
  for (let turn = 0; !reached(); turn += 1) {
    if (turn === 10_000) throw new Error('this was never reached');
    await sleep(systemClock, 0);
  }
}
