import { describe, expect, it } from 'vitest';
import { bookingsync } from '../../src/providers/bookingsync/index.ts';
import { type BookingsyncSimulator, createSimulator } from '../../src/providers/bookingsync/simulator.ts';
import { createApplication } from '../../src/providers/bookingsync/simulator-application.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { ConnectAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, inboxOf, sent } from '../helpers/desk.ts';
import { desk, HOUR_MS, hint, provider } from './bookingsync-desk.ts';

interface BudgetShown {
  readonly accounts: readonly {
    readonly state: string;
    readonly budget: { readonly limit: number; readonly remaining: number; readonly resetAt: string } | null;
  }[];
}

const budgetsOf = async (t: TestApp) =>
  (await t.ask<BudgetShown>('{ accounts { state budget { limit remaining resetAt } } }')).data.accounts;

/** Ten accounts that have installed one application, each with its own estate, all connected. */
async function ten(limit: number, size: number) {
  const simulators = new Map<string, BookingsyncSimulator>();
  const t = await testApp({
    provider,
    app: {
      providers: [bookingsync as ProviderModule],
      fetch: async (url, init) => {
        const simulator = simulators.get(new URL(url).host);
        if (!simulator) throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } });
        return simulator.fetch(url, init);
      },
    },
  });
  const application = createApplication({ clock: t.clock, limit });
  for (let index = 0; index < 10; index += 1) {
    const world = createWorld({ seed: 10 + index, clock: t.clock, size });
    const simulator = createSimulator({ world, clock: t.clock, account: `account ${index}`, application });
    const host = `account-${index}.example.test`;
    simulators.set(host, simulator);
    const input = { provider, credentials: { ...simulator.credentials, baseUrl: `https://${host}` } };
    const { data } = await t.gql(ConnectAccountDocument, { input });
    expect(data.connectAccount.errors).toEqual([]);
  }
  await t.settle();
  return { t, simulators: [...simulators.values()] };
}

/** Requests that count, by the hour of the clock. */
function callsByHour(simulators: readonly BookingsyncSimulator[]): readonly number[] {
  const counted = simulators.flatMap(({ calls }) => calls.entries.filter(({ operation }) => operation !== 'token'));
  const hours = Map.groupBy(counted, ({ at }) => Math.floor(at.getTime() / HOUR_MS));
  return [...hours].toSorted(([a], [b]) => a - b).map(([, calls]) => calls.length);
}

describe('the hour’s budget of one application', () => {
  it('of 1000 requests is never exceeded by ten accounts, however much there is to read and however often they are hinted', {
    timeout: 120_000,
  }, async () => {
    const { t, simulators } = await ten(1000, 60);
    for (let minute = 0; minute < 130; minute += 2) {
      for (const simulator of simulators) {
        const [conversation] = simulator.conversations();
        if (conversation) simulator.guestWrites(conversation.externalId, `Minute ${minute}`);
        const delivery = simulator.webhook();
        if (delivery)
          await t.app.fetch(new Request(`http://parley.test/webhooks/${provider}`, { method: 'POST', ...delivery }));
      }
      await t.pass(120_000);
    }
    const hours = callsByHour(simulators);
    expect(Math.max(...hours)).toBeLessThanOrEqual(1000);
    // It is used all the same: what people may need is what is left, and no more.
    expect(Math.max(...hours)).toBeGreaterThanOrEqual(850);
    expect(simulators.flatMap(({ calls }) => calls.entries.filter(({ status }) => status === 429))).toEqual([]);
    expect((await budgetsOf(t)).map(({ state }) => state)).toEqual(Array.from({ length: 10 }, () => 'LIVE'));
  });

  it('is what the headers say it is, and is shown on the account', async () => {
    const { t, simulator } = await desk({ rateLimit: 5000 });
    const [shown] = await budgetsOf(t);
    expect(shown?.budget?.limit).toBe(5000);
    const used = callsByHour([simulator]).at(-1) ?? 0;
    expect(5000 - (shown?.budget?.remaining ?? 0)).toBeGreaterThanOrEqual(used);
    expect(new Date(shown?.budget?.resetAt ?? 0).getTime() % HOUR_MS).toBe(0);
  });

  it('keeps its last tenth for people: looks wait for the hour to turn, a send goes out', async () => {
    const { t, simulator } = await desk({ rateLimit: 100 }, { size: 3 });
    const [conversation] = simulator.conversations();
    const externalId = conversation?.externalId ?? '';
    for (let times = 0; times < 60; times += 1) {
      simulator.guestWrites(externalId, `Word ${times}`);
      await hint({ t, simulator });
      await t.pass(2_000);
    }
    const [shown] = await budgetsOf(t);
    expect(shown?.budget?.remaining).toBeLessThanOrEqual(10);
    expect(shown?.budget?.remaining).toBeGreaterThan(5);
    const id = (await inboxOf(t)).find((one) => one.externalId === externalId)?.id ?? '';
    expect((await deliveryOf(t, await sent(t, id, 'On our way'))).state).toBe('ACCEPTED');
    expect(simulator.sent.map(({ body }) => body)).toEqual(['On our way']);
    await t.pass(HOUR_MS);
    expect((await inboxOf(t)).find((one) => one.id === id)?.messages.nodes.map(({ body }) => body)).toContain(
      'Word 59',
    );
  });
});
