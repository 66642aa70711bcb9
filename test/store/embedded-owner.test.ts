import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, createManualClock, systemClock } from '../../src/lib/clock.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { DirectoryInUseError, holdDirectory } from '../../src/store/embedded/directory.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { temporaryDirectory } from '../helpers/database.ts';
import { exampleMigrations } from '../helpers/example-migrations.ts';

const databaseProcess = fileURLToPath(new URL('../helpers/database-process.ts', import.meta.url));
const clock = systemClock;

describe('the owner of a data directory', () => {
  let migrations: string;
  let dataDir: string;
  beforeAll(async () => {
    migrations = await exampleMigrations();
    dataDir = await temporaryDirectory();
    await (await openFromTemplate({ dataDir, clock, migrations })).close();
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const open = (directory = dataDir): Promise<Database> => openFromTemplate({ dataDir: directory, clock, migrations });

  it('keeps a second server out, which is told the process to look for', async () => {
    const db = await open();
    const second = holdDirectory(dataDir, process.pid, hasty());
    await expect(second).rejects.toThrow(DirectoryInUseError);
    await expect(holdDirectory(dataDir, process.pid, hasty())).rejects.toThrow(`in use by process ${process.pid} `);
    expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await db.close();
  });

  it('is one of two that start at once', async () => {
    const directory = await temporaryDirectory();
    const outcomes = await Promise.allSettled([hasty(), hasty()].map((fast) => holdDirectory(directory, 1, fast)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.release();
    await rm(directory, { recursive: true });
  });

  it('may be killed: what was committed is there at the next start, which needs no help', async () => {
    const owner = await startOwner(dataDir, migrations);
    const beside = await openDatabase({ url: null, dataDir, clock, migrations, attach: true });
    await beside.pool.query("INSERT INTO entry VALUES (1, 'committed')");
    await beside.close();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const db = await open();
    expect((await db.pool.query('SELECT value FROM entry')).rows).toEqual([{ value: 'committed' }]);
    await db.close();
  });

  it('takes over at once from a lock file whose process is gone, though its number was given out again', async () => {
    const stale = { pid: process.pid, startedAt: '1', parent: process.pid, socket: join(dataDir, '.s.PGSQL.5432') };
    await writeFile(join(dataDir, 'db.lock'), JSON.stringify(stale));
    const hold = await holdDirectory(dataDir, process.pid, createManualClock(new Date(0)));
    expect(JSON.parse(await readFile(join(dataDir, 'db.lock'), 'utf8'))).toEqual(hold.owner);
    await hold.release();
    expect(existsSync(join(dataDir, 'db.lock'))).toBe(false);
  });

  it('listens on a short path where that of the directory is too long, and leaves nothing there', async () => {
    const directory = join(await temporaryDirectory(), 'x'.repeat(120));
    await mkdir(directory);
    const db = await open(directory);
    const { socket } = JSON.parse(await readFile(join(directory, 'db.lock'), 'utf8'));
    expect(socket.length).toBeLessThan(100);
    const beside = await openDatabase({ url: null, dataDir: directory, clock, migrations, attach: true });
    expect((await beside.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await beside.close();
    await db.close();
    expect(existsSync(join(socket, '..'))).toBe(false);
  });

  it('opens the directory itself for a command line where no server runs', async () => {
    const db = await openDatabase({ url: null, dataDir, clock, migrations, attach: true });
    expect((await db.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await db.close();
  });

  it('hears of it when the database process ends by itself', async () => {
    const lost = Promise.withResolvers<Error>();
    const db = await openDatabase({ url: null, dataDir, clock, migrations, onLost: lost.resolve });
    const { pid } = JSON.parse(await readFile(join(dataDir, 'db.lock'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    expect((await lost.promise).message).toContain('SIGKILL');
    await db.close();
  });
});

async function startOwner(dataDir: string, migrations: string): Promise<ChildProcess> {
  const owner = spawn(process.execPath, [databaseProcess, dataDir, migrations, 'own'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  return owner;
}

/** A clock on which every wait is over at once, though its time has passed. */
function hasty(): Clock {
  const manual = createManualClock(new Date(0));
  const after = (ms: number, run: () => void): (() => void) => {
    queueMicrotask(() => manual.advance(ms));
    return manual.after(ms, run);
  };
  return { ...manual, after };
}
