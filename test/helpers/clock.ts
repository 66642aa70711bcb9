import { createManualClock, type ManualClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';

/** A clock that moves the database's clock along: leases and due times follow. */
export interface SharedClock extends ManualClock {
  /** Moves both. */
  pass(ms: number): Promise<void>;
}

/** A clock that stands at the database's now until it is moved. The database's own goes on from there by itself. */
export async function createSharedClock(db: Database): Promise<SharedClock> {
  let shifted = 0;
  const shift = (): Promise<unknown> =>
    db.pool.query(
      `CREATE OR REPLACE FUNCTION parley_now() RETURNS timestamptz LANGUAGE sql STABLE
       AS 'SELECT statement_timestamp() + interval ''${shifted} milliseconds'''`,
    );
  await shift();
  const { rows } = await db.pool.query<{ now: Date }>('SELECT parley_now() AS now');
  const clock = createManualClock(rows[0]?.now ?? new Date(0));
  return {
    ...clock,
    async pass(ms) {
      shifted += ms;
      await shift();
      clock.advance(ms);
    },
  };
}
