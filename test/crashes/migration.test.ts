import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrationsDirectory, readMigrations } from '../../src/store/migrations.ts';
import { createPostgres, type DatabaseKind, databaseKinds, temporaryDirectory } from '../helpers/database.ts';
import { startCrashing } from './server.ts';
import type { Settings } from './server-child.ts';

type Store = Settings['store'];

/** A database of a release whose migrations were the first `count`, with a row in it where there are any; and all that there are now. */
async function released(kind: DatabaseKind, count: number): Promise<Store> {
  const directory = await temporaryDirectory();
  const made = kind === 'postgres' ? await createPostgres() : null;
  onTestFinished(async () => {
    await made?.drop();
    await rm(directory, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  });
  const at = { url: made?.url ?? null, dataDir: join(directory, 'data') };
  if (count > 0 && kind === 'embedded') await cp(await embeddedRelease(count), at.dataDir, { recursive: true });
  else if (count > 0) await release(at, count);
  return { ...at, migrations: migrationsDirectory };
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

// It takes seconds to be made, and little to be copied.
const directories = new Map<number, Promise<string>>();

function embeddedRelease(count: number): Promise<string> {
  const known = directories.get(count);
  if (known) return known;
  const making = temporaryDirectory().then(async (dataDir) => {
    await release({ url: null, dataDir }, count);
    return dataDir;
  });
  directories.set(count, making);
  return making;
}

afterAll(async () => {
  for (const directory of directories.values()) await rm(await directory, { recursive: true, force: true });
});

/** Opens that database as a server does, dies where it is told to, and is started again. Answers what the second one has then. */
async function dieMigrating(store: Store, point: string) {
  const first = await startCrashing({ store, crashAt: { point, withDatabase: true } });
  await first?.kill();
  expect(first, `"${point}" is not passed by a server that migrates`).toBeNull();
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
  return { notes, tenants };
}

const statements = (nth: number) => [
  `beginning of migration ${nth}`,
  `script of migration ${nth}`,
  `end of migration ${nth}`,
];
const around = (what: string) => [`before ${what}`, `during ${what}`, `after ${what}`];

/** Points that are passed by a server that applies so many migrations. */
function pointsOf(count: number, fresh: boolean): readonly string[] {
  const each = Array.from({ length: count }, (_, i) => statements(i + 1)).flat();
  const all = [
    ...['lock of migrations', 'begin of migrations', ...(fresh ? ['table of migrations'] : []), ...each],
    'commit of migrations',
  ];
  return all.flatMap(around);
}

describe.each(databaseKinds)('a server that is killed while it brings its database up to date (%s)', (kind) => {
  it('passes these points, and no others', async () => {
    const { length } = await readMigrations(migrationsDirectory);
    for (const had of [0, 1]) {
      const server = await startCrashing({ store: await released(kind, had), crashAt: null });
      expect((await server?.passed())?.toSorted()).toEqual(pointsOf(length - had, had === 0).toSorted());
      await server?.kill();
    }
  });

  it.each([
    ...['during beginning of migration 1', 'during script of migration 1', 'before end of migration 1'],
    ...['during commit of migrations', 'after commit of migrations'],
  ])('%s: the next one does it, and keeps what there was', async (point) => {
    const all = await readMigrations(migrationsDirectory);
    const { notes, tenants } = await dieMigrating(await released(kind, 1), point);
    expect(notes).toEqual(all.map(({ name }) => ({ name, done: true })));
    expect(tenants).toEqual([{ name: 'kept' }]);
  });

  it.each(['during script of migration 2'])('%s of a new database: the next one makes it', async (point) => {
    const all = await readMigrations(migrationsDirectory);
    const { notes, tenants } = await dieMigrating(await released(kind, 0), point);
    expect(notes).toEqual(all.map(({ name }) => ({ name, done: true })));
    expect(tenants).toEqual([]);
  });
});
