import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from './database.ts';

const tables = `
CREATE TABLE "entry" ("id" INTEGER NOT NULL, "value" TEXT NOT NULL, CONSTRAINT "entry_pkey" PRIMARY KEY ("id"));
CREATE FUNCTION shout(word text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  word := upper(word);
  RETURN word || ';';
END $$;
`;

/** Migrations of a small schema (`entry`, and a function with semicolons inside), beside those of the project. */
export async function exampleMigrations(...more: readonly string[]): Promise<string> {
  const directory = await temporaryDirectory();
  for (const [index, sql] of [tables, ...more].entries()) {
    const folder = join(directory, `2024010100000${index}_step`);
    await mkdir(folder);
    await writeFile(join(folder, 'migration.sql'), sql);
  }
  return directory;
}
