import { expect, onTestFinished } from 'vitest';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';
import type { ProviderAdapter, ProviderModule } from '../../src/providers/contract.ts';
import { providers } from '../../src/providers/registry.ts';
import type { ProviderSimulator } from '../../src/simulator/contract.ts';
import { type TestApp, testApp } from './app.ts';
import type { DatabaseKind } from './database.ts';
import { eventsOf } from './desk.ts';

/** How often accounts are looked at here, whatever their providers wish. */
export const LOOK_MS = 15_000;

export type Confirm = NonNullable<ProviderAdapter['confirm']>;

/** What becomes of a confirm's request on its way; `send` carries it to the provider, also after its sender gave up. */
export type Way = (send: () => Promise<Response>) => Promise<Response>;

export interface ConfirmDeskOptions {
  readonly kind?: DatabaseKind;
  /** The provider's adapters confirm in another way. */
  readonly confirm?: (confirm: Confirm) => Confirm;
  /** Conversations of the estate beside those that are written in. */
  readonly size?: number;
}

/** An account at a provider with a feed that is confirmed, everything so far taken in. */
export async function confirmDesk(
  module: ProviderModule,
  { confirm, size = 0, kind = 'embedded' }: ConfirmDeskOptions = {},
) {
  let way: Way | null = null;
  let walks = 0;
  const onWalk = (): void => {
    walks += 1;
  };
  const own = createManualClock(systemClock.now());
  const tampered = tamper(module, {
    confirm: confirm ?? ((plain) => plain),
    way: () => way,
    onWalk,
  });
  const t: TestApp = await testApp({
    ...{ kind, provider: module.id, size, switches: { redelivery: 0 } },
    app: {
      clock: own,
      pullEveryMs: LOOK_MS,
      providers: providers.map((one) => (one.id === module.id ? tampered : one)),
    },
  });
  const simulator = t.simulator();
  // Many: where a thread is read for one message, others in it would be found by that.
  const conversations = Array.from({ length: 60 }, () => simulator.addConversation());
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += LOOK_MS) {
      await t.settle();
      await t.clock.pass(LOOK_MS);
      own.advance(LOOK_MS);
      await t.settle();
    }
  };
  await t.connect();
  // The walk and what it found are behind, so that only the feed tells what is new.
  await pass(6 * LOOK_MS);
  simulator.calls.reset();
  const before = new Set((await announced(t)).keys());
  let said = 0;
  return {
    ...{ t, simulator, pass },
    /** Messages of the participants, each with words of its own. Answers their ids. */
    write: (count = 1): readonly string[] =>
      Array.from({ length: count }, () => {
        t.clock.advance(10);
        said += 1;
        return simulator.guestWrites(conversations[said % conversations.length]?.externalId ?? '', `Word ${said}`);
      }),
    /** How many walks over everything have begun. */
    walks: (): number => walks,
    confirms: (): number => simulator.calls.count({ operation: 'confirm' }),
    onConfirm(next: Way | null): void {
      way = next;
    },
    /** The process' own loops go on without anybody waiting for them. */
    nudge: async (): Promise<void> => {
      await t.clock.pass(LOOK_MS);
      own.advance(LOOK_MS);
    },
    /** All that was written since is stored, and each was announced once. */
    async expectOnce(): Promise<void> {
      const counts = [...(await announced(t))].filter(([body]) => !before.has(body));
      expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
      expect([counts.length, await missing(t)]).toEqual([said, []]);
    },
    /** Another process of the same system, that was given the account's ordinary way to its provider. */
    successor() {
      const next = t.another({ clock: t.clock, providers });
      next.start();
      return {
        async pass(ms: number): Promise<void> {
          for (let passed = 0; passed < ms; passed += LOOK_MS) {
            await next.settle();
            await t.clock.pass(LOOK_MS);
            await next.settle();
            await next.settle();
          }
        },
      };
    },
  };
}

/** What was written and is not in our store. */
export async function missing(t: TestApp): Promise<readonly string[]> {
  const { rows } = await t.db.pool.query<{ external_id: string }>('SELECT external_id FROM message');
  const stored = new Set(rows.map((row) => row.external_id));
  const written = t.simulator().conversations();
  return written.flatMap(({ messages }) => messages.flatMap(({ externalId: id }) => (stored.has(id) ? [] : [id])));
}

/** What was confirmed unseen, where confirming counts from the head. */
export function lostOf(simulator: ProviderSimulator): readonly string[] {
  const { queue } = simulator as { queue?: { lost(): readonly string[] } };
  return queue?.lost() ?? [];
}

/** A process that stops for ever in the middle of something; it ends with the test. */
export function createDeath(): { readonly reached: Promise<void>; die(): Promise<void>; end(): void } {
  const [reached, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  onTestFinished(() => ended.resolve());
  return {
    reached: reached.promise,
    async die() {
      reached.resolve();
      await ended.promise;
      throw new Error('this process is dead');
    },
    end: () => ended.resolve(),
  };
}

/** How often each text was announced as a new message. */
async function announced(t: TestApp): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const event of await eventsOf(t)) {
    if (event.__typename !== 'MessageAdded') continue;
    const body = event.message.body ?? '';
    counts.set(body, (counts.get(body) ?? 0) + 1);
  }
  return counts;
}

interface Tampering {
  readonly confirm: (confirm: Confirm) => Confirm;
  way(): Way | null;
  onWalk(): void;
}

/** That provider, where confirming and the way that its request goes are in the test's hand. */
function tamper(module: ProviderModule, { confirm: change, way, onWalk }: Tampering): ProviderModule {
  return {
    ...module,
    budgetKey: (credentials) => module.budgetKey(credentials),
    connect(credentials, deps) {
      let confirming = 0;
      const fetch: typeof deps.fetch = (url, init) => {
        const { signal: _, ...unbound } = init;
        const going = confirming > 0 ? way() : null;
        return going ? going(() => deps.fetch(url, unbound)) : deps.fetch(url, init);
      };
      const adapter = module.connect(credentials, { ...deps, fetch });
      const plain = adapter.confirm?.bind(adapter);
      if (!plain) return adapter;
      const confirm: Confirm = async (receipt, call) => {
        confirming += 1;
        await plain(receipt, call).finally(() => {
          confirming -= 1;
        });
      };
      const { sweep } = adapter;
      return {
        ...adapter,
        confirm: change(confirm),
        ...(sweep && {
          sweep(from, call) {
            if (from === null) onWalk();
            return sweep.call(adapter, from, call);
          },
        }),
      };
    },
  };
}
