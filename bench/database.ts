import pg from 'pg';
import { systemClock } from '../src/lib/clock.ts';
import { openDatabase } from '../src/store/database.ts';

/** A PostgreSQL database that is there for this run only. */
export interface ScratchDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

/** Makes an empty database with the project's tables on the server that TEST_DATABASE_URL names, or on this machine's. */
export async function createScratchDatabase(): Promise<ScratchDatabase> {
  const server = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  const name = `parley_bench_${process.pid}`;
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await onServer(server, `CREATE DATABASE ${name}`);
  // Applies the migrations.
  const db = await openDatabase({ url, dataDir: '', clock: systemClock });
  await db.close();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
