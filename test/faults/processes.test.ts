import { describe, expect, it } from 'vitest';
import { defaultTimes } from '../../src/domain/times.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { run, served, type TestApp, testApp } from '../helpers/app.ts';
import { postgresUrl } from '../helpers/database.ts';
import { inboxOf, send, threadOf } from '../helpers/desk.ts';
import { follow } from '../helpers/follower.ts';

const MINUTE_MS = 60_000;

const SYNC = `mutation ($accountId: ID!) {
  syncAccount(input: { accountId: $accountId }) { received finished errors { code } }
}`;
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
interface Synced {
  readonly syncAccount: { readonly received: number; readonly finished: boolean; readonly errors: readonly object[] };
}

// Several processes need a PostgreSQL: the embedded database belongs to one.
describe.skipIf(postgresUrl === null)('several processes on one PostgreSQL', () => {
  /** One process that looks after an account with one conversation, and one beside it. */
  async function desk(options: { provider?: string } = {}) {
    const t = await testApp({ kind: 'postgres', ...options });
    t.simulator().addConversation({ createdAt: new Date(t.clock.now().getTime() - 3_600_000) });
    const accountId = await t.connect();
    const [conversation] = await inboxOf(t);
    const simulated = t.simulator().conversations()[0]?.externalId ?? '';
    const second = t.another();
    return { t, accountId, id: conversation?.id ?? '', simulated, second };
  }

  /** A subscriber at the second process who has been told of what came so far. */
  async function subscriber({ t, id, second }: Awaited<ReturnType<typeof desk>>) {
    const follower = follow((await served(second)).url, t.token);
    await follower.connected;
    // What is told shows that the subscription has begun: the time between is nobody's.
    while (follower.told.length === 0) {
      await send(t, id, 'Is anybody there?');
      await t.clock.pass(defaultTimes.lookEveryMs);
      await second.settle();
    }
    await t.settle();
    return follower;
  }

  it('tell each other what they took in: a subscriber anywhere sees it within 250 ms (p99)', async () => {
    const made = await desk();
    made.second.start();
    await made.second.settle();
    const follower = await subscriber(made);
    const delays: number[] = [];
    for (let i = 0; i < 100; i += 1) {
      const before = follower.told.length;
      const { message } = await send(made.t, made.id, `Number ${i}`);
      const committed = systemClock.monotonic();
      // Time stands still, so nobody looks by themselves.
      while (!follower.told.slice(before).some((one) => one.message.id === message?.id))
        await follower.has(follower.told.length + 1);
      delays.push(systemClock.monotonic() - committed);
    }
    expect(delays.sort((a, b) => a - b)[98]).toBeLessThan(250);
  });

  it('see it after 2 seconds where every hint is lost', async () => {
    const made = await desk();
    // Never started, so it hears nothing.
    const follower = await subscriber(made);
    const before = follower.told.length;
    await send(made.t, made.id, 'Unheard');
    await made.t.clock.pass(defaultTimes.lookEveryMs - 1);
    await made.t.db.pool.query('SELECT pg_sleep(0.1)');
    expect(follower.told).toHaveLength(before);
    await made.t.clock.pass(1);
    await follower.has(before + 1);
    expect(defaultTimes.lookEveryMs).toBe(2_000);
    expect(follower.told.at(-1)?.message.body).toBe('Unheard');
  });

  it('look at everything once when they were cut off from the others’ hints', async () => {
    const made = await desk();
    made.second.start();
    await made.second.settle();
    const follower = await subscriber(made);
    const before = follower.told.length;
    // A process that tells nobody.
    const mute = made.t.another();
    await run(mute, SEND, { input: { conversationId: made.id, body: 'Said to the wind' } }, made.t.token);
    await made.t.db.pool.query('SELECT pg_sleep(0.1)');
    expect(follower.told).toHaveLength(before);
    await cutOff(made.t);
    await follower.has(before + 1);
    expect(follower.told.at(-1)?.message.body).toBe('Said to the wind');
  });

  it('leave an account to the one that took it up, which pulls it once an interval', async () => {
    const { t, second } = await desk({ provider: 'bookingsync' });
    const third = t.another();
    for (const one of [second, third]) one.start();
    const all = async (): Promise<void> => {
      await Promise.all([t.settle(), second.settle(), third.settle()]);
    };
    await all();
    t.simulator().calls.reset();
    for (let passed = 0; passed < 30 * MINUTE_MS; passed += 10_000) {
      await t.clock.pass(10_000);
      await all();
    }
    // Every 3 minutes.
    expect(t.simulator().calls.count({ operation: 'conversations' })).toBeGreaterThanOrEqual(9);
    expect(t.simulator().calls.count({ operation: 'conversations' })).toBeLessThanOrEqual(11);
  });

  it('take over at once what another gives back when it ends, and within its lease where it dies', async () => {
    const { t, id, simulated, second } = await desk();
    second.start();
    await second.settle();
    t.simulator().guestWrites(simulated, 'After the end');
    await t.app.stop();
    const shown = async () => (await threadOf(t, id))[0]?.body;
    await second.settle();
    // It hears of it from the one that ended.
    for (let turn = 0; turn < 100 && (await shown()) !== 'After the end'; turn += 1) await second.settle();
    expect(await shown()).toBe('After the end');
    const third = t.another();
    third.start();
    await third.settle();
    // As of a process that is gone: nobody renews it.
    await t.db.pool.query(`UPDATE account SET lease_owner = 'dead', lease_until = parley_now() + interval '30 s'`);
    t.simulator().guestWrites(simulated, 'After its death');
    for (let passed = 0; passed < 2 * defaultTimes.leaseMs; passed += 10_000) {
      await t.clock.pass(10_000);
      await Promise.all([second.settle(), third.settle()]);
    }
    expect(await shown()).toBe('After its death');
  });

  it('pass a person’s wish for a look on to the one that holds the account, and tell how many messages came', async () => {
    const { t, accountId, simulated, second } = await desk();
    second.start();
    await second.settle();
    await t.clock.pass(MINUTE_MS / 4);
    await t.settle();
    for (const body of ['One', 'Two']) t.simulator().guestWrites(simulated, body);
    const { data } = await run<Synced>(second, SYNC, { accountId }, t.token);
    expect(data.syncAccount).toMatchObject({ received: 2, finished: true, errors: [] });
  });

  it('tell what the holder of the account met at the provider', async () => {
    const { t, accountId, second } = await desk();
    second.start();
    await second.settle();
    await t.clock.pass(MINUTE_MS / 4);
    await t.settle();
    t.simulator().faults.always({ kind: 'status', status: 503 });
    const { data } = await run<Synced>(second, SYNC, { accountId }, t.token);
    expect(data.syncAccount).toMatchObject({ finished: false, errors: [{ code: 'PROVIDER_FAILED' }] });
  });
});

/** Ends the connections on which processes hear each other. */
async function cutOff(t: TestApp): Promise<void> {
  await t.db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'parley hints' AND datname = current_database()`,
  );
}
