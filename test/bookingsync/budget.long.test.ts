import { describe, expect, it } from 'vitest';
import { bookingsync } from '../../src/providers/bookingsync/index.ts';
import { type BookingsyncSimulator, createSimulator } from '../../src/providers/bookingsync/simulator.ts';
import { createApplication } from '../../src/providers/bookingsync/simulator-application.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { ConnectAccountDocument } from '../generated/operations.ts';
import { testApp } from '../helpers/app.ts';
import { provider } from './bookingsync-desk.ts';
import { budgetsOf, callsByHour } from './budgets.ts';

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
});
