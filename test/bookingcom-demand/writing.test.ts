import { describe, expect, test } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import type { OutgoingFile } from '../../src/providers/contract.ts';
import { pictureOf } from '../../src/simulator/pictures.ts';
import {
  book,
  call,
  dayMs,
  drain,
  firstIn,
  keyOf,
  messagesIn,
  readBack,
  saidBy,
  type Visit,
  visit,
} from './demand-visit.ts';

const text = 'Bonjour “Mara” \\ 你好 👋🏽\nline\t2 {"a": $b} & <i>é</i>';

function say({ adapter }: Visit, conversation: Parameters<Visit['adapter']['send']>[0]['conversation'], body = text) {
  return adapter.send({ conversation, body, attachments: [] }, call);
}

describe.each(['accepted', 'refused'] as const)('with sending by reservation %s', (sendByReservation) => {
  test('a message goes into a conversation that is known, or that can be found', async () => {
    const there = visit({ sendByReservation });
    const truth = firstIn(there);
    const key = keyOf(truth);
    for (const conversation of [key, { ...key, externalId: null }]) {
      const outcome = await say(there, conversation);
      if (outcome.kind !== 'accepted') throw outcome.error;
      const last = (await readBack(there.adapter, key)).at(-1);
      expect(last && saidBy(last)).toEqual({ externalId: outcome.id, sentBy: 'us', body: text, sentAt: outcome.at });
    }
    expect(there.simulator.sent.map(({ conversationExternalId }) => conversationExternalId)).toEqual([
      truth.externalId,
      truth.externalId,
    ]);
  });

  test('the first message of a booking that nobody has written about begins its conversation, or is clearly refused', async () => {
    for (const unknownConversation of ['empty', 404, 400] as const) {
      const there = visit({ sendByReservation, unknownConversation });
      const { property, booking } = book(there, { conversation: 'none' });
      const address = { accommodation: property, reservation: booking };
      const outcome = await say(there, { externalId: null, address });
      expect(outcome.kind).toBe(sendByReservation === 'accepted' ? 'accepted' : 'rejected');
      if (outcome.kind === 'accepted') {
        const found = await there.adapter.findConversation?.({ property, booking }, call);
        expect(found?.externalId).toBe(there.simulator.sent[0]?.conversationExternalId);
      } else expect(there.simulator.sent).toEqual([]);
    }
  });
});

describe.each(['empty', 404, 400] as const)('where what is not there is answered with %s', (unknownConversation) => {
  test("a new booking's conversation is found once it has begun, with the property's welcome or empty", async () => {
    for (const welcomeMessage of [true, false]) {
      const there = visit({ unknownConversation, welcomeMessage });
      const of = book(there);
      const early = await there.adapter.findConversation?.(of, call);
      if (early) expect(early).toMatchObject({ externalId: null, booking: of.booking });
      there.clock.advance(3_000);
      const found = await there.adapter.findConversation?.(of, call);
      const truth = there.simulator.conversations().find(({ bookingExternalId }) => bookingExternalId === of.booking);
      expect(found).toMatchObject({ externalId: truth?.externalId, booking: of.booking });
      expect((await readBack(there.adapter, { externalId: null, address: found?.address ?? {} })).length).toBe(
        welcomeMessage ? 1 : 0,
      );
    }
  });

  test('a message to nowhere is refused, and nothing goes out', async () => {
    const there = visit({ unknownConversation });
    const { address } = keyOf(firstIn(there));
    for (const conversation of [
      { externalId: brand<never>('no such conversation'), address },
      { externalId: null, address: { accommodation: '1', reservation: '2' } },
    ])
      expect(await say(there, conversation)).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
    expect(there.simulator.sent).toEqual([]);
  });
});

test('a closed conversation refuses what is written, whichever way it says so', async () => {
  for (const [closedSend, kind] of [
    [403, 'forbidden'],
    [400, 'invalid'],
  ] as const) {
    const there = visit({ closedSend });
    const truth = there.simulator.addConversation();
    const until = there.simulator.stateOf?.(truth.externalId)?.writableUntil;
    there.clock.advance((until?.getTime() ?? 0) - there.clock.now().getTime() - 1000);
    expect(await say(there, keyOf(truth))).toMatchObject({ kind: 'accepted' });
    there.clock.advance(dayMs);
    expect(await say(there, keyOf(truth))).toMatchObject({ kind: 'rejected', error: { kind, noEffect: true } });
    expect(there.simulator.sent).toHaveLength(1);
  }
});

describe.each(['invalid', 'httpStatus'] as const)('with bad files refused by %s', (badUpload) => {
  const upload = (there: Visit, file: Partial<OutgoingFile>) =>
    there.adapter.upload?.({ ...picture(there), ...file }, call) ?? Promise.reject(new Error('cannot'));

  test('a picture is stored, sent, described and given back byte by byte', async () => {
    const there = visit({ badUpload });
    const file = picture(there);
    const attachment = await upload(there, {});
    expect(await there.adapter.describeAttachment?.(attachment, file.conversation, call)).toEqual({
      ...{ externalId: attachment, name: file.name, contentType: 'image/png', size: file.bytes.length },
    });
    const outcome = await there.adapter.send({ ...file, body: 'See this', attachments: [attachment] }, call);
    expect(outcome.kind).toBe('accepted');
    const last = (await readBack(there.adapter, file.conversation)).at(-1);
    expect(last?.attachments.map(({ externalId }) => externalId)).toEqual([attachment]);
    const incoming = await there.adapter.download?.(attachment, file.conversation, call);
    expect(incoming).toMatchObject({ contentType: 'image/png', size: file.bytes.length });
    expect(new Uint8Array(await new Response(incoming?.body).arrayBuffer())).toEqual(file.bytes);
  });

  test('one that is too large, of another type or of another content is an invalid request', async () => {
    const there = visit({ badUpload, sniffsUploads: true });
    const before = there.simulator.attachments?.().filter(({ sentBy }) => sentBy === 'us');
    const wrong = [
      { bytes: new Uint8Array(1_048_577) },
      { contentType: 'application/pdf' },
      { contentType: 'image/jpeg' },
    ];
    for (const file of wrong)
      await expect(upload(there, file)).rejects.toMatchObject({ kind: 'invalid', noEffect: true });
    expect(there.simulator.attachments?.().filter(({ sentBy }) => sentBy === 'us')).toEqual(before);
  });

  test('a file of nobody and a file of another conversation are not sent', async () => {
    const there = visit({ badUpload });
    const attachment = await upload(there, {});
    const [, other] = there.simulator.conversations();
    const message = { body: 'See this', conversation: other ? keyOf(other) : picture(there).conversation };
    for (const id of [attachment, brand<never>('nobody')]) {
      const outcome = await there.adapter.send({ ...message, attachments: [id] }, call);
      expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'invalid' } });
    }
    expect(there.simulator.sent).toEqual([]);
  });
});

function picture(there: Visit): OutgoingFile {
  const bytes = pictureOf({ width: 4, height: 4, colour: [1, 2, 3] });
  return { conversation: keyOf(firstIn(there)), name: 'map.png', contentType: 'image/png', bytes };
}

test('from the booking to the answer, as the guide has it: welcome, poll, confirm, reply', async () => {
  for (const version of ['3.1', '3.2'] as const) {
    const there = visit({ sandboxReplies: true, feedAtStart: 'nothing' }, { version });
    const of = book(there);
    there.clock.advance(3_000);
    const welcomed = await drain(there.adapter);
    expect(messagesIn(welcomed.events)).toMatchObject([{ sentBy: 'participant' }]);
    const found = await there.adapter.findConversation?.(of, call);
    const key = { externalId: found?.externalId ?? null, address: found?.address ?? {} };
    const outcome = await say(there, key, 'May we have an extra bed?');
    there.clock.advance(10_000);
    const answered = messagesIn((await drain(there.adapter, welcomed.checkpoint)).events);
    expect(answered).toMatchObject([
      { externalId: outcome.kind === 'accepted' && outcome.id, sentBy: 'us', body: 'May we have an extra bed?' },
      { sentBy: 'participant', body: 'Unfortunately we have no extra bed.' },
    ]);
    expect(there.simulator.feed.waiting).toBe(0);
  }
});
