import { describe, expect, it } from 'vitest';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';
import type { BookingsyncSimulator } from '../../src/providers/bookingsync/simulator.ts';
import type { Fetch } from '../../src/providers/contract.ts';
import { ConnectAccountDocument } from '../generated/operations.ts';
import { type TestAppOptions, testApp } from '../helpers/app.ts';
import { idOf, pagedThread, until } from '../helpers/desk.ts';
import { HOUR_MS, provider } from './bookingsync-desk.ts';

const isOfMessages = ({ operation }: { readonly operation: string }): boolean => operation.startsWith('messages');

/** An estate with that many messages in twenty conversations, all of them of last month. */
async function estate(messages: number, options: Partial<TestAppOptions> = {}) {
  const t = await testApp({ provider, ...options });
  const simulator = t.simulator() as BookingsyncSimulator;
  const createdAt = new Date(t.clock.now().getTime() - 30 * 86_400_000);
  for (let index = 0; index < 20; index += 1) simulator.addConversation({ createdAt, messages: messages / 20 });
  const total = simulator.conversations().reduce((sum, one) => sum + one.messages.length, 0);
  expect(total).toBe(messages);
  // What was entered in the last minutes would be told as new, too.
  await t.clock.pass(HOUR_MS);
  return { t, simulator, total };
}

const stored = async (t: Awaited<ReturnType<typeof testApp>>): Promise<number> =>
  (await t.db.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM message')).rows[0]?.count ?? 0;

describe('a first import', () => {
  it('of 10,000 messages takes 100 message calls and the conversations’, and leaves no thread to be read', {
    timeout: 120_000,
  }, async () => {
    const { t, simulator } = await estate(10_000);
    await t.connect();
    await t.settle();
    expect(await stored(t)).toBe(10_000);
    // One more is the look at what is new, which begins beside the import.
    expect(simulator.calls.entries.filter(isOfMessages).length).toBeLessThanOrEqual(100 + 1);
    const others = simulator.calls.entries.filter((one) => !isOfMessages(one));
    expect(others.length).toBeLessThan(30);
    // Nothing more is asked when somebody reads.
    simulator.calls.reset();
    const truth = simulator.conversations()[7];
    const id = await idOf(t, truth?.externalId ?? '');
    const thread = await pagedThread(t, id, 100);
    expect(thread.map(({ body }) => body).toReversed()).toEqual(truth?.messages.map(({ body }) => body));
    expect(simulator.calls.count()).toBe(0);
  });

  it('whose process dies in the middle goes on in another where it was', { timeout: 120_000 }, async () => {
    // Its time stands still and its connection hangs: as dead as a process can be while it is looked at.
    const still = createManualClock(new Date(systemClock.now().getTime() + HOUR_MS));
    const answer = { for: async (_url: string, _init: RequestInit): Promise<Response> => Response.error() };
    let asked = 0;
    const dying: Fetch = (url, init) => {
      if (/\/inbox\/messages/.test(url)) asked += 1;
      return asked > 14 ? Promise.race([]) : answer.for(url, init);
    };
    const { t, simulator, total } = await estate(3_000, { app: { clock: still, fetch: dying } });
    answer.for = (url, init) => simulator.fetch(url, init);
    await t.gql(ConnectAccountDocument, { input: { provider, credentials: simulator.credentials } });
    await until(t, () => asked > 14);
    const half = await stored(t);
    expect([half > 0, half < total]).toEqual([true, true]);
    const second = t.another({ clock: t.clock, fetch: answer.for });
    await t.clock.pass(60_000);
    second.start();
    for (let turn = 0; turn < 4; turn += 1) await second.settle();
    expect(await stored(t)).toBe(total);
    // What was stored is not asked for again: 30 pages, and what is new twice, by each process once.
    expect(simulator.calls.entries.filter(isOfMessages).length).toBeLessThanOrEqual(total / 100 + 2);
  });
});
