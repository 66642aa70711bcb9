import { expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createKnownSecrets } from '../../src/lib/known-secrets.ts';
import { createMemory } from '../../src/sync/memory.ts';
import { testSealer } from '../helpers/app.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';

it.each(databaseKinds)('the memory of an account that is gone is waited for by nobody (%s)', async (kind) => {
  const db = await testDatabase(kind);
  const parts = {
    db,
    sealer: testSealer,
    clock: systemClock,
    owner: 'me',
    secrets: createKnownSecrets(),
    leaseMs: 1_000,
  };
  const memory = createMemory(brand('acc_gone'), parts);
  await expect(memory.update((content) => ({ ...content, token: 'late' }))).rejects.toThrow('gone');
  expect(await memory.read()).toEqual({});
  await db.close();
});
