import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageId } from '../../src/domain/ids.ts';
import type { Database } from '../../src/store/database.ts';
import { deliveries } from '../../src/store/deliveries.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { absent, at, createEstate, type Estate } from './reads-estate.ts';

describe.each(databaseKinds)('reading deliveries (%s)', (kind) => {
  let db: Database;
  let estate: Estate;
  beforeAll(async () => {
    db = await testDatabase(kind);
    estate = await createEstate(db);
  });
  afterAll(() => db.close());

  const send = async (
    state: string,
    columns: { evidence?: string; error?: object; needs_attention?: boolean } = {},
  ) => {
    const conversationId = await estate.conversation(1);
    const id = await estate.message(conversationId, 1, { external_id: null, sent_by: 'us' });
    const own = { tenant_id: estate.scope.tenantId, account_id: estate.accountId, conversation_id: conversationId };
    const times = { created_at: at(1), due_at: at(1), give_up_at: at(99) };
    await db.prisma.outbox.create({ data: { message_id: id, state, ...own, ...times, ...columns } });
    return id;
  };
  const attempt = (messageId: MessageId, number: number, columns: object = {}) =>
    db.prisma.attempt.create({
      data: { tenant_id: estate.scope.tenantId, message_id: messageId, number, started_at: at(number), ...columns },
    });

  it('tells where each message stands, with its attempts in order, in one statement', async () => {
    const retryAt = at(30).toISOString();
    const error = { kind: 'rate-limited', message: 'slow down', retryAt };
    const queued = await send('QUEUED', { error });
    await attempt(queued, 2);
    await attempt(queued, 1, { ended_at: at(2), outcome: 'REJECTED', error: { ...error, retryAt: null } });
    const accepted = await send('ACCEPTED', { evidence: 'ECHO' });
    const failed = await send('FAILED', { needs_attention: true });
    const received = await estate.message(await estate.conversation(1), 1, { sent_by: 'participant' });

    const count = await estate.statements(async () => {
      const [first, none, second, stranger, third] = await deliveries(db, estate.scope, [
        queued,
        received,
        accepted,
        absent('msg'),
        failed,
      ]);
      const failure = { kind: 'rate-limited', message: 'slow down' };
      expect(first).toEqual({
        state: 'QUEUED',
        evidence: null,
        error: { ...failure, retryAt: at(30) },
        needsAttention: false,
        attempts: [
          { number: 1, startedAt: at(1), endedAt: at(2), outcome: 'REJECTED', error: { ...failure, retryAt: null } },
          { number: 2, startedAt: at(2), endedAt: null, outcome: null, error: null },
        ],
      });
      expect(second).toEqual({
        state: 'ACCEPTED',
        evidence: 'ECHO',
        error: null,
        needsAttention: false,
        attempts: [],
      });
      expect(third).toMatchObject({ state: 'FAILED', needsAttention: true });
      expect([none, stranger]).toEqual([null, null]);
    });
    expect(count).toBe(1);
  });

  it("shows nothing of another tenant's", async () => {
    const id = await send('QUEUED');
    expect(await deliveries(db, (await createEstate(db)).scope, [id])).toEqual([null]);
  });
});
