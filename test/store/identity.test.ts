import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openFromTemplate } from '../../src/store/embedded/template.ts';
import { identityOf, noticeRestore } from '../../src/store/identity.ts';
import { ensureTenant } from '../../src/store/tokens.ts';
import { createPostgres, databaseKinds, postgresUrl, temporaryDirectory, testDatabase } from '../helpers/database.ts';

async function epochs(db: Database): Promise<readonly string[]> {
  const { rows } = await db.pool.query<{ epoch: string }>('SELECT epoch FROM tenant ORDER BY id');
  return rows.map(({ epoch }) => epoch);
}

async function withTenants(db: Database): Promise<readonly string[]> {
  for (const name of ['acme', 'rival']) await ensureTenant(db, name, systemClock.now());
  return epochs(db);
}

/** Opens an embedded database, asks, and closes it: a server that starts and ends. */
async function once(dataDir: string): Promise<{ renewed: number | null; epochs: readonly string[] }> {
  const db = await openFromTemplate({ dataDir, clock: systemClock });
  const renewed = await noticeRestore(db);
  const after = await epochs(db);
  await db.close();
  return { renewed, epochs: after };
}

describe('an embedded database', () => {
  async function directory(): Promise<{ dataDir: string; other: string; before: readonly string[] }> {
    const root = await temporaryDirectory();
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const dataDir = join(root, 'data');
    const db = await openFromTemplate({ dataDir, clock: systemClock });
    const before = await withTenants(db);
    expect(await noticeRestore(db)).toBeNull();
    await db.close();
    return { dataDir, other: join(root, 'other'), before };
  }

  it('keeps its epochs when it is opened again, and when its directory was renamed', async () => {
    const { dataDir, other, before } = await directory();
    expect(await once(dataDir)).toEqual({ renewed: null, epochs: before });
    await rename(dataDir, other);
    expect(await once(other)).toEqual({ renewed: null, epochs: before });
  });

  it.each([true, false])('begins new epochs, once, where its directory is a copy (dates kept: %s)', async (dated) => {
    const { dataDir, other, before } = await directory();
    await cp(dataDir, other, { recursive: true, preserveTimestamps: dated });
    const copy = await once(other);
    expect(copy.renewed).toBe(2);
    for (const epoch of copy.epochs) expect(before).not.toContain(epoch);
    expect(new Set(copy.epochs).size).toBe(2);
    expect(await once(other)).toEqual({ renewed: null, epochs: copy.epochs });
    expect(await once(dataDir)).toEqual({ renewed: null, epochs: before });
  });
});

describe.runIf(postgresUrl)('a PostgreSQL database', () => {
  it('begins new epochs, once, where it is a copy, also when several servers start on it at once', async () => {
    const original = await createPostgres();
    onTestFinished(original.drop);
    const open = (url: string) => openDatabase({ url, dataDir: '', clock: systemClock });
    const db = await open(original.url);
    const before = await withTenants(db);
    expect([await noticeRestore(db), await noticeRestore(db)]).toEqual([null, null]);
    await db.close();
    const copy = await createPostgres(new URL(original.url).pathname.slice(1));
    onTestFinished(copy.drop);
    const servers = await Promise.all([open(copy.url), open(copy.url), open(copy.url)]);
    const renewed = await Promise.all(servers.map(noticeRestore));
    expect(renewed.filter((one) => one !== null)).toEqual([2]);
    const [server] = servers;
    for (const epoch of server ? await epochs(server) : []) expect(before).not.toContain(epoch);
    for (const one of servers) await one.close();
  });

  it('is known by its system, timeline, oid and table', async () => {
    const db = await testDatabase('postgres');
    onTestFinished(() => db.close());
    expect(Object.keys(await identityOf(db)).sort()).toEqual(['database', 'kind', 'system', 'table', 'timeline']);
  });
});

describe.each(databaseKinds)('whether a database is still the same (%s)', (kind) => {
  async function known(change: string): Promise<{ before: readonly string[]; renewed: number | null; db: Database }> {
    const db = await testDatabase(kind);
    onTestFinished(() => db.close());
    const before = await withTenants(db);
    await noticeRestore(db);
    await db.pool.query(`UPDATE database_identity SET parts = ${change}`);
    return { before, renewed: await noticeRestore(db), db };
  }

  it('is asked of everything that it is known by', async () => {
    const db = await testDatabase(kind);
    onTestFinished(() => db.close());
    for (const part of Object.keys(await identityOf(db))) {
      const changed = await known(`parts || jsonb_build_object('${part}', 'other')`);
      expect(changed.renewed).toBe(2);
      expect(await epochs(changed.db)).not.toEqual(changed.before);
    }
  });

  it('is not doubted for what could not be asked before', async () => {
    const { renewed, before, db } = await known(`jsonb_build_object('kind', parts->'kind')`);
    expect([renewed, await epochs(db)]).toEqual([null, before]);
    const { rows } = await db.pool.query('SELECT parts FROM database_identity');
    expect(rows).toEqual([{ parts: await identityOf(db) }]);
  });
});

it.runIf(postgresUrl)('a server that may not ask is not told of a restore by what it cannot ask', async () => {
  const db = await testDatabase('postgres');
  onTestFinished(() => db.close());
  await withTenants(db);
  await noticeRestore(db);
  const refusing = { query: () => Promise.reject(new Error('permission denied')) } as unknown as Database['pool'];
  expect(await noticeRestore({ ...db, pool: refusing })).toBeNull();
  expect(await noticeRestore(db)).toBeNull();
});
