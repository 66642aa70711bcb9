import { describe, expect, it } from 'vitest';
import { brand, type TenantId } from '../../src/domain/ids.ts';
import { createSealer, SealError } from '../../src/lib/seal.ts';
import type { Database } from '../../src/store/database.ts';
import { erasureKeys, listTombstones } from '../../src/store/tombstones.ts';
import { eraseAgain } from '../../src/sync/erasure.ts';
import { testSealer } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { dumpOf, eventsOfPerson, foundIn, markersOf, messageOf } from './markers.ts';
import { eraseWho, MINUTE, threadWith, twoPeople } from './people-desk.ts';

/** Copies every table aside; the function that is answered puts everything back as it was. */
async function backUp(db: Database): Promise<() => Promise<void>> {
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
       AND table_name NOT LIKE '%migration%'`,
  );
  const names = rows.map(({ name }) => name);
  const copies = new Map<string, readonly string[]>();
  for (const name of names) {
    const all = await db.pool.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
    copies.set(
      name,
      all.rows.map(({ row }) => row),
    );
  }
  return async () => {
    const client = await db.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL session_replication_role = replica`);
      await client.query(`TRUNCATE ${names.map((name) => `"${name}"`).join(', ')}`);
      for (const [name, all] of copies)
        await client.query(`INSERT INTO "${name}" SELECT (row::"${name}").* FROM unnest($1::text[]) AS row`, [all]);
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

describe('a backup from between two erasures of somebody', () => {
  it('has what they wrote in between, until it is told whom to erase', async () => {
    const { t, tell } = await twoPeople();
    await eraseWho(t, await threadWith(t, 'ann'));
    await t.clock.pass(MINUTE);
    const message = messageOf('later of ann', t.clock.now(), { body: 'later-marker' });
    await tell([{ type: 'message', conversation: brand('thread of ann'), address: null, message }]);
    const restore = await backUp(t.db);
    await t.clock.pass(MINUTE);
    await eraseWho(t, await threadWith(t, 'ann'));
    const tenantId = await tenantOf(t.db);
    const list = JSON.parse(JSON.stringify(await listTombstones(t.db, tenantId)));
    await restore();
    expect(await dumpOf(t.db)).toContain('later-marker');
    const parts = { db: t.db, clock: t.clock, sealer: testSealer, wakes: { notify: () => undefined } };
    expect(await eraseAgain(parts, tenantId, list)).toBe(1);
    expect(await dumpOf(t.db)).not.toContain('later-marker');
    await tell([{ type: 'message', conversation: brand('thread of ann'), address: null, message }]);
    expect(await dumpOf(t.db)).not.toContain('later-marker');
    expect(await eraseAgain(parts, tenantId, list)).toBe(0);
  });
});

describe('the list of tombstones', () => {
  it('from before the secret key was changed leaves nothing behind that needs the old one', async () => {
    const { t } = await twoPeople();
    const restore = await backUp(t.db);
    await eraseWho(t, await threadWith(t, 'ann'));
    const tenantId = await tenantOf(t.db);
    const list = await listTombstones(t.db, tenantId);
    await restore();
    const [old, current] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];
    const parts = { db: t.db, clock: t.clock, wakes: { notify: () => undefined } };
    expect(await eraseAgain({ ...parts, sealer: createSealer({ current, previous: [old] }) }, tenantId, list)).toBe(1);
    const later = createSealer({ current });
    expect(await erasureKeys(t.db.prisma, tenantId, later)).toHaveLength(1);
  });

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
