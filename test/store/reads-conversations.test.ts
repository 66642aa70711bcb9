import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/domain/ids.ts';
import type { Conversation } from '../../src/domain/messaging.ts';
import {
  conversationsByIds,
  conversationsOfBookings,
  conversationsOfLeads,
  countConversations,
  listConversations,
} from '../../src/store/conversations.ts';
import type { Database } from '../../src/store/database.ts';
import type { Slice, SliceRequest } from '../../src/store/slice.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { absent, at, createEstate, type Estate, slice } from './reads-estate.ts';

describe.each(databaseKinds)('reading conversations (%s)', (kind) => {
  let db: Database;
  beforeAll(async () => {
    db = await testDatabase(kind);
  });
  afterAll(() => db.close());

  const list = (estate: Estate, request: SliceRequest): Promise<Slice<Conversation>> =>
    listConversations(db, estate.scope, {}, request, at(0));
  const idsOf = (rows: readonly Conversation[]): ConversationId[] => rows.map((row) => row.id);
  const positionOf = (row: Conversation | undefined): { at: Date; id: string } => {
    if (!row) throw new Error('no such row');
    return { at: row.orderAt, id: row.id };
  };
  /** Conversations at these minutes, in the list's order. */
  const inbox = async (estate: Estate, minutes: readonly number[]): Promise<ConversationId[]> => {
    const made: { id: ConversationId; minute: number }[] = [];
    for (const minute of minutes) made.push({ id: await estate.conversation(minute), minute });
    return made.toSorted((a, b) => b.minute - a.minute || (a.id < b.id ? 1 : -1)).map((one) => one.id);
  };

  it('lists the inbox newest first, in one statement, and says whether more follows', async () => {
    const estate = await createEstate(db);
    const ids = await inbox(estate, [5, 9, 7]);
    let part: Slice<Conversation> | undefined;
    const count = await estate.statements(async () => {
      part = await list(estate, slice(2));
    });
    expect(count).toBe(1);
    expect(idsOf(part?.rows ?? [])).toEqual(ids.slice(0, 2));
    expect(part?.hasMore).toBe(true);
    expect(await list(estate, slice(3))).toMatchObject({ hasMore: false });
    expect(await countConversations(db, estate.scope, {}, at(0))).toBe(3);
  });

  it('walks the inbox to its end from either side, without a repeat or a gap, also through equal times', async () => {
    const estate = await createEstate(db);
    const ids = await inbox(estate, [1, 2, 2, 2, 3, 3, 4]);
    for (const from of ['start', 'end'] as const) {
      const seen: ConversationId[] = [];
      let part = await list(estate, slice(2, { from }));
      for (;;) {
        if (from === 'start') seen.push(...idsOf(part.rows));
        else seen.unshift(...idsOf(part.rows));
        if (!part.hasMore) break;
        const bound = from === 'start' ? { after: positionOf(part.rows.at(-1)) } : { before: positionOf(part.rows[0]) };
        part = await list(estate, slice(2, { from, ...bound }));
      }
      expect(seen).toEqual(ids);
    }
  });

  it('keeps within both bounds', async () => {
    const estate = await createEstate(db);
    const ids = await inbox(estate, [1, 2, 3, 4, 5, 6]);
    const all = (await list(estate, slice(6))).rows;
    const part = await list(estate, slice(9, { after: positionOf(all[0]), before: positionOf(all[4]) }));
    expect(idsOf(part.rows)).toEqual(ids.slice(1, 4));
    expect(part.hasMore).toBe(false);
  });

  it('gives every field as it was stored, with the participant', async () => {
    const estate = await createEstate(db);
    const participantId = await estate.participant({ external_id: 'g-1', name: 'Zoë', email: 'zoe@example.org' });
    const [bookingId, leadId] = [await estate.booking(), await estate.lead()];
    const id = await estate.conversation(1, {
      external_id: 'c-1',
      address: { property: 'p-1', of: ['b', 2] },
      participant_id: participantId,
      booking_id: bookingId,
      lead_id: leadId,
      channel: 'email',
      subject: 'Keys',
      no_reply_needed: false,
      closed_at: at(2),
      assignee: { externalId: 'h-1', name: 'Noor' },
      facts: { canReply: false, replyUntil: at(3).toISOString(), replyBlockedBy: 'read_only' },
      observed_at: at(4),
      last_message_id: 'msg_x',
      last_message_at: at(5),
      order_at: at(5),
      unread_count: 3,
      messages_read_at: at(6),
      history_complete: true,
      history_cursor: 'older',
    });
    expect(await conversationsByIds(db, estate.scope, [id])).toEqual([
      {
        id,
        accountId: estate.accountId,
        externalId: 'c-1',
        address: { property: 'p-1', of: ['b', 2] },
        participantId,
        participantName: 'Zoë',
        participantEmail: 'zoe@example.org',
        participantExternalId: 'g-1',
        channel: 'email',
        subject: 'Keys',
        bookingId,
        leadId,
        lastMessageId: 'msg_x',
        lastMessageAt: at(5),
        orderAt: at(5),
        unreadCount: 3,
        noReplyNeeded: false,
        closedAt: at(2),
        assignee: { externalId: 'h-1', name: 'Noor' },
        facts: { canReply: false, replyUntil: at(3), replyBlockedBy: 'read_only', details: null },
        observedAt: at(4),
        messagesReadAt: at(6),
        historyComplete: true,
        historyCursor: 'older',
      },
    ]);
  });

  it('tells what is unknown as null, and shows no external id that the provider did not give a participant', async () => {
    const estate = await createEstate(db);
    const participantId = await estate.participant({ external_id: 'of c-2', name: 'Ana' });
    const bare = await estate.conversation(1, { external_id: null, last_message_at: null });
    const named = await estate.conversation(2, { external_id: 'c-2', participant_id: participantId, facts: {} });
    const [one, two] = await conversationsByIds(db, estate.scope, [bare, named]);
    expect(one).toMatchObject({ externalId: null, participantId: null, participantName: null, noReplyNeeded: null });
    expect(one).toMatchObject({ lastMessageAt: null, orderAt: at(1), facts: null, messagesReadAt: null });
    expect(two).toMatchObject({ participantId, participantName: 'Ana', participantExternalId: null });
    expect(two?.facts).toEqual({ canReply: null, replyUntil: null, replyBlockedBy: null, details: null });
  });

  it('keeps showing the conversations of a disconnected account', async () => {
    const estate = await createEstate(db);
    const gone = await estate.account({ state: 'DISCONNECTED' });
    const id = await estate.conversation(1, { account_id: gone });
    expect(idsOf((await list(estate, slice(5))).rows)).toEqual([id]);
  });

  it("shows nothing of another tenant's, as if it did not exist", async () => {
    const [mine, theirs] = [await createEstate(db), await createEstate(db)];
    const [bookingId, leadId] = [await theirs.booking(), await theirs.lead()];
    const id = await theirs.conversation(1, { booking_id: bookingId, lead_id: leadId });
    expect(await list(mine, slice(5))).toEqual({ rows: [], hasMore: false });
    expect(await countConversations(db, mine.scope, {}, at(0))).toBe(0);
    expect(await conversationsByIds(db, mine.scope, [id, absent('cnv')])).toEqual([null, null]);
    expect(await conversationsOfBookings(db, mine.scope, [bookingId])).toEqual([[]]);
    expect(await conversationsOfLeads(db, mine.scope, [leadId])).toEqual([[]]);
  });

  it('lines conversations up with the ids asked for', async () => {
    const estate = await createEstate(db);
    const [a, b] = [await estate.conversation(1), await estate.conversation(2)];
    const found = await conversationsByIds(db, estate.scope, [b, absent('cnv'), a, b]);
    expect(found.map((row) => row?.id ?? null)).toEqual([b, null, a, b]);
    expect(await estate.statements(() => conversationsByIds(db, estate.scope, []))).toBe(0);
  });

  it('gives the conversations of each booking and lead, first seen first, in one statement', async () => {
    const estate = await createEstate(db);
    const [full, empty, leadId] = [await estate.booking(), await estate.booking(), await estate.lead()];
    const later = await estate.conversation(9, { booking_id: full });
    const first = await estate.conversation(2, { booking_id: full, order_at: at(20) });
    const other = await estate.conversation(3, { lead_id: leadId });
    const count = await estate.statements(async () => {
      const lists = await conversationsOfBookings(db, estate.scope, [empty, full, full]);
      expect(lists.map(idsOf)).toEqual([[], [first, later], [first, later]]);
    });
    expect(count).toBe(1);
    expect((await conversationsOfLeads(db, estate.scope, [leadId])).map(idsOf)).toEqual([[other]]);
  });
});
