import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { layout } from './embedded/directory.ts';
import { renew } from './epochs.ts';

/*
 * A restored backup goes on from an older number, and what was told under the numbers since is told again as something else. So the
 * database keeps by what it was known, and a server that finds itself on one that is known by something else begins a new epoch.
 */

/** By what a database is known, as far as could be asked. What is missing on either side is not compared. */
export type Identity = Readonly<Record<string, string>>;

/**
 * Begins a new epoch for every tenant where this database is not the one that it was when that was last asked: a copy, or restored. Returns
 * for how many tenants; null where it is the same, or asked for the first time. Servers that start at once begin one together.
 */
export async function noticeRestore(db: Database): Promise<number | null> {
  const now = await identityOf(db);
  return db.transaction(async (tx) => {
    await tx.database_identity.createMany({ data: [{ parts: now }], skipDuplicates: true });
    const rows = await tx.$queryRaw<{ parts: Identity }[]>`SELECT parts FROM database_identity FOR UPDATE`;
    const before = rows[0]?.parts ?? now;
    await tx.database_identity.updateMany({ data: { parts: { ...before, ...now } } });
    return isSame(before, now) ? null : renew(tx, null);
  });
}

/** By what this database is known now. */
export async function identityOf(db: Database): Promise<Identity> {
  const parts = db.dataDir === null ? await ofServer(db) : await ofDirectory(db.dataDir);
  return { kind: db.kind, ...parts };
}

function isSame(before: Identity, now: Identity): boolean {
  return Object.entries(now).every(([part, value]) => (before[part] ?? value) === value);
}

/**
 * `system` and `database` tell a dump that was restored elsewhere, `timeline` a recovery to a point in time and a standby that took over,
 * `table` a dump that was restored in place of what was there. A snapshot of the disk, put back, is none of these.
 */
const questions = {
  system: 'SELECT system_identifier::text AS value FROM pg_control_system()',
  // Of the log that is being written: the control file tells a new one only after its first checkpoint.
  timeline: 'SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS value',
  database: 'SELECT oid::text AS value FROM pg_database WHERE datname = current_database()',
  table: `SELECT 'tenant'::regclass::oid::text AS value`,
} as const;

async function ofServer({ pool }: Database): Promise<Identity> {
  const parts: Record<string, string> = {};
  for (const [part, sql] of Object.entries(questions)) {
    // A managed server may not let itself be asked everything.
    const answer = await pool.query<{ value: string }>(sql).catch(() => null);
    const value = answer?.rows[0]?.value;
    if (value !== undefined) parts[part] = value;
  }
  return parts;
}

/**
 * A copied directory says the same of itself in every word. So it is known by a file that is written once: that of a copy has another inode
 * and time of birth, that of a directory which was renamed has not. Files that were overwritten in place keep theirs: that is not told.
 */
async function ofDirectory(dataDir: string): Promise<Identity> {
  const { ino, birthtimeNs } = await stat(join(layout(dataDir).database, 'PG_VERSION'), { bigint: true });
  return { file: `${ino} ${birthtimeNs}` };
}
