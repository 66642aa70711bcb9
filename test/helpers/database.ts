import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { fingerprint, migrationsDirectory, readMigrations } from '../../src/store/migrations.ts';

export type DatabaseKind = Database['kind'];

export interface TestDatabaseOptions {
  readonly clock?: Clock;
  readonly migrations?: string;
  readonly poolSize?: number;
}

/** A PostgreSQL server on which databases may be made; null where there is none to test with. */
export const postgresUrl = process.env['TEST_DATABASE_URL'] ?? null;

/** The databases to run a test on: `describe.each(databaseKinds)`. */
export const databaseKinds: readonly DatabaseKind[] = postgresUrl === null ? ['embedded'] : ['embedded', 'postgres'];

/** A migrated, empty database of the test's own; closing it removes it. */
export async function testDatabase(kind: DatabaseKind, options: TestDatabaseOptions = {}): Promise<Database> {
  return kind === 'embedded' ? embedded(options) : postgres(options);
}

/** A directory of the test's own. */
export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'parley-test-'));
}

/** An empty database on the PostgreSQL server, or a copy of `template`; removed with `drop`. */
export async function createPostgres(template?: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `parley_test_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name} ${template ? `TEMPLATE ${template}` : ''}`));
  const drop = () => onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return { url: urlOf(name), drop: async () => void (await drop()) };
}

async function embedded({ clock = systemClock, ...options }: TestDatabaseOptions): Promise<Database> {
  const dataDir = await temporaryDirectory();
  return removing(await openFromTemplate({ dataDir, clock, ...options }), () =>
    rm(dataDir, { recursive: true, force: true }),
  );
}

async function postgres({ clock = systemClock, ...options }: TestDatabaseOptions): Promise<Database> {
  const migrations = options.migrations ?? migrationsDirectory;
  const template = `parley_template_${fingerprint(await readMigrations(migrations)).slice(0, 16)}`;
  const { url, drop } = await onServer(async (client) => {
    // Nobody may be connected to a database that is being copied, so one process at a time makes or copies it.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    await makeTemplate(client, template, migrations);
    return createPostgres(template);
  });
  return removing(await openDatabase({ url, dataDir: '', clock, ...options }), drop);
}

async function makeTemplate(client: pg.Client, name: string, migrations: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  if (rowCount) return;
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name}`);
  const made = await openDatabase({ url: urlOf(name), dataDir: '', clock: systemClock, migrations });
  await made.close();
  // Marked last: what is not marked was left half made.
  await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
}

function removing(database: Database, remove: () => Promise<void>): Database {
  const close = async (): Promise<void> => {
    await database.close();
    await remove();
  };
  return { ...database, close };
}

async function onServer<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgresUrl ?? '' });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

function urlOf(name: string): string {
  const url = new URL(postgresUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
}
