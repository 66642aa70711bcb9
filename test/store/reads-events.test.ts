import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationId, MessageId } from '../../src/domain/ids.ts';
import { brand } from '../../src/domain/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { feedHead, oldestSeq, readEvents } from '../../src/store/events.ts';
import { appendEvents } from '../../src/store/feed.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { at, createEstate, type Estate } from './reads-estate.ts';

describe.each(databaseKinds)('reading the feed (%s)', (kind) => {
  let db: Database;
  let estate: Estate;
  beforeAll(async () => {
    db = await testDatabase(kind);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    estate = await createEstate(db);
  });

  const append = (count: number): Promise<bigint> =>
    db.transaction((tx) => {
      const event = { type: 'AccountChanged', accountId: estate.accountId } as const;
      return appendEvents(tx, estate.scope.tenantId, Array(count).fill(event), at(1));
    });

  it('starts at nothing', async () => {
    expect(await feedHead(db, estate.scope)).toEqual({ epoch: 'epoch', seq: 0n });
    expect(await oldestSeq(db, estate.scope)).toBeNull();
    expect(await readEvents(db, estate.scope, 0n, 10)).toEqual([]);
  });

  it('gives what was appended, in order, with the head at its last number', async () => {
    const ids = { conversationId: brand<ConversationId>('cnv_1'), messageId: brand<MessageId>('msg_1') };
    await append(1);
    await db.transaction((tx) =>
      appendEvents(tx, estate.scope.tenantId, [{ type: 'MessageAdded', accountId: estate.accountId, ...ids }], at(1)),
    );
    const { accountId } = estate;
    expect(await readEvents(db, estate.scope, 0n, 10)).toEqual([
      { seq: 1n, type: 'AccountChanged', accountId, conversationId: null, messageId: null },
      { seq: 2n, type: 'MessageAdded', accountId, ...ids },
    ]);
    expect(await feedHead(db, estate.scope)).toMatchObject({ seq: 2n });
  });

  it('goes on after any number, as far as asked', async () => {
    await append(25);
    const numbers = async (after: bigint, limit: number) =>
      (await readEvents(db, estate.scope, after, limit)).map((event) => event.seq);
    expect(await numbers(8n, 3)).toEqual([9n, 10n, 11n]);
    expect(await numbers(23n, 3)).toEqual([24n, 25n]);
    expect(await numbers(25n, 3)).toEqual([]);
    expect(await numbers(2n ** 62n, 3)).toEqual([]);
  });

  it('knows the oldest number kept', async () => {
    await append(12);
    await db.prisma.event.deleteMany({ where: { tenant_id: estate.scope.tenantId, seq: { lt: 9 } } });
    expect(await oldestSeq(db, estate.scope)).toBe(9n);
  });

  it("shows nothing of another tenant's", async () => {
    await append(3);
    const stranger = (await createEstate(db)).scope;
    expect(await readEvents(db, stranger, 0n, 10)).toEqual([]);
    expect(await feedHead(db, stranger)).toMatchObject({ seq: 0n });
    expect(await oldestSeq(db, stranger)).toBeNull();
  });
});
