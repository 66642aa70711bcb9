import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/store/database.ts';
import { postgresUrl, testDatabase } from '../helpers/database.ts';
import { exampleMigrations } from '../helpers/example-migrations.ts';

// One transaction at a time cannot conflict: the embedded database has nothing to show here.
describe.skipIf(postgresUrl === null)('transactions that conflict', () => {
  it('are run again when the database gave one up, until all are done', async () => {
    const db = await testDatabase('postgres', { migrations: await exampleMigrations() });
    await db.pool.query("INSERT INTO entry VALUES (1, ''), (2, '')");
    const bothHoldOne = createBarrier(2);
    let runs = 0;
    const cross = (first: number, second: number) =>
      db.transaction(async (tx) => {
        runs++;
        await tx.$executeRaw`UPDATE entry SET value = value || 'x' WHERE id = ${first}`;
        await bothHoldOne();
        await tx.$executeRaw`UPDATE entry SET value = value || 'x' WHERE id = ${second}`;
      });
    await Promise.all([cross(1, 2), cross(2, 1)]);
    expect(runs).toBe(3);
    expect((await db.pool.query('SELECT value FROM entry')).rows).toEqual([{ value: 'xx' }, { value: 'xx' }]);
    await db.close();
  });

  it('run at READ COMMITTED even where the database would rather not', async () => {
    const db = await testDatabase('postgres', { migrations: await exampleMigrations() });
    await db.pool.query(
      "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_isolation TO serializable'; END $$",
    );
    const strict = await openDatabase({
      url: db.url,
      dataDir: '',
      clock: systemClock,
      migrations: await exampleMigrations(),
    });
    const level = await strict.transaction((tx) => tx.$queryRaw`SHOW transaction_isolation`);
    expect(level).toEqual([{ transaction_isolation: 'read committed' }]);
    await strict.close();
    await db.close();
  });
});

/** A function that resolves once it was called so many times. */
function createBarrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    if (++arrived === count) resolve();
    return promise;
  };
}
