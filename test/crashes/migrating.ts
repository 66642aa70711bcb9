import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrationsDirectory, readMigrations } from '../../src/store/migrations.ts';
import { createPostgres, type DatabaseKind, temporaryDirectory } from '../helpers/database.ts';
import { startCrashing } from './server.ts';
import type { Settings } from './server-child.ts';

/*
 * Servers that are killed while they bring their database up to date.
 */

type Store = Settings['store'];

/** Databases as earlier releases left them. */
export interface Releases {
  /** One whose migrations were the first `count`, with a tenant "kept" in it where there are any; to be opened with all that there are now. */
  of(kind: DatabaseKind, count: number): Promise<Store>;
  /** Removes all of them. */
  end(): Promise<void>;
}

export function createReleases(): Releases {
  const ends: (() => Promise<void>)[] = [];
  // It takes seconds to be made, and little to be copied.
  const directories = new Map<number, Promise<string>>();
  const directory = async (): Promise<string> => {
    const made = await temporaryDirectory();
    ends.push(() => rm(made, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }));
    return made;
  };
  const make = async (count: number): Promise<string> => {
    const dataDir = await directory();
    await release({ url: null, dataDir }, count);
    return dataDir;
  };
  const embedded = (count: number): Promise<string> => {
    const made = directories.get(count) ?? make(count);
    directories.set(count, made);
    return made;
  };
  return {
    async of(kind, count) {
      const made = kind === 'postgres' ? await createPostgres() : null;
      if (made) ends.push(made.drop);
      const at = { url: made?.url ?? null, dataDir: join(await directory(), 'data') };
      if (count > 0 && kind === 'embedded') await cp(await embedded(count), at.dataDir, { recursive: true });
      else if (count > 0) await release(at, count);
      return { ...at, migrations: migrationsDirectory };
    },
    async end() {
      for (const end of ends.splice(0)) await end();
    },
  };
}

async function release(at: Pick<Store, 'url' | 'dataDir'>, count: number): Promise<void> {
  const migrations = await temporaryDirectory();
  for (const { name } of (await readMigrations(migrationsDirectory)).slice(0, count))
    await cp(join(migrationsDirectory, name), join(migrations, name), { recursive: true });
  const db = await openDatabase({ ...at, migrations, clock: systemClock });
  await db.pool.query(`INSERT INTO tenant (id, name, epoch, created_at) VALUES ('kept', 'kept', 'e', now())`);
  await db.close();
  await rm(migrations, { recursive: true });
}

/** What is in a database after a server died over it and another one was started. */
export interface Migrated {
  readonly notes: readonly { readonly name: string; readonly done: boolean }[];
  readonly tenants: readonly string[];
}

/** Opens that database as a server does, dies where it is told to, and is started again. Throws where nobody dies there. */
export async function dieMigrating(store: Store, point: string): Promise<Migrated> {
  const first = await startCrashing({ store, crashAt: { point, withDatabase: true } });
  await first?.kill();
  if (first) throw new Error(`"${point}" is not passed by a server that migrates`);
  const second = await startCrashing({ store, crashAt: null });
  if (!second) throw new Error('it died again');
  const client = new pg.Client({ connectionString: second.database });
  await client.connect();
  const { rows: notes } = await client.query<{ name: string; done: boolean }>(
    'SELECT migration_name AS name, finished_at IS NOT NULL AS done FROM _prisma_migrations ORDER BY migration_name',
  );
  const { rows: tenants } = await client.query<{ name: string }>('SELECT name FROM tenant');
  await client.end();
  await second.kill();
  return { notes, tenants: tenants.map(({ name }) => name) };
}

/** What must be there then: every migration done, and what a release had kept. */
export async function wholeAfter(had: number): Promise<Migrated> {
  const all = await readMigrations(migrationsDirectory);
  return { notes: all.map(({ name }) => ({ name, done: true })), tenants: had > 0 ? ['kept'] : [] };
}

/** Points that are passed by a server that applies so many migrations. */
export function pointsOfMigrating(count: number, fresh: boolean): readonly string[] {
  const each = Array.from({ length: count }, (_, i) => [
    ...[`beginning of migration ${i + 1}`, `script of migration ${i + 1}`, `end of migration ${i + 1}`],
  ]).flat();
  const all = [
    ...['lock of migrations', 'begin of migrations', ...(fresh ? ['table of migrations'] : []), ...each],
    'commit of migrations',
  ];
  return all.flatMap((what) => [`before ${what}`, `during ${what}`, `after ${what}`]);
}
