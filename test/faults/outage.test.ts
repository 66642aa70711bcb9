import { describe, expect, it } from 'vitest';
import { median, quantile } from '../../bench/statistics.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { InboxDocument, SyncAccountDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, idOf, send, until } from '../helpers/desk.ts';

const LONG = { timeout: 180_000 };
const [ILL, WELL] = ['lavanda', 'bookingcom-connectivity'] as const;

/** One account at a provider that will fail, and one at a provider that will not. `asked` counts the calls of the first, also those that wait. */
async function desk() {
  let asked = 0;
  const t: TestApp = await testApp({
    provider: ILL,
    app: {
      fetch: (url, init) => {
        const isIll = url.startsWith(t.simulator().baseUrl);
        if (isIll) asked += 1;
        return t.simulator(isIll ? ILL : WELL).fetch(url, init);
      },
    },
  });
  const { externalId } = t.simulator().addConversation({ messages: 3 });
  t.simulator(WELL).addConversation({ messages: 3 });
  const [ill, well] = [await t.connect(ILL), await t.connect(WELL)];
  await t.pass(5_000);
  return { t, ill, well, conversation: await idOf(t, externalId), asked: () => asked };
}

const SECONDS = 60;
const ASKED_A_SECOND = 8;

/** So many people ask for the newest, each second for a minute. Answers the calls of the failing provider by second, and what people heard. */
async function askOn({ t, asked }: Awaited<ReturnType<typeof desk>>) {
  const answers: ReturnType<typeof ask>[] = [];
  const ask = () => t.gql(InboxDocument, { maxAge: 1 });
  const calls: number[] = [];
  for (let second = 0; second < SECONDS; second += 1) {
    const before = asked();
    for (let n = 0; n < ASKED_A_SECOND; n += 1) answers.push(ask());
    await t.clock.pass(1_000);
    // What was asked just now is carried out as far as it goes.
    for (let turn = 0; turn < 20; turn += 1) await t.db.pool.query('SELECT 1');
    calls.push(asked() - before);
  }
  // The last ones wait for as long as a look may take.
  await t.clock.pass(defaultTimes.operationDeadlineMs);
  return { calls, answers: await Promise.all(answers) };
}

const outages: Readonly<Record<string, Fault>> = {
  'does not answer': { kind: 'hang' },
  'refuses to be called': { kind: 'refuse' },
  'answers with faults of its own': { kind: 'status', status: 503 },
};

describe.each(Object.entries(outages))('a provider that %s for a minute', (_how, fault) => {
  it(
    'is asked once a second at most when that is known; everybody is answered, and told how old it is',
    LONG,
    async () => {
      const all = await desk();
      all.t.simulator().faults.always(fault);
      const { calls, answers } = await askOn(all);
      const known = calls.findIndex((_, second) => second * 1_000 > 2 * defaultTimes.callDeadlineMs);
      expect(Math.max(...calls.slice(known))).toBeLessThanOrEqual(1);
      const early = calls.slice(0, known).reduce((sum, count) => sum + count, 0);
      expect(early).toBeLessThanOrEqual(1.1 * known * ASKED_A_SECOND);
      for (const { data, errors, status } of answers) {
        expect([status, errors.filter(({ extensions }) => extensions['code'] !== 'PROVIDER_FAILED')]).toEqual([
          200,
          [],
        ]);
        expect(data.conversations.nodes.length).toBeGreaterThan(1);
        const states = data.conversations.sources.map((source) => source.state);
        expect(states.filter((state) => state !== 'FRESH').length).toBeLessThanOrEqual(1);
      }
      const told = answers.slice(-ASKED_A_SECOND).flatMap(({ data }) => data.conversations.sources);
      expect(new Set(told.map(({ state }) => state))).toEqual(new Set(['FRESH', 'FAILED']));
    },
  );
});

it(
  'what was written meanwhile has gone out within a minute of its return, each once and no faster than it allows',
  LONG,
  async () => {
    const { t, conversation } = await desk();
    t.simulator().faults.always({ kind: 'refuse' });
    const ids: string[] = [];
    for (let n = 0; n < 30; n += 1) ids.push((await send(t, conversation, `Number ${n}`)).message?.id ?? '');
    for (let second = 0; second < SECONDS; second += 1) await t.pass(1_000);
    expect(t.simulator().sent).toEqual([]);
    t.simulator().faults.clear();
    for (let second = 0; second < SECONDS; second += 1) await t.pass(1_000);
    expect(t.simulator().sent.map(({ body }) => body)).toEqual(ids.map((_, n) => `Number ${n}`));
    for (const id of ids) expect(await deliveryOf(t, id)).toMatchObject({ state: 'ACCEPTED' });
  },
);

const WINDOWS = 8;
const IN_A_WINDOW = 25;
const TRIES = 5;

it('a provider that hangs makes no other’s answers slower: their p99 stays within a tenth', LONG, async () => {
  const { t, ill, well, asked } = await desk();
  const sync = (accountId: string) => t.gql(SyncAccountDocument, { accountId });
  const window = async (): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < IN_A_WINDOW; n += 1) {
      const from = systemClock.monotonic();
      expect((await sync(well)).data.syncAccount).toMatchObject({ errors: [] });
      times.push(systemClock.monotonic() - from);
    }
    return quantile(times, 0.99);
  };
  const compared: (readonly [alone: number, beside: number])[] = [];
  // Others have the machine, too: where it is really slower it is at each try.
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [alone, beside]: [number[], number[]] = [[], []];
    for (let n = 0; n < WINDOWS; n += 1) {
      alone.push(await window());
      t.simulator().faults.always({ kind: 'hang' });
      const before = asked();
      const stuck = Array.from({ length: 20 }, () => [sync(ill), t.gql(InboxDocument, { maxAge: 1 })]).flat();
      await until(t, () => asked() > before);
      beside.push(await window());
      t.simulator().faults.clear();
      await t.clock.pass(defaultTimes.operationDeadlineMs);
      await Promise.all(stuck);
      await t.pass(2_000);
    }
    const [first, second] = [median(alone), median(beside)];
    compared.push([first, second]);
    if (second <= first * 1.1) return;
  }
  expect(compared).toEqual([]);
});
