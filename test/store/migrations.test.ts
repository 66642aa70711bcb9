import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { schemaChange } from '../../src/store/schema-change.ts';
import { createPostgres, databaseKinds, postgresUrl, temporaryDirectory, testDatabase } from '../helpers/database.ts';
import { exampleMigrations } from '../helpers/example-migrations.ts';

const addNote = 'ALTER TABLE "entry" ADD COLUMN "note" TEXT;';

describe.each(databaseKinds)('migrations (%s)', (kind) => {
  it('are applied when a database is opened, and not again', async () => {
    const migrations = await exampleMigrations();
    const db = await testDatabase(kind, { migrations });
    expect(await migrate({ connectionString: db.url }, migrations)).toEqual([]);
    expect(await applied(db)).toEqual(['20240101000000_step']);
    await db.close();
  });

  it('may hold functions, whose bodies have semicolons of their own', async () => {
    const db = await testDatabase(kind, { migrations: await exampleMigrations() });
    expect((await db.pool.query("SELECT shout('hey')")).rows).toEqual([{ shout: 'HEY;' }]);
    await db.close();
  });

  it('bring a database up to date that has the first of them, keeping its rows', async () => {
    const db = await testDatabase(kind, { migrations: await exampleMigrations() });
    await db.pool.query("INSERT INTO entry VALUES (1, 'kept')");
    const names = await migrate({ connectionString: db.url }, await exampleMigrations(addNote));
    expect(names).toEqual(['20240101000001_step']);
    expect((await db.pool.query('SELECT * FROM entry')).rows).toEqual([{ id: 1, value: 'kept', note: null }]);
    await db.close();
  });

  it('stop the start when one of them fails, naming it, and every start after', async () => {
    const db = await testDatabase(kind, { migrations: await exampleMigrations() });
    const failing = await exampleMigrations('CREATE TABLE half (id int); SELECT nothing;');
    const start = () => migrate({ connectionString: db.url }, failing);
    await expect(start()).rejects.toThrow('20240101000001_step');
    await expect(start()).rejects.toThrow('20240101000001_step');
    expect((await db.pool.query("SELECT to_regclass('half') AS half")).rows).toEqual([{ half: null }]);
    await db.close();
  });
});

if (postgresUrl !== null)
  describe('servers that start at once on one PostgreSQL', () => {
    it('migrate it once', async () => {
      const migrations = await exampleMigrations(addNote);
      const { url, drop } = await createPostgres();
      const open = () => openDatabase({ url, dataDir: '', clock: systemClock, migrations });
      const servers = await Promise.all([open(), open(), open()]);
      for (const db of servers) expect(await applied(db)).toEqual(['20240101000000_step', '20240101000001_step']);
      await Promise.all(servers.map((db) => db.close()));
      await drop();
    });
  });

describe('writing a migration', () => {
  const datamodel = 'datasource db {\n  provider = "postgresql"\n}\nmodel entry {\n  id Int @id\n}\n';

  it('begins with the whole schema', async () => {
    const { schema, migrations } = await project(datamodel);
    expect(await schemaChange(schema, migrations)).toContain('CREATE TABLE "entry"');
  });

  it('is the change since the last one, whatever that added by hand', async () => {
    const { schema, migrations } = await project(datamodel.replace('@id', '@id\n  note String?'));
    await addMigration(migrations, 'CREATE TABLE "entry" (id int); CREATE FUNCTION …', datamodel);
    expect(await schemaChange(schema, migrations)).toContain('ADD COLUMN     "note" TEXT');
  });

  it('is not needed where the schema says the same', async () => {
    const { schema, migrations } = await project(`// A remark.\n${datamodel}`);
    await addMigration(migrations, '', datamodel);
    expect(await schemaChange(schema, migrations)).toBeNull();
  });

  async function project(content: string): Promise<{ schema: string; migrations: string }> {
    const directory = await temporaryDirectory();
    const schema = join(directory, 'schema.prisma');
    await writeFile(schema, content);
    return { schema, migrations: join(directory, 'migrations') };
  }

  async function addMigration(migrations: string, sql: string, content: string): Promise<void> {
    const folder = join(migrations, '20240101000000_init');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'migration.sql'), sql);
    await writeFile(join(folder, 'schema.prisma'), content);
  }
});

async function applied(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query('SELECT migration_name FROM _prisma_migrations ORDER BY migration_name');
  return rows.map((row) => row.migration_name);
}
