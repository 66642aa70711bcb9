import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/domain/ids.ts';
import { type ConversationFilter, countConversations, listConversations } from '../../src/store/conversations.ts';
import type { Database } from '../../src/store/database.ts';
import { databaseKinds, testDatabase } from '../helpers/database.ts';
import { absent, at, createEstate, type Estate, slice } from './reads-estate.ts';

describe.each(databaseKinds)('filtering conversations (%s)', (kind) => {
  let db: Database;
  let estate: Estate;
  beforeAll(async () => {
    db = await testDatabase(kind);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    estate = await createEstate(db);
  });

  const now = at(100);
  /** The conversations found, newest first. Their count has to agree. */
  const find = async (filter: ConversationFilter): Promise<ConversationId[]> => {
    const { rows } = await listConversations(db, estate.scope, filter, slice(50), now);
    expect(await countConversations(db, estate.scope, filter, now)).toBe(rows.length);
    return rows.map((row) => row.id);
  };

  it('finds by account, by provider and by channel', async () => {
    const other = await estate.account({ provider: 'other' });
    const own = await estate.conversation(1, { channel: 'email' });
    const far = await estate.conversation(2, { account_id: other, channel: 'airbnb' });
    expect(await find({ accountIds: [other] })).toEqual([far]);
    expect(await find({ accountIds: [estate.accountId, other] })).toEqual([far, own]);
    expect(await find({ accountIds: [] })).toEqual([]);
    expect(await find({ accountIds: [absent('acc')] })).toEqual([]);
    expect(await find({ provider: 'acme' })).toEqual([own]);
    expect(await find({ provider: 'nobody' })).toEqual([]);
    expect(await find({ channel: 'airbnb' })).toEqual([far]);
    expect(await find({ channel: 'airbnb', provider: 'acme' })).toEqual([]);
  });

  it('finds what is unread, what is urgent and what needs no reply, and the rest', async () => {
    const quiet = await estate.conversation(1, { no_reply_needed: true });
    const unread = await estate.conversation(2, { unread_count: 2, no_reply_needed: false });
    const urgent = await estate.conversation(3, { unread_count: 1, urgent: true });
    expect(await find({ unread: true })).toEqual([urgent, unread]);
    expect(await find({ unread: false })).toEqual([quiet]);
    expect(await find({ urgent: true })).toEqual([urgent]);
    expect(await find({ urgent: false })).toEqual([unread, quiet]);
    expect(await find({ noReplyNeeded: true })).toEqual([quiet]);
    expect(await find({ noReplyNeeded: false })).toEqual([urgent, unread]);
  });

  it('finds as snoozed only where the last message is snoozed beyond now', async () => {
    const snoozes = {
      upstream: { snooze_upstream: at(101) },
      local: { snooze_upstream: at(50), snooze_local: at(101) },
      over: { snooze_upstream: at(100) },
      ended: { snooze_upstream: at(101), snooze_local: new Date(0) },
      none: {},
    };
    const made: Record<string, ConversationId> = {};
    for (const [name, columns] of Object.entries(snoozes)) {
      const id = await estate.conversation(1);
      const last = await estate.message(id, 1, columns);
      await estate.message(id, 0, { snooze_upstream: at(900) });
      await db.prisma.conversation.update({ where: { id }, data: { last_message_id: last } });
      made[name] = id;
    }
    const empty = await estate.conversation(0, { last_message_at: null });
    expect(new Set(await find({ snoozed: true }))).toEqual(new Set([made['upstream'], made['local']]));
    const others = [made['over'], made['ended'], made['none'], empty];
    expect(new Set(await find({ snoozed: false }))).toEqual(new Set(others));
  });

  it('finds by the external ids of booking and property', async () => {
    const north = await estate.booking({ external_id: 'b-1', property_external_id: 'north' });
    const south = await estate.booking({ external_id: 'b-2', property_external_id: 'south' });
    const one = await estate.conversation(1, { booking_id: north });
    const two = await estate.conversation(2, { booking_id: south });
    await estate.conversation(3);
    expect(await find({ bookingExternalId: 'b-1' })).toEqual([one]);
    expect(await find({ propertyExternalId: 'south' })).toEqual([two]);
    expect(await find({ bookingExternalId: 'b-1', propertyExternalId: 'north' })).toEqual([one]);
    expect(await find({ bookingExternalId: 'b-1', propertyExternalId: 'south' })).toEqual([]);
  });

  it("does not find by another tenant's booking", async () => {
    const stranger = await createEstate(db);
    const booking = await stranger.booking({ external_id: 'b-9' });
    await stranger.conversation(1, { booking_id: booking });
    expect(await find({ bookingExternalId: 'b-9' })).toEqual([]);
  });

  it('finds strictly between two times of the last message', async () => {
    const ids = [await estate.conversation(1), await estate.conversation(2), await estate.conversation(3)];
    await estate.conversation(2, { last_message_at: null });
    expect(await find({ lastMessageAfter: at(1) })).toEqual([ids[2], ids[1]]);
    expect(await find({ lastMessageBefore: at(3) })).toEqual([ids[1], ids[0]]);
    expect(await find({ lastMessageAfter: at(1), lastMessageBefore: at(3) })).toEqual([ids[1]]);
  });

  it("finds text in bodies, subjects and participants' names, in any case", async () => {
    const guest = await estate.participant({ name: 'Anaïs Müller' });
    const named = await estate.conversation(1, { participant_id: guest });
    const titled = await estate.conversation(2, { subject: 'Late CHECK-IN' });
    const spoken = await estate.conversation(3);
    await estate.message(spoken, 1, { body: 'Where are the keys?' });
    await estate.message(spoken, 2, { body: 'Thanks' });
    expect(await find({ text: 'müller' })).toEqual([named]);
    expect(await find({ text: 'check-in' })).toEqual([titled]);
    expect(await find({ text: 'THE KEYS' })).toEqual([spoken]);
    expect(await find({ text: 'MÜLLER' })).toEqual([named]);
    expect(await find({ text: 'nothing of the kind' })).toEqual([]);
    expect(await find({ text: '' })).toEqual([spoken, titled, named]);
  });

  it('takes text literally, wildcards and quotes too', async () => {
    const plain = await estate.conversation(1, { subject: 'a 100 b_c' });
    const odd = await estate.conversation(2, { subject: "100% x_y \\ '; DROP TABLE message" });
    expect(await find({ text: '100%' })).toEqual([odd]);
    expect(await find({ text: 'x_y' })).toEqual([odd]);
    expect(await find({ text: 'b_c' })).toEqual([plain]);
    expect(await find({ text: 'a%c' })).toEqual([]);
    expect(await find({ text: '\\' })).toEqual([odd]);
    expect(await find({ text: "'; DROP" })).toEqual([odd]);
  });

  it('does not find the text of what was taken back', async () => {
    const id = await estate.conversation(1);
    await estate.message(id, 1, { body: 'secret', removed_at: at(2) });
    expect(await find({ text: 'secret' })).toEqual([]);
  });

  it('asks for all that is given at once, and pages through what it finds', async () => {
    const ids: ConversationId[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await estate.conversation(n, { unread_count: 1, subject: `Stay ${n}` }));
    await estate.conversation(9, { subject: 'Stay 9' });
    const filter = { unread: true, text: 'stay', accountIds: [estate.accountId], lastMessageAfter: at(0) };
    const first = await listConversations(db, estate.scope, filter, slice(3), now);
    expect(first.rows.map((row) => row.id)).toEqual(ids.slice(0, 3));
    const last = first.rows[2];
    const after = last ? { at: last.orderAt, id: last.id } : null;
    const rest = await listConversations(db, estate.scope, filter, slice(3, { after }), now);
    expect(rest.rows.map((row) => row.id)).toEqual(ids.slice(3, 4));
    expect([first.hasMore, rest.hasMore]).toEqual([true, false]);
  });
});
