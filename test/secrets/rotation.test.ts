import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createSealer, SealError } from '../../src/lib/seal.ts';
import type { Database } from '../../src/store/database.ts';
import { plainColumns, sealedColumns } from '../../src/store/sealed-columns.ts';
import { checkKeys, keyUses, rotateKeys } from '../../src/store/sealed-values.ts';
import { ensureTenant } from '../../src/store/tokens.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';

const [oldKey, newKey, otherKey] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const before = createSealer({ current: oldKey });
const during = createSealer({ current: newKey, previous: [oldKey] });
const after = createSealer({ current: newKey });
const NOW = new Date('2026-11-26T12:00:00Z');

async function addAccounts(db: Database, count: number): Promise<void> {
  const { id: tenant_id } = await ensureTenant(db, 'acme', NOW);
  const ids = Array.from({ length: count }, (_, index) => `acc_${index}`);
  const data = ids.map((id) => ({
    ...{ id, tenant_id, provider: 'lavanda', title: id, state: 'LIVE', live_from: NOW, connected_at: NOW },
    credentials: before.seal(`credentials of ${id}`, `account:${id}:credentials`),
    memory: before.seal(`memory of ${id}`, `account:${id}:memory`),
  }));
  await db.prisma.account.createMany({ data });
}

describe.each(databaseKinds)('a change of the secret key (%s)', (kind) => {
  it('carries every sealed value over, and the old key is needed no more', async () => {
    const db = await testDatabase(kind);
    await checkKeys(db, before);
    await addAccounts(db, 120);
    await checkKeys(db, during);
    expect(await rotateKeys(db, during)).toBe(241);
    expect(await rotateKeys(db, during)).toBe(0);
    expect(await keyUses(db)).toEqual([{ keyId: after.currentKeyId, count: 241 }]);
    await checkKeys(db, after);
    for (const { id, credentials, memory } of await db.prisma.account.findMany()) {
      expect(after.open(credentials, `account:${id}:credentials`)).toBe(`credentials of ${id}`);
      expect(after.open(memory ?? new Uint8Array(), `account:${id}:memory`)).toBe(`memory of ${id}`);
    }
  });

  it('keeps what a server writes meanwhile', async () => {
    const db = await testDatabase(kind);
    await addAccounts(db, 1);
    // Between reading a value and writing it back, a server that still seals under the old key stores a new one.
    let written = false;
    const racing: Database = Object.create(db, {
      prisma: {
        value: Object.create(db.prisma, {
          $executeRaw: {
            value: async (...args: Parameters<typeof db.prisma.$executeRaw>) => {
              if (!written) {
                written = true;
                const credentials = before.seal('written meanwhile', 'account:acc_0:credentials');
                await db.prisma.account.updateMany({ data: { credentials } });
              }
              return db.prisma.$executeRaw(...args);
            },
          },
        }),
      },
    });
    await rotateKeys(racing, during);
    const { credentials } = await db.prisma.account.findFirstOrThrow();
    expect(after.open(credentials, 'account:acc_0:credentials')).toBe('written meanwhile');
  });

  it('is refused at start where a key in use is missing, by its id and without a key', async () => {
    const db = await testDatabase(kind);
    await checkKeys(db, before);
    const wrong = checkKeys(db, createSealer({ current: otherKey }));
    await expect(wrong).rejects.toThrow(SealError);
    await expect(wrong).rejects.toThrow(new RegExp(`${before.currentKeyId}.*PARLEY_SECRET_KEYS_OLD`));
  });
});

it('every column of bytes is listed as sealed, or as plain with the reason', async () => {
  const text = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const found = [...text.matchAll(/^model (\w+) \{(.*?)^\}/gms)].flatMap(([, table, body = '']) =>
    [...body.matchAll(/^ {2}(\w+) +Bytes\b/gm)].map(([, column]) => `${table}.${column}`),
  );
  const listed = [...sealedColumns.map(({ table, column }) => `${table}.${column}`), ...Object.keys(plainColumns)];
  expect(found.toSorted()).toEqual(listed.toSorted());
});
