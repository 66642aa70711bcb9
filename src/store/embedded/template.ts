import { constants, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Database, type DatabaseOptions, openDatabase } from '../database.ts';
import { fingerprint, migrationsDirectory, readMigrations } from '../migrations.ts';
import { layout } from './directory.ts';

export interface TemplateOptions extends Omit<DatabaseOptions, 'url' | 'attach'> {
  /** Where templates are kept, one for each state of the migrations and version of PGlite; by default with the installed packages. */
  readonly cacheDir?: string;
  /** Told when the template has to be made, which takes seconds. */
  readonly progress?: (text: string) => unknown;
}

const usualCache = fileURLToPath(new URL('../../../node_modules/.cache/parley', import.meta.url));

/**
 * Opens the embedded database, a new one as a copy of a migrated template: a tenth of a second instead of seconds. The template
 * is made when it is first needed. A directory that has a database already is opened as it is.
 */
export async function openFromTemplate(options: TemplateOptions): Promise<Database> {
  const { database, root } = layout(options.dataDir);
  if (!existsSync(database)) {
    const template = await findTemplate(options);
    await mkdir(root, { recursive: true, mode: 0o700 });
    const draft = await mkdtemp(join(root, 'db-draft-'));
    await cp(template, draft, { recursive: true, mode: constants.COPYFILE_FICLONE });
    await moveOnce(draft, database);
  }
  return openDatabase({ ...options, url: null });
}

async function findTemplate(options: TemplateOptions): Promise<string> {
  const { cacheDir = usualCache, migrations = migrationsDirectory, clock, progress } = options;
  const template = join(cacheDir, `store-${await keyOf(migrations)}`);
  if (existsSync(template)) return template;
  progress?.('making the template of the embedded store (first start only) …');
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(cacheDir, 'draft-'));
  try {
    const made = await openDatabase({ url: null, dataDir: draft, clock, migrations });
    await made.close();
    await moveOnce(layout(draft).database, template);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return template;
}

/** A directory that is there at once and whole. Where another process was faster, its one stays. */
async function moveOnce(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    await rm(from, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

async function keyOf(migrations: string): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(await readFile(fileURLToPath(manifest), 'utf8'));
  return `${version}-${fingerprint(await readMigrations(migrations)).slice(0, 16)}`;
}
