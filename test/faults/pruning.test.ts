import { describe, expect, it } from 'vitest';
import { brand, type TenantId } from '../../src/domain/ids.ts';
import { defaultTimes } from '../../src/domain/times.ts';
import { pruneEvents } from '../../src/store/pruning.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { idOf, send } from '../helpers/desk.ts';

const DAY = 24 * 3_600_000;

async function count(t: TestApp, table: string): Promise<number> {
  const { rows } = await t.db.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return rows[0]?.count ?? 0;
}

async function deliver(t: TestApp): Promise<void> {
  const request = new Request('http://parley.test/webhooks/lavanda', { method: 'POST', ...t.simulator().webhook() });
  expect((await t.app.fetch(request)).status).toBe(200);
  await t.settle();
}

/** A tenant with events of these ages in days, in this order, and nothing else going on. */
async function aged(kind: TestApp['db']['kind'], ages: readonly number[]) {
  const t = await testApp({ kind, idle: true });
  const { rows } = await t.db.pool.query<{ id: string }>('SELECT id FROM tenant');
  const tenantId = brand<TenantId>(rows[0]?.id ?? '');
  await t.db.pool.query(
    `INSERT INTO event (tenant_id, seq, type, account_id, recorded_at)
     SELECT $1, place, 'AccountChanged', 'acc', $2::timestamptz - age * interval '1 day'
     FROM unnest($3::float8[]) WITH ORDINALITY AS aged(age, place)`,
    [tenantId, t.clock.now(), ages],
  );
  await t.db.pool.query('UPDATE tenant SET seq = $1', [ages.length]);
  const kept = async (): Promise<readonly number[]> =>
    (await t.db.pool.query<{ seq: number }>('SELECT seq::int AS seq FROM event ORDER BY seq')).rows.map(
      (row) => row.seq,
    );
  return { t, kept, prune: () => pruneEvents(t.db, tenantId, new Date(t.clock.now().getTime() - 7 * DAY)) };
}

describe.each(databaseKinds)('deleting events (%s)', (kind) => {
  it('takes at most a thousand with one statement, oldest first', async () => {
    const { kept, prune } = await aged(
      kind,
      Array.from({ length: 2500 }, (_, i) => 9 - i * 0.0001),
    );
    expect(await prune()).toBe(1000);
    expect((await kept())[0]).toBe(1001);
    expect([await prune(), await prune(), await prune()]).toEqual([1000, 500, 0]);
  });

  it('leaves no hole where clocks disagreed', async () => {
    const { kept, prune } = await aged(kind, [9, 6, 9, 9]);
    expect(await prune()).toBe(1);
    expect(await kept()).toEqual([2, 3, 4]);
  });

  it('is harmless when two servers do it at once', async () => {
    const { kept, prune } = await aged(
      kind,
      Array.from({ length: 1500 }, (_, i) => (i < 1200 ? 8 : 1)),
    );
    const gone = await Promise.all([prune(), prune()]);
    expect(gone[0] + gone[1]).toBeGreaterThanOrEqual(1000);
    await prune();
    expect(await kept()).toEqual(Array.from({ length: 300 }, (_, i) => 1201 + i));
  });
});

describe('a server', () => {
  it('forgets events by itself when they are a week old', async () => {
    const t = await testApp({ size: 3 });
    await t.connect();
    const before = await count(t, 'event');
    await t.pass(6 * DAY);
    expect(await count(t, 'event')).toBeGreaterThanOrEqual(before);
    await t.pass(2 * DAY);
    await t.pass(defaultTimes.pruneEveryMs);
    const { rows } = await t.db.pool.query<{ oldest: number; kept: number; head: number }>(
      `SELECT min(e.seq)::int AS oldest, count(*)::int AS kept, max(t.seq)::int AS head FROM event e JOIN tenant t ON t.id = e.tenant_id`,
    );
    const { oldest = 0, kept = 0, head = 0 } = rows[0] ?? {};
    expect(oldest).toBeGreaterThan(before);
    expect(kept).toBe(head - oldest + 1);
  });

  it('forgets idempotency keys and ids of deliveries after a week, and not before', async () => {
    const t = await testApp({ size: 1 });
    await t.connect();
    const [truth] = t.simulator().conversations();
    const id = await idOf(t, truth?.externalId ?? '');
    const first = await send(t, id, 'Hello', { idempotencyKey: 'key' });
    await deliver(t);
    await t.pass(4 * DAY);
    await send(t, id, 'Hello again', { idempotencyKey: 'other' });
    await deliver(t);
    expect(await send(t, id, 'Hello', { idempotencyKey: 'key' })).toMatchObject({ replayed: true });
    expect([await count(t, 'idempotency_key'), await count(t, 'webhook_delivery')]).toEqual([2, 2]);
    await t.pass(4 * DAY);
    await t.pass(defaultTimes.pruneEveryMs);
    expect([await count(t, 'idempotency_key'), await count(t, 'webhook_delivery')]).toEqual([1, 1]);
    const again = await send(t, id, 'Hello', { idempotencyKey: 'key' });
    expect(again).toMatchObject({ replayed: false, errors: [] });
    expect(again.message?.id).not.toBe(first.message?.id);
  });

  it('forgets the hours of budgets that nobody has asked of for a week', async () => {
    const t = await testApp({ idle: true });
    const budget = (key: number, days: number) =>
      t.db.pool.query('INSERT INTO budget (provider, key, resets_at, used, allowed) VALUES ($1, $2, $3, 1, 1)', [
        'p',
        Buffer.from([key]),
        new Date(t.clock.now().getTime() - days * DAY),
      ]);
    await budget(1, 8);
    await budget(2, 6);
    t.app.start();
    await t.settle();
    expect(await count(t, 'budget')).toBe(1);
  });

  it('forgets accounts that somebody began to connect and never did, once nobody can be at it any more', async () => {
    const t = await testApp({ idle: true });
    const begun = (id: string, state: string, ms: number) =>
      t.db.pool.query(
        `INSERT INTO account (id, tenant_id, provider, title, state, credentials, live_from, connected_at)
         SELECT $1, id, 'lavanda', 'Begun', $2, '', now(), $3 FROM tenant`,
        [id, state, new Date(t.clock.now().getTime() - ms)],
      );
    await begun('acc_dead', 'CONNECTING', defaultTimes.connectWithinMs + 1);
    await begun('acc_busy', 'CONNECTING', defaultTimes.operationDeadlineMs);
    await begun('acc_gone', 'DISCONNECTED', 30 * DAY);
    t.app.start();
    await t.settle();
    const { rows } = await t.db.pool.query<{ id: string }>('SELECT id FROM account ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['acc_busy', 'acc_gone']);
  });
});
