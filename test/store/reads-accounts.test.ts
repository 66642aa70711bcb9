import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountsByIds, listAccounts, syncProgress } from '../../src/store/account-reads.ts';
import type { Database } from '../../src/store/database.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { absent, at, createEstate, type Estate } from './reads-estate.ts';

describe.each(databaseKinds)('reading accounts (%s)', (kind) => {
  let db: Database;
  let estate: Estate;
  beforeAll(async () => {
    db = await testDatabase(kind);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    estate = await createEstate(db);
  });

  it('lists every account, disconnected ones too, and gives their fields', async () => {
    const identity = `upstream of ${estate.accountId}`;
    const gone = await estate.account({
      provider: 'other',
      title: 'Gone',
      identity,
      state: 'DISCONNECTED',
      live_from: at(1),
      last_pulled_at: at(2),
      last_error: { kind: 'auth', message: 'refused', retryAt: at(4).toISOString() },
      imported_at: at(3),
      last_sweep: { at: at(5).toISOString(), read: 40, repaired: 2 },
    });
    const accounts = await listAccounts(db, estate.scope);
    expect(accounts.map((account) => account.id)).toEqual([estate.accountId, gone].toSorted());
    expect(accounts.find((account) => account.id === gone)).toEqual({
      id: gone,
      tenantId: estate.scope.tenantId,
      provider: 'other',
      title: 'Gone',
      identity,
      state: 'DISCONNECTED',
      liveFrom: at(1),
      lastPulledAt: at(2),
      lastError: { kind: 'auth', message: 'refused', retryAt: at(4) },
      importedAt: at(3),
      lastSweep: { at: at(5), read: 40, repaired: 2 },
    });
    const bare = { identity: null, lastPulledAt: null, lastError: null, importedAt: null, lastSweep: null };
    expect(accounts.find((account) => account.id === estate.accountId)).toMatchObject(bare);
  });

  it("lines accounts up with the ids asked for, and shows nothing of another tenant's", async () => {
    const foreign = (await createEstate(db)).accountId;
    const found = await accountsByIds(db, estate.scope, [foreign, estate.accountId, absent('acc')]);
    expect(found.map((account) => account?.id ?? null)).toEqual([null, estate.accountId, null]);
    expect((await listAccounts(db, estate.scope)).map((account) => account.id)).toEqual([estate.accountId]);
  });

  it('tells how far each import has come, in one statement', async () => {
    const stranger = await createEstate(db);
    await stranger.message(await stranger.conversation(1), 1);
    const empty = await estate.account({ provider: 'other' });
    const id = await estate.conversation(1);
    await estate.conversation(2);
    await estate.message(id, 5);
    await estate.message(id, -60);
    await estate.message(id, -90, { removed_at: at(1) });
    const count = await estate.statements(async () => {
      expect(await syncProgress(db, estate.scope, [empty, estate.accountId, stranger.accountId])).toEqual([
        { conversations: 0, messages: 0, oldestAt: null },
        { conversations: 2, messages: 2, oldestAt: at(-60) },
        { conversations: 0, messages: 0, oldestAt: null },
      ]);
    });
    expect(count).toBe(1);
  });
});
