import { describe, expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { eraseParticipant } from '../../src/sync/erasure.ts';
import { EraseParticipantDocument, ExportParticipantDocument } from '../generated/operations.ts';
import { testSealer } from '../helpers/app.ts';
import { databaseKinds, postgresUrl } from '../helpers/database.ts';
import { eventsOf, rowCounts, send } from '../helpers/desk.ts';
import { doorOf } from '../helpers/listing.ts';
import { dumpOf, eventsOfPerson, foundIn, markersOf, messageOf } from './markers.ts';
import { eraseWho, MINUTE, threadWith, twoPeople } from './people-desk.ts';

describe.runIf(postgresUrl)('an erasure', () => {
  it('that waits for a conversation holds nothing that whoever has that one wants next', async () => {
    const { t } = await twoPeople({ kind: 'postgres' });
    const thread = await threadWith(t, 'ann');
    const sender = await t.db.pool.connect();
    try {
      await sender.query('BEGIN');
      await sender.query('SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE', [thread.id]);
      const erased = eraseWho(t, thread);
      const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await sender.query(waits)).rowCount === 0) await sender.query('SELECT pg_sleep(0.01)');
      // Sooner than the database would see a deadlock, and have the other one try again.
      await sender.query(`SET LOCAL lock_timeout = '200ms'`);
      await sender.query('SELECT 1 FROM tenant FOR NO KEY UPDATE');
      await sender.query('COMMIT');
      expect((await erased).errors).toEqual([]);
    } finally {
      sender.release();
    }
  });
});

describe.each(databaseKinds)('somebody who is erased (%s)', (kind) => {
  it('is in no row of the database any more, and nobody else has lost a word', async () => {
    const { t } = await twoPeople({ kind });
    const before = await dumpOf(t.db);
    const [ann, bob] = [markersOf('ann'), markersOf('bob')];
    expect(foundIn(before, ann)).toHaveLength(Object.keys(ann).length - 1);
    const { erasure, errors } = await eraseWho(t, await threadWith(t, 'ann'));
    expect(errors).toEqual([]);
    const { participant } = await threadWith(t, 'ann');
    expect(participant?.erasure).toMatchObject({ messages: 2, waiting: 0, finishedAt: erasure?.finishedAt });
    expect(erasure).toMatchObject({ conversations: 1, messages: 2, waiting: 0, finishedAt: expect.any(String) });
    const after = await dumpOf(t.db);
    expect(foundIn(after, ann)).toEqual([]);
    expect(foundIn(after, bob)).toEqual(foundIn(before, bob));
  });

  it('leaves that there were messages, which count as read, and the feed tells that they changed', async () => {
    const { t } = await twoPeople({ kind });
    const before = await threadWith(t, 'ann');
    expect(before.unreadCount).toBe(1);
    const { data } = await t.ask<{ eventCursor: string }>('{ eventCursor }');
    await eraseWho(t, await threadWith(t, 'ann'));
    const after = await threadWith(t, 'ann');
    expect(after).toMatchObject({
      id: before.id,
      subject: null,
      unreadCount: 0,
      participant: { name: null, email: null },
    });
    expect(after.messages.nodes.map((one) => one.id)).toEqual(before.messages.nodes.map((one) => one.id));
    for (const message of after.messages.nodes)
      expect(message).toMatchObject({ body: null, erased: true, attachments: [] });
    const told = (await eventsOf(t, data.eventCursor)).map((one) => one.__typename);
    expect(told).toEqual(['ConversationChanged', 'MessageChanged', 'MessageChanged']);
  });

  it('stays out when everything is told again, by any door', async () => {
    const { t, at, tell, accountId } = await twoPeople({ kind });
    await eraseWho(t, await threadWith(t, 'ann'));
    const before = await rowCounts(t);
    const is = markersOf('ann');
    const { id } = await threadWith(t, 'ann');
    const conversation = brand<never>('thread of ann');
    const first = messageOf('first of ann', at, { body: is.theirText, raw: is.messageRaw, file: is.fileName });
    const nobodySaw = messageOf('before all of ann', new Date(at.getTime() - MINUTE), {
      ...{ body: is.theirText, raw: is.messageRaw, file: is.fileName },
    });
    const page = (items: (typeof first)[]) => ({ items, older: null });
    await tell(eventsOfPerson('ann', at));
    await tell([{ type: 'message', conversation, address: null, message: first }]);
    await tell([{ type: 'message', conversation, address: null, message: nobodySaw }]);
    for (const part of [{ kind: 'newest' as const }, { kind: 'history' as const, from: 'x' }])
      await doorOf(t)({
        ...{ accountId, events: [], pages: [{ conversationId: brand(id), page: page([first, nobodySaw]), part }] },
      });
    await tell([
      {
        type: 'unwritten',
        conversation: {
          ...{ externalId: null, booking: brand('another booking'), address: {}, channel: null, facts: null },
          participant: { externalId: brand('person ann'), name: is.unwritten, email: is.unwritten },
        },
      },
    ]);
    expect(foundIn(await dumpOf(t.db), is)).toEqual([]);
    const after = await rowCounts(t);
    // What nobody had seen is stored without what was written, so that the thread is known to be whole; nothing of it is news.
    expect(after['message']).toBe((before['message'] ?? 0) + 1);
    const [newest, , oldest] = (await threadWith(t, 'ann')).messages.nodes;
    expect(oldest).toMatchObject({ externalId: 'before all of ann', body: null, erased: true, backfilled: true });
    expect(newest?.erased).toBe(true);
    expect((await threadWith(t, 'ann')).unreadCount).toBe(0);
  });

  it('is heard when they write again, without a name', async () => {
    const { t, tell } = await twoPeople({ kind });
    await eraseWho(t, await threadWith(t, 'ann'));
    const { data } = await t.ask<{ eventCursor: string }>('{ eventCursor }');
    const later = new Date(t.clock.now().getTime() + MINUTE);
    const message = messageOf('third of ann', later, { body: 'I am locked out' });
    await tell([{ type: 'message', conversation: brand('thread of ann'), address: null, message }]);
    await tell(eventsOfPerson('ann', later).filter((event) => event.type === 'conversation'));
    const thread = await threadWith(t, 'ann');
    expect(thread.messages.nodes[0]).toMatchObject({ body: 'I am locked out', erased: false, backfilled: false });
    expect(thread).toMatchObject({ unreadCount: 1, participant: { name: null, email: null } });
    expect((await eventsOf(t, data.eventCursor)).map((one) => one.__typename)).toContain('MessageAdded');
  });

  it('and asks again is erased up to then', async () => {
    const { t, tell } = await twoPeople({ kind });
    await eraseWho(t, await threadWith(t, 'ann'));
    await t.clock.pass(MINUTE);
    const message = messageOf('third of ann', t.clock.now(), { body: 'third-marker' });
    const event = { type: 'message', conversation: brand<never>('thread of ann'), address: null, message } as const;
    await tell([event]);
    expect(await dumpOf(t.db)).toContain('third-marker');
    await t.clock.pass(MINUTE);
    expect((await eraseWho(t, await threadWith(t, 'ann'))).erasure).toMatchObject({
      messages: 3,
      finishedAt: expect.any(String),
    });
    await tell([event]);
    expect(await dumpOf(t.db)).not.toContain('third-marker');
  });
});

describe('erasing', () => {
  it('needs its own scope, and of foreign and absent people says the same', async () => {
    const { t } = await twoPeople();
    const before = await dumpOf(t.db);
    const { participant } = await threadWith(t, 'ann');
    const participantId = participant?.id ?? '';
    const clerk = await t.tokenFor('acme', ['messages:read', 'messages:send', 'accounts:manage', 'tokens:manage']);
    const stranger = await t.tokenFor('rival');
    for (const document of [EraseParticipantDocument, ExportParticipantDocument]) {
      const refused = await t.gql<unknown, { participantId: string }>(document, { participantId }, clerk);
      expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      const foreign = await t.gql<unknown, { participantId: string }>(document, { participantId }, stranger);
      const absent = await t.gql<unknown, { participantId: string }>(
        document,
        { participantId: 'prt_nobody' },
        stranger,
      );
      expect(foreign.text).toBe(absent.text);
      expect(foreign.text).toContain('NOT_FOUND');
    }
    expect(foundIn(await dumpOf(t.db), markersOf('ann'))).toEqual(foundIn(before, markersOf('ann')));
  });

  it('that was cut off after its first step is ended by the server itself', async () => {
    const { t, at, tell } = await twoPeople();
    const many = Array.from({ length: 1_200 }, (_, place) =>
      messageOf(`m ${place}`, at, { body: `many-marker ${place}` }),
    );
    await tell(
      many.map((message) => ({ type: 'message', conversation: brand('thread of ann'), address: null, message })),
    );
    const { participant } = await threadWith(t, 'ann');
    const gone = AbortSignal.abort();
    const { rows } = await t.db.pool.query<{ id: string }>('SELECT id FROM tenant');
    const ids = { tenantId: brand<never>(rows[0]?.id ?? ''), participantId: brand<never>(participant?.id ?? '') };
    const parts = { db: t.db, clock: t.clock, sealer: testSealer, wakes: { notify: () => undefined } };
    const begun = await eraseParticipant(parts, ids, gone);
    expect(begun).toMatchObject({ messages: 0, finishedAt: null });
    expect(foundIn(await dumpOf(t.db), markersOf('ann'))).not.toContain(markersOf('ann').name);
    t.app.start();
    await t.settle();
    expect(await dumpOf(t.db)).not.toContain('many-marker');
    expect(foundIn(await dumpOf(t.db), markersOf('ann'))).toEqual([]);
  });
});

describe('an export', () => {
  it('holds every word that is stored of somebody, and none of anybody else', async () => {
    const { t } = await twoPeople();
    const { participant, id } = await threadWith(t, 'ann');
    await send(t, id, 'answer-marker');
    const { data } = await t.gql(ExportParticipantDocument, { participantId: participant?.id ?? '' });
    const text = JSON.stringify(data.exportParticipant.document);
    const { unreadable: _unreadable, unwritten: _unwritten, ...stored } = markersOf('ann');
    expect(Object.values(stored).filter((word) => !text.includes(word))).toEqual([]);
    expect(text).toContain('answer-marker');
    expect(foundIn(text, markersOf('bob'))).toEqual([]);
    expect(text).not.toMatch(/"tenant_id"|lease/);
  });
});
