/**
 * `npm run db:migration -- <name>`: writes prisma/migrations/<timestamp>_<name>/ with the SQL that leads from the last
 * migration's datamodel to today's prisma/schema.prisma, and a copy of the latter beside it. What Prisma cannot say (checks,
 * partial indexes, functions) is added to that SQL by hand before it is committed; `--empty` allows for a migration of only that.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/lib/clock.ts';
import { migrationsDirectory } from '../src/store/migrations.ts';
import { schemaChange, schemaFile } from '../src/store/schema-change.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { empty: { type: 'boolean' } } });
const [name] = positionals;

if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) fail('usage: npm run db:migration -- <name_in_snake_case> [--empty]');
else {
  const sql = await schemaChange();
  if (sql === null && !values.empty) fail('prisma/schema.prisma is what the last migration left: nothing to write');
  else await write(name, sql ?? '');
}

async function write(name: string, sql: string): Promise<void> {
  const timestamp = systemClock.now().toISOString().replace(/\D/g, '').slice(0, 14);
  const directory = join(migrationsDirectory, `${timestamp}_${name}`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'migration.sql'), sql);
  await copyFile(schemaFile, join(directory, 'schema.prisma'));
  console.log(`${directory}/migration.sql`);
}

function fail(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
