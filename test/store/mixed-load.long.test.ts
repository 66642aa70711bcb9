import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { databaseKinds, temporaryDirectory, testDatabase } from '../helpers/database.ts';
import { exampleMigrations } from '../helpers/example-migrations.ts';

const migrations = await exampleMigrations();
const databaseProcess = fileURLToPath(new URL('../helpers/database-process.ts', import.meta.url));

describe.each(databaseKinds)('a database under mixed load (%s)', (kind) => {
  it('gives each of 8 connections its own answers, 640 of 640', async () => {
    const db = await testDatabase(kind, { migrations, poolSize: 8 });
    expect(await mixedLoad(db)).toBe(640);
    await db.close();
  });

  it('keeps concurrent transactions apart from each other and from single statements', async () => {
    const db = await testDatabase(kind, { migrations });
    await db.pool.query("INSERT INTO entry VALUES (0, '0')");
    const raise = () =>
      db.transaction(async (tx) => {
        await tx.$queryRaw`SELECT value FROM entry WHERE id = 0 FOR UPDATE`;
        await tx.$executeRaw`UPDATE entry SET value = (value::int + 1)::text WHERE id = 0`;
      });
    const read = () => db.prisma.$queryRaw`SELECT value FROM entry WHERE id = 0`;
    await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? raise() : read())));
    expect(await read()).toEqual([{ value: '20' }]);
    await db.close();
  });

  it('undoes a transaction that throws, as a whole', async () => {
    const db = await testDatabase(kind, { migrations });
    const failing = db.transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO entry VALUES (1, 'lost')`;
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await db.prisma.$queryRaw`SELECT * FROM entry`).toEqual([]);
    await db.close();
  });
});

describe('a command line beside a running server', () => {
  it('writes through its socket while the server is under load, and both see all', async () => {
    const dataDir = await temporaryDirectory();
    const db = await openFromTemplate({ dataDir, clock: systemClock, migrations, poolSize: 8 });
    const command = promisify(execFile)(process.execPath, [databaseProcess, dataDir, migrations, 'attach']);
    let right = 0;
    let rounds = 0;
    let output: string | null = null;
    void command.then(({ stdout }) => {
      output = stdout;
    });
    for (; output === null && rounds < 50; rounds++) right += await mixedLoad(db);
    expect((await command).stdout).toBe('written\n');
    expect(right).toBe(rounds * 640);
    expect((await db.pool.query("SELECT 1 FROM entry WHERE value = 'attached'")).rowCount).toBe(100);
    await db.close();
    await rm(dataDir, { recursive: true });
  });
});

/** 8 clients of 80 tasks each: transactions, prepared statements under names that all share, Prisma, single statements. */
async function mixedLoad(db: Database): Promise<number> {
  const client = async (number: number): Promise<number> => {
    let right = 0;
    for (let index = 0; index < 80; index++) if (await task(db, number * 100 + index)) right++;
    return right;
  };
  const counts = await Promise.all(Array.from({ length: 8 }, (_, number) => client(number)));
  return counts.reduce((sum, count) => sum + count);
}

async function task(db: Database, n: number): Promise<boolean> {
  if (n % 4 === 0) return inTransaction(db.pool, n);
  // The same name has another text on each connection that is new to it.
  const prepared = { name: `shared_${n % 3}`, text: `SELECT $1::int AS n, ${n % 3} AS part`, values: [n] };
  if (n % 4 === 1) return isRow((await db.pool.query(prepared)).rows, { n, part: n % 3 });
  if (n % 4 === 2) return isRow(await db.prisma.$queryRaw<unknown[]>`SELECT ${n}::int AS n`, { n });
  return isRow((await db.pool.query(`SELECT ${n} AS n`)).rows, { n });
}

async function inTransaction(pool: pg.Pool, n: number): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO entry VALUES ($1, $2)', [n, `entry ${n}`]);
    const read = { name: 'read_entry', text: 'SELECT value FROM entry WHERE id = $1', values: [n] };
    const { rows } = await client.query(read);
    await client.query(n % 8 === 0 ? 'ROLLBACK' : 'COMMIT');
    await client.query('DELETE FROM entry WHERE id = $1', [n]);
    return isRow(rows, { value: `entry ${n}` });
  } finally {
    client.release();
  }
}

function isRow(rows: readonly unknown[], expected: object): boolean {
  return JSON.stringify(rows) === JSON.stringify([expected]);
}
