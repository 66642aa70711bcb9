import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrationsDirectory, readMigrations } from './migrations.ts';
import { openSchemaEngine } from './schema-engine.ts';

/** Today's datamodel. */
export const schemaFile = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));

/**
 * The SQL from the datamodel kept beside the last migration to `schema`; null where they say the same. Datamodels are
 * compared, never a database: what migrations add by hand is in neither.
 */
export async function schemaChange(schema = schemaFile, migrations = migrationsDirectory): Promise<string | null> {
  const last = existsSync(migrations) ? (await readMigrations(migrations)).at(-1) : undefined;
  const before = last ? await readFile(join(migrations, last.name, 'schema.prisma'), 'utf8') : null;
  const engine = await openSchemaEngine(null);
  try {
    return await engine.diff(before, await readFile(schema, 'utf8'));
  } finally {
    engine.close();
  }
}
