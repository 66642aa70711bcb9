import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { lavanda } from '../../src/providers/lavanda/index.ts';
import { createChance } from '../../src/simulator/chance.ts';
import type { SignedDelivery } from '../../src/simulator/contract.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { inboxOf, rowCounts } from '../helpers/desk.ts';
import { createForger, type Spoils } from './forging.ts';
import { forgedForBookingsync, forgedForConnectivity, forgedForSvix, type PushClient } from './forging-schemes.ts';

/*
 * Deliveries that no provider has made. What each provider signs is in its documents; see also test/contract/webhooks.ts.
 */

const SEED = Number(process.env['SEED'] ?? 20261127);
const LONG = { timeout: 120_000 };

type Secrets = Readonly<Record<'webhookSecret' | 'clientSecret', string>> & {
  readonly webhook: PushClient;
};

/** By provider: how many are forged, and what can be forged of its scheme alone. */
const schemes: Readonly<
  Record<string, readonly [count: number, (genuine: SignedDelivery, own: Secrets) => Spoils['own']]>
> = {
  lavanda: [2_000, (genuine, { webhookSecret }) => forgedForSvix(genuine, webhookSecret)],
  bookingsync: [1_500, (genuine, { clientSecret }) => forgedForBookingsync(genuine, clientSecret)],
  'bookingcom-connectivity': [
    1_500,
    ({ headers }, { webhook }) =>
      forgedForConnectivity(headers['authorization']?.slice('Bearer '.length) ?? '', webhook),
  ],
};

/** An account of that provider, and news that it has not read. */
async function desk(provider: string) {
  const t = await testApp({ provider });
  const simulator = t.simulator();
  const { externalId } = simulator.addConversation();
  await t.connect();
  await t.pass(5_000);
  const path = `http://parley.test/webhooks/${provider}`;
  await simulator.authorizeWebhooks?.(`${path}/token`, (input, init) => t.app.fetch(new Request(input, init)));
  const write = (words: string): SignedDelivery => {
    const message = simulator.guestWrites(externalId, words);
    const delivery = simulator.webhook(provider === 'lavanda' ? {} : { conversation: externalId, message });
    if (!delivery) throw new Error(`${provider} makes no deliveries`);
    return delivery;
  };
  const genuine = write('Hello?');
  simulator.calls.reset();
  return { t, simulator, genuine, write, path };
}

/** The status that it is answered with. */
async function deliver(app: App, path: string, delivery: Pick<RequestInit, 'headers' | 'body'>): Promise<number> {
  return (await app.fetch(new Request(path, { method: 'POST', ...delivery }))).status;
}

const wordsIn = async (t: TestApp): Promise<string> => JSON.stringify(await inboxOf(t));

describe.each(Object.entries(schemes))('a delivery that %s has not made', (provider, [count, own]) => {
  it(
    'is refused and has no effect, however it was forged; a genuine one after thousands of them has',
    LONG,
    async () => {
      const { t, simulator, genuine, path } = await desk(provider);
      const before = await rowCounts(t);
      const next = createForger({
        chance: createChance(SEED),
        genuine,
        signedWith: (secret) => simulator.webhook({ secret }) ?? genuine,
        signsBody: !simulator.authorizeWebhooks,
        own: own(genuine, simulator.credentials as unknown as Secrets),
      });
      const taken: string[] = [];
      for (let made = 0; made < count; made += 1) {
        const { name, headers, body } = next();
        const status = await deliver(t.app, path, { headers, body });
        if (status !== 401) taken.push(`SEED=${SEED} ${made}, ${name}: ${status} ${JSON.stringify([...headers])}`);
      }
      await t.settle();
      expect(taken).toEqual([]);
      expect(simulator.calls.entries).toEqual([]);
      expect(await rowCounts(t)).toEqual(before);
      expect(await deliver(t.app, path, genuine)).toBe(200);
      await t.settle();
      expect(await wordsIn(t)).toContain('Hello?');
    },
  );
});

describe('a token of ours that a provider shows', () => {
  it('is refused when it is over, and before it is good', LONG, async () => {
    const { t, genuine, path } = await desk('bookingcom-connectivity');
    const before = await rowCounts(t);
    t.clock.advance(3_600_000);
    expect(await deliver(t.app, path, genuine)).toBe(401);
    t.clock.advance(-2 * 3_600_000);
    expect(await deliver(t.app, path, genuine)).toBe(401);
    expect(await rowCounts(t)).toEqual(before);
  });
});

describe('deliveries that come many times at once', () => {
  it('are news once each, whatever server takes them', LONG, async () => {
    const { t, write, path } = await desk('bookingcom-connectivity');
    const apps = [t.app, t.another(), t.another()];
    const before = await rowCounts(t);
    const chance = createChance(SEED);
    for (let n = 0; n < 6; n += 1) {
      const delivery = write(`News ${n}`);
      const answers = Array.from({ length: 50 }, () => deliver(chance.pick(apps), path, delivery));
      expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    }
    await t.settle();
    const after = await rowCounts(t);
    const more = (table: string): number => (after[table] ?? 0) - (before[table] ?? 0);
    const added = { message: more('message'), event: more('event'), delivery: more('webhook_delivery') };
    expect(added).toEqual({ message: 6, event: 6, delivery: 6 });
  });

  it('are hints once each: the account is looked at as for one', LONG, async () => {
    const { t, write, simulator, path } = await desk('lavanda');
    const looked = async (times: number): Promise<number> => {
      // Hints are heeded after the provider's gap.
      await t.pass(lavanda.limits.minGapMs);
      const delivery = write('News');
      simulator.calls.reset();
      await Promise.all(Array.from({ length: times }, () => deliver(t.app, path, delivery)));
      await t.settle();
      return simulator.calls.count();
    };
    const once = await looked(1);
    expect(once).toBeGreaterThan(0);
    for (let n = 0; n < 12; n += 1) expect(await looked(150)).toBe(once);
    const { rows } = await t.db.pool.query('SELECT count(*)::int AS count FROM webhook_delivery');
    expect(rows).toEqual([{ count: 13 }]);
  });
});
