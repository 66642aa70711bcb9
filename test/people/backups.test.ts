import { describe, expect, it } from 'vitest';
import { brand, type TenantId } from '../../src/domain/ids.ts';
import { createSealer, SealError } from '../../src/lib/seal.ts';
import type { Database } from '../../src/store/database.ts';
import { listTombstones } from '../../src/store/tombstones.ts';
import { eraseAgain } from '../../src/sync/erasure.ts';
import { testSealer } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { dumpOf, eventsOfPerson, foundIn, markersOf } from './markers.ts';
import { eraseWho, threadWith, twoPeople } from './people-desk.ts';

/** Copies every table aside; the function that is answered puts everything back as it was. */
async function backUp(db: Database): Promise<() => Promise<void>> {
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
       AND table_name NOT LIKE '%migration%'`,
  );
  const names = rows.map(({ name }) => name);
  const copies = new Map<string, string>();
  for (const name of names) {
    const all = await db.pool.query<{ rows: string }>(
      `SELECT coalesce(json_agg(t), '[]')::text AS rows FROM "${name}" t`,
    );
    copies.set(name, all.rows[0]?.rows ?? '[]');
  }
  return async () => {
    const client = await db.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL session_replication_role = replica`);
      await client.query(`TRUNCATE ${names.map((name) => `"${name}"`).join(', ')}`);
      for (const [name, all] of copies)
        await client.query(`INSERT INTO "${name}" SELECT * FROM json_populate_recordset(NULL::"${name}", $1::json)`, [
          all,
        ]);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  };
}

async function tenantOf(db: Database): Promise<TenantId> {
  const { rows } = await db.pool.query<{ id: string }>('SELECT id FROM tenant');
  return brand<TenantId>(rows[0]?.id ?? '');
}

describe.each(databaseKinds)('a backup from before somebody was erased (%s)', (kind) => {
  it('has them again when it is restored, until it is told whom to erase: then, and by whatever is told again, no word', async () => {
    const { t, at, tell } = await twoPeople({ kind });
    const is = markersOf('ann');
    const restore = await backUp(t.db);
    const before = foundIn(await dumpOf(t.db), markersOf('bob'));
    await eraseWho(t, await threadWith(t, 'ann'));
    const tenantId = await tenantOf(t.db);
    const list = JSON.parse(JSON.stringify(await listTombstones(t.db, tenantId)));
    await restore();
    expect(foundIn(await dumpOf(t.db), is)).not.toEqual([]);
    const parts = { db: t.db, clock: t.clock, sealer: testSealer, wakes: { notify: () => undefined } };
    expect(await eraseAgain(parts, tenantId, list)).toBe(1);
    expect(foundIn(await dumpOf(t.db), is)).toEqual([]);
    await tell(eventsOfPerson('ann', at));
    expect(foundIn(await dumpOf(t.db), is)).toEqual([]);
    expect(foundIn(await dumpOf(t.db), markersOf('bob'))).toEqual(before);
    expect(await eraseAgain(parts, tenantId, list)).toBe(0);
  });
});

describe('the list of tombstones', () => {
  it('says nothing of anybody: no name, no id of a provider', async () => {
    const { t } = await twoPeople();
    await eraseWho(t, await threadWith(t, 'ann'));
    const text = JSON.stringify(await listTombstones(t.db, await tenantOf(t.db)));
    expect(text).not.toMatch(/ann|person|thread/);
    expect(JSON.parse(text).tombstones.length).toBeGreaterThan(4);
  });

  it('that another key sealed is refused, and changes nothing', async () => {
    const { t } = await twoPeople();
    await eraseWho(t, await threadWith(t, 'bob'));
    const tenantId = await tenantOf(t.db);
    const list = await listTombstones(t.db, tenantId);
    const before = await dumpOf(t.db);
    const sealer = createSealer({ current: new Uint8Array(32).fill(9) });
    const parts = { db: t.db, clock: t.clock, sealer, wakes: { notify: () => undefined } };
    await expect(eraseAgain(parts, tenantId, list)).rejects.toThrow(SealError);
    expect(await dumpOf(t.db)).toBe(before);
  });
});
