import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Clock, sleep } from '../lib/clock.ts';
import { openSchemaEngine } from './schema-engine.ts';

/** One folder of `prisma/migrations`. */
export interface Migration {
  /** `<timestamp>_<name>`: they are applied in this order. */
  readonly name: string;
  readonly sql: string;
}

/** Where the project keeps its migrations. */
export const migrationsDirectory = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** The migrations in `directory`, oldest first. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  );
}

/** Changes whenever one of the migrations does. */
export function fingerprint(migrations: readonly Migration[]): string {
  const hash = createHash('sha256');
  for (const { name, sql } of migrations) hash.update(`${name}\0${sql}\0`);
  return hash.digest('hex');
}

/**
 * Brings the database up to date. Any number of processes may do this at once: one applies, the others wait for it. Answers
 * with the names of what was applied. Throws where a migration fails, or failed before and was not resolved.
 */
export async function migrate(connection: pg.PoolConfig, directory: string): Promise<readonly string[]> {
  const migrations = await readMigrations(directory);
  // A single connection, because the lock belongs to a session.
  const pool = new pg.Pool({ ...connection, max: 1, idleTimeoutMillis: 0 });
  try {
    if (await isCurrent(pool, migrations)) return [];
    await pool.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
    return (await isCurrent(pool, migrations)) ? [] : await apply(pool, directory, migrations);
  } finally {
    await pool.end();
  }
}

/** Waits until another process has brought the database up to date, 30 s at most. Throws where it has not. */
export async function awaitMigrated(connection: pg.PoolConfig, directory: string, clock: Clock): Promise<void> {
  const migrations = await readMigrations(directory);
  const deadline = clock.monotonic() + 30_000;
  const pool = new pg.Pool({ ...connection, max: 1 });
  try {
    while (!(await isCurrent(pool, migrations))) {
      if (clock.monotonic() >= deadline) throw new Error('the running server uses an older version of the database');
      await sleep(clock, 100);
    }
  } finally {
    await pool.end();
  }
}

// The same that `prisma migrate deploy` takes, so that the two exclude each other.
const PRISMA_LOCK = 72707369;
const UNDEFINED_TABLE = '42P01';

/** Whether all migrations are applied, without loading the engine for the answer. */
async function isCurrent(pool: pg.Pool, migrations: readonly Migration[]): Promise<boolean> {
  const sql = 'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL';
  try {
    const { rows } = await pool.query<{ migration_name: string; finished_at: Date | null }>(sql);
    const applied = new Set(rows.filter((row) => row.finished_at).map((row) => row.migration_name));
    return applied.size === rows.length && migrations.every(({ name }) => applied.has(name));
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return migrations.length === 0;
    throw error;
  }
}

async function apply(pool: pg.Pool, directory: string, migrations: readonly Migration[]): Promise<readonly string[]> {
  const engine = await openSchemaEngine(pool);
  try {
    // All or nothing. The engine notes that a migration has begun before it runs it: of a process that was killed in between, that note
    // would be all that is left, and every start after refused.
    await pool.query('BEGIN');
    const applied = await engine.applyMigrations({
      baseDir: directory,
      lockfile: { path: './migration_lock.toml', content: 'provider = "postgresql"\n' },
      shadowDbInitScript: '',
      migrationDirectories: migrations.map(({ name, sql }) => ({
        path: name,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
      })),
    });
    await pool.query('COMMIT');
    return applied;
  } finally {
    engine.close();
  }
}
