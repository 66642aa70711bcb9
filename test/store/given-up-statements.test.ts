import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { keepDays, setKeepDays } from '../../src/store/retention.ts';
import { ensureTenant } from '../../src/store/tokens.ts';
import { postgresUrl, testDatabase } from '../helpers/database.ts';

// One transaction at a time cannot conflict: the embedded database has nothing to show here.
describe.skipIf(postgresUrl === null)('what a caller changes by one statement', () => {
  it('is changed also where the database gives that statement up for a deadlock of others', async () => {
    const db = await testDatabase('postgres');
    const { id } = await ensureTenant(db, 'acme', systemClock.now());
    const open = async (patience: string): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: db.url });
      await client.connect();
      // Whoever waits for so long looks for a deadlock, and gives up if there is one.
      await client.query(`SET deadlock_timeout = '${patience}'`);
      await client.query('BEGIN');
      return client;
    };
    const waiting = async (count: number): Promise<void> => {
      const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      while ((await db.pool.query<{ count: number }>(text)).rows[0]?.count !== count);
    };
    const [one, other] = [await open('3s'), await open('1min')];
    const lockTenant = 'SELECT 1 FROM tenant WHERE id = $1 FOR NO KEY UPDATE';
    await one.query('SELECT pg_advisory_xact_lock(1)');
    await other.query(lockTenant, [id]);
    const held = other.query('SELECT pg_advisory_xact_lock(1)');
    await waiting(1);
    const set = setKeepDays(db, id, 30);
    await waiting(2);
    // Waits behind the statement, which waits for the other, which waits for this one.
    const crossing = one.query(lockTenant, [id]).catch(({ code }: pg.DatabaseError) => code);
    await Promise.all([set, crossing.then(() => one.query('ROLLBACK')), held.then(() => other.query('COMMIT'))]);
    expect(await crossing).toBe('40P01');
    expect(await keepDays(db, id)).toBe(30);
    for (const client of [one, other]) await client.end();
    await db.close();
  });
});
