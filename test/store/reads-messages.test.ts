import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId, MessageId } from '../../src/domain/ids.ts';
import type { Message } from '../../src/domain/messaging.ts';
import type { Database } from '../../src/store/database.ts';
import { messageCounts, messageSlices, messagesByIds } from '../../src/store/messages.ts';
import type { Slice, SliceRequest } from '../../src/store/slice.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { absent, at, createEstate, type Estate, slice } from './reads-estate.ts';

describe.each(databaseKinds)('reading messages (%s)', (kind) => {
  let db: Database;
  let estate: Estate;
  beforeAll(async () => {
    db = await testDatabase(kind);
    estate = await createEstate(db);
  });
  afterAll(() => db.close());

  const read = async (conversationId: ConversationId, request: SliceRequest): Promise<Slice<Message>> => {
    const [only] = await messageSlices(db, estate.scope, [{ ...home(conversationId), slice: request }]);
    if (!only) throw new Error('an ask without an answer');
    return only;
  };
  const home = (conversationId: ConversationId) => ({ conversationId, accountId: estate.accountId });
  const idsOf = (rows: readonly Message[]): MessageId[] => rows.map((row) => row.id);
  const positionOf = (message: Message | undefined): { at: Date; id: string } => {
    if (!message) throw new Error('no such row');
    return { at: message.orderAt, id: message.id };
  };
  /** A thread of `count` messages a minute apart, newest first, in which every two share a moment. */
  const thread = async (count: number): Promise<{ id: ConversationId; messages: MessageId[] }> => {
    const id = await estate.conversation(0);
    const made: { id: MessageId; minute: number }[] = [];
    for (let n = 0; n < count; n++) made.push({ id: await estate.message(id, n >> 1), minute: n >> 1 });
    made.sort((a, b) => b.minute - a.minute || (a.id < b.id ? 1 : -1));
    return { id, messages: made.map((one) => one.id) };
  };

  it('gives the newest first and says whether older ones follow', async () => {
    const { id, messages } = await thread(5);
    const part = await read(id, slice(3));
    expect(idsOf(part.rows)).toEqual(messages.slice(0, 3));
    expect(part.hasMore).toBe(true);
    expect(await read(id, slice(5))).toMatchObject({ hasMore: false });
  });

  it('walks a thread to its end from either side, without a repeat or a gap, also through equal times', async () => {
    const { id, messages } = await thread(9);
    for (const from of ['start', 'end'] as const) {
      const seen: MessageId[] = [];
      let part = await read(id, slice(2, { from }));
      for (;;) {
        if (from === 'start') seen.push(...idsOf(part.rows));
        else seen.unshift(...idsOf(part.rows));
        if (!part.hasMore) break;
        const bound = from === 'start' ? { after: positionOf(part.rows.at(-1)) } : { before: positionOf(part.rows[0]) };
        part = await read(id, slice(2, { from, ...bound }));
      }
      expect(seen).toEqual(messages);
    }
  });

  it('keeps within both bounds, and counts as more only what is within them', async () => {
    const { id, messages } = await thread(8);
    const all = (await read(id, slice(8))).rows;
    const bounds = { after: positionOf(all[1]), before: positionOf(all[6]) };
    for (const from of ['start', 'end'] as const) {
      const part = await read(id, slice(4, { ...bounds, from }));
      expect(idsOf(part.rows)).toEqual(messages.slice(2, 6));
      expect(part.hasMore).toBe(false);
    }
    const last = await read(id, slice(3, { ...bounds, from: 'end' }));
    expect(idsOf(last.rows)).toEqual(messages.slice(3, 6));
    expect(last.hasMore).toBe(true);
  });

  it('answers each ask by its own limit, place and direction, in one statement whatever their number', async () => {
    const threads = [await thread(4), await thread(7), await thread(2)] as const;
    const all = (await read(threads[1].id, slice(7))).rows;
    const asks = [
      { ...home(threads[1].id), slice: slice(2, { after: positionOf(all[2]) }) },
      { ...home(absent<ConversationId>('cnv')), slice: slice(3) },
      { ...home(threads[0].id), slice: slice(3, { from: 'end' }) },
      { ...home(threads[1].id), slice: slice(1, { before: positionOf(all[5]), from: 'end' }) },
      { ...home(threads[2].id), slice: slice(100) },
    ];
    let answers: readonly Slice<Message>[] = [];
    const count = await estate.statements(async () => {
      answers = await messageSlices(db, estate.scope, asks);
    });
    expect(count).toBe(1);
    expect(answers.map((answer) => [idsOf(answer.rows), answer.hasMore])).toEqual([
      [threads[1].messages.slice(3, 5), true],
      [[], false],
      [threads[0].messages.slice(1), true],
      [threads[1].messages.slice(4, 5), true],
      [threads[2].messages, false],
    ]);
  });

  it('reads the newest of many threads in one statement, each under the thread that it was asked for', async () => {
    const threads = await Promise.all([3, 1, 4, 2].map(thread));
    let answers: readonly Slice<Message>[] = [];
    const count = await estate.statements(async () => {
      const asks = threads.map(({ id }) => ({ ...home(id), slice: slice(2) }));
      answers = await messageSlices(db, estate.scope, asks);
    });
    expect(count).toBe(1);
    expect(answers.map((answer) => idsOf(answer.rows))).toEqual(threads.map(({ messages }) => messages.slice(0, 2)));
    expect(answers.map((answer) => answer.hasMore)).toEqual([true, false, true, false]);
  });

  it('asks nothing of the database when nothing is asked', async () => {
    expect(await estate.statements(() => messageSlices(db, estate.scope, []))).toBe(0);
  });

  it("shows nothing of another tenant's", async () => {
    const { id, messages } = await thread(2);
    const stranger = (await createEstate(db)).scope;
    const [own] = await messageSlices(db, stranger, [{ ...home(id), slice: slice(5) }]);
    const [ranged] = await messageSlices(db, stranger, [{ ...home(id), slice: slice(5, { from: 'end' }) }]);
    expect([own, ranged]).toEqual(Array(2).fill({ rows: [], hasMore: false }));
    expect(await messagesByIds(db, stranger, messages)).toEqual([null, null]);
    expect(await messageCounts(db, stranger, [id])).toEqual([0]);
  });

  it('leaves out what a provider took back, in lists, counts and by id', async () => {
    const { id, messages } = await thread(3);
    const [first, second, third] = messages as [MessageId, MessageId, MessageId];
    await db.prisma.message.update({ where: { id: second }, data: { removed_at: at(9) } });
    expect(idsOf((await read(id, slice(2))).rows)).toEqual([first, third]);
    expect((await messagesByIds(db, estate.scope, messages)).map((row) => row?.id)).toEqual([first, undefined, third]);
    expect(await messageCounts(db, estate.scope, [absent('cnv'), id])).toEqual([0, 2]);
  });

  it('gives every field as it was stored, to the millisecond', async () => {
    const id = await estate.conversation(0);
    const messageId = await estate.message(id, 0, {
      external_id: 'm-1',
      body: 'Straße 🏠\n"quoted", \\ and \u001f',
      automated: false,
      channel: 'airbnb',
      sent_at: at(3),
      recorded_at: at(7),
      order_at: at(5),
      sent_by: 'participant',
      kind: 'free_text',
      read_upstream: true,
      urgent_upstream: false,
      priority_upstream: 0.1,
      snooze_upstream: at(90),
      backfilled: true,
    });
    const expected: Message = {
      id: messageId,
      accountId: estate.accountId,
      conversationId: id,
      externalId: 'm-1' as Message['externalId'],
      body: 'Straße 🏠\n"quoted", \\ and \u001f',
      automated: false,
      channel: 'airbnb',
      sentAt: at(3),
      recordedAt: at(7),
      orderAt: at(5),
      sentBy: 'participant',
      kind: 'free_text',
      read: true,
      urgent: false,
      priority: 0.1,
      snoozeUntil: at(90),
      backfilled: true,
      erased: false,
    };
    expect((await read(id, slice(1))).rows).toEqual([expected]);
    expect((await read(id, slice(1, { from: 'end' }))).rows).toEqual([expected]);
    expect(await messagesByIds(db, estate.scope, [messageId])).toEqual([expected]);
  });

  it('tells what is unknown from what is false, and a missing time from an equal one', async () => {
    const id = await estate.conversation(0);
    await estate.message(id, 1, { external_id: null, sent_at: null });
    const [row] = (await read(id, slice(1))).rows;
    const unknown = { automated: null, read: null, urgent: null, priority: null, snoozeUntil: null, sentBy: null };
    const missing = { externalId: null, body: null, channel: null, kind: null, sentAt: null };
    expect(row).toMatchObject({ ...unknown, ...missing, recordedAt: at(1), orderAt: at(1), backfilled: false });
  });

  it("shows our mark before the provider's, and an ended snooze as none", async () => {
    const id = await estate.conversation(0);
    const upstream = { read_upstream: false, urgent_upstream: true, priority_upstream: 1, snooze_upstream: at(60) };
    const local = { read_local: true, urgent_local: false, priority_local: 2.5 };
    await estate.message(id, 2, { ...upstream, ...local, snooze_local: at(61), sent_by: 'us' });
    await estate.message(id, 1, { ...upstream, snooze_local: new Date(0) });
    const { rows } = await read(id, slice(2));
    expect(rows[0]).toMatchObject({ read: true, urgent: false, priority: 2.5, snoozeUntil: at(61), sentBy: 'us' });
    expect(rows[1]).toMatchObject({ read: false, urgent: true, priority: 1, snoozeUntil: null });
  });

  it('lines messages and counts up with the ids asked for, also when one is asked for twice', async () => {
    const { id, messages } = await thread(2);
    const [first, second] = messages as [MessageId, MessageId];
    const found = await messagesByIds(db, estate.scope, [second, absent('msg'), first, second]);
    expect(found.map((row) => row?.id ?? null)).toEqual([second, null, first, second]);
    expect(await messageCounts(db, estate.scope, [id, id])).toEqual([2, 2]);
  });
});
