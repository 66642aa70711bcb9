import { describe, expect, it } from 'vitest';
import { pictureOf, pictureOfSize } from '../../simulator/pictures.ts';
import type { DemandSwitches } from './simulator-switches.ts';
import { visit } from './simulator-visitor.ts';

const day = 86_400_000;
const picture = pictureOf({ width: 8, height: 8, colour: [1, 2, 3] });

/** One open thread, and how requests name it. */
function thread(switches: Partial<DemandSwitches> = {}) {
  const visitor = visit(switches);
  const truth = visitor.simulator.addConversation();
  const named = { conversation: truth.externalId, accommodation: truth.propertyExternalId };
  const booked = { reservation: truth.bookingExternalId, accommodation: truth.propertyExternalId };
  return { ...visitor, truth, named, booked };
}

describe('the door', () => {
  it('takes POSTs of JSON with the right key and affiliate, at the versions there are', async () => {
    const { post, simulator } = visit();
    const good = { 'content-type': 'application/json', accept: 'application/json' };
    const keyed = { ...good, authorization: `Bearer ${simulator.credentials['token']}` };
    const affiliate = String(simulator.credentials['affiliateId']);
    const status = async (headers: Record<string, string>) =>
      (await post('latest', undefined, { init: { headers } })).status;
    expect(await status({ accept: '*/*' })).toBe(415);
    expect(await status({ ...good, accept: 'text/html' })).toBe(406);
    expect(await status(good)).toBe(401);
    expect(await status(keyed)).toBe(400);
    expect(await status({ ...keyed, 'x-affiliate-id': '1' })).toBe(403);
    expect(await status({ ...keyed, 'x-affiliate-id': affiliate })).toBe(200);
    expect((await post('latest', undefined, { version: '3.0' })).status).toBe(404);
    expect((await post('latest', undefined, { version: '3.3' })).status).toBe(200);
    expect((await post('latest', undefined, { init: { method: 'GET' } })).status).toBe(405);
    expect((await post('send', '[')).body.errors[0].id).toBe('malformed_request');
  });

  it('is shut for a minute by too many requests', async () => {
    const { post, clock } = visit({ requestsPerMinute: 2 });
    const statuses = [await post('latest'), await post('latest'), await post('latest')].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
    clock.advance(60_001);
    expect((await post('latest')).status).toBe(200);
  });
});

describe('a conversation', () => {
  it('is read whole, by accommodation and exactly one of conversation and reservation', async () => {
    const { post, named, booked, simulator } = thread();
    simulator.hostWritesElsewhere(named.conversation, 'Hello');
    const byId = await post('conversations', named);
    expect(byId.body.data.conversation).toMatchObject({
      id: named.conversation,
      messages: [{ content: 'Hello', timestamp: '2026-03-02T09:00:00.250Z' }],
    });
    expect((await post('conversations', booked)).body.data).toEqual(byId.body.data);
    for (const body of [{ ...named, ...booked }, { accommodation: named.accommodation }]) {
      expect((await post('conversations', body)).body.errors[0].id).toBe('conflicting_parameters');
    }
    expect((await post('conversations', { ...named, limit: 3 })).body.errors[0].id).toBe('unknown_parameter');
    expect((await post('conversations', { ...named, accommodation: Number(named.accommodation) })).status).toBe(200);
    simulator.switches.idTypes = 'strict';
    expect((await post('conversations', { ...named, accommodation: Number(named.accommodation) })).status).toBe(400);
  });

  it('names its property in the words of each version, under a plural key in the guides', async () => {
    const { post, named, simulator } = thread();
    const at = async (version: string) => (await post('conversations', named, { version })).body.data;
    expect((await at('3.2')).conversation.participants[1].metadata.name).toBe(named.accommodation);
    expect((await at('3.1')).conversation.participants[1].metadata.accommodation_id).toBe(named.accommodation);
    simulator.switches.shapesOn31 = 'guide';
    expect((await at('3.1')).conversations.id).toBe(named.conversation);
  });

  it('that is unknown, of another accommodation or a year old is null, or an error', async () => {
    const { post, named, simulator, clock } = thread();
    const read = (over: object = {}) => post('conversations', { ...named, ...over });
    expect((await read({ conversation: '8586a789' })).body.data).toEqual({ conversation: null });
    expect((await read({ accommodation: '1' })).body.data).toEqual({ conversation: null });
    clock.advance(400 * day);
    expect((await read()).body.data).toEqual({ conversation: null });
    expect(simulator.conversations()).toEqual([]);
    simulator.switches.unknownConversation = 404;
    expect((await read()).status).toBe(404);
  });
});

describe('sending', () => {
  it('speaks as the guest, once each time it is asked', async () => {
    const { post, named, simulator } = thread();
    const first = await post('send', { ...named, content: 'Hello' });
    await post('send', { ...named, content: 'Hello' });
    expect(first.body.data).toEqual({ message: simulator.sent[0]?.messageExternalId });
    expect(simulator.conversations()[0]?.messages.map(({ sentBy, body }) => [sentBy, body])).toEqual([
      ['us', 'Hello'],
      ['us', 'Hello'],
    ]);
  });

  it('takes a reservation for a conversation, and begins its thread, unless it is strict', async () => {
    const { post, simulator } = visit();
    const { externalId } = simulator.addBooking({ conversation: 'none', listingId: 1 });
    const accommodation = '7000001';
    const body = { accommodation, reservation: externalId, content: 'Hello' };
    simulator.switches.sendByReservation = 'refused';
    expect((await post('send', body)).body.errors[0]).toMatchObject({ id: 'missing_parameter' });
    simulator.switches.sendByReservation = 'accepted';
    expect((await post('send', body)).status).toBe(200);
    expect(simulator.conversations()).toMatchObject([
      { bookingExternalId: externalId, propertyExternalId: accommodation },
    ]);
    expect((await post('send', { ...body, reservation: '1' })).status).toBe(400);
    expect((await post('send', { ...body, content: ' ' })).status).toBe(400);
  });

  it('is over 66 days after the stay', async () => {
    const { post, named, simulator, clock, world } = thread();
    const left = Date.parse([...world.bookings.values()][0]?.checkOut ?? '');
    clock.advance(left + 66 * day - clock.now().getTime());
    expect((await post('send', { ...named, content: 'Hello' })).status).toBe(200);
    clock.advance(1);
    expect((await post('send', { ...named, content: 'Hello' })).status).toBe(403);
    simulator.switches.closedSend = 400;
    expect((await post('send', { ...named, content: 'Hello' })).status).toBe(400);
    expect(simulator.stateOf?.(named.conversation).writable).toBe(false);
  });

  it('is answered by the property within seconds in the sandbox', async () => {
    const { post, named, simulator, clock } = thread({ sandboxReplies: true });
    await post('send', { ...named, content: 'An extra bed, please' });
    clock.advance(5_000);
    expect(simulator.conversations()[0]?.messages.at(-1)).toMatchObject({
      sentBy: 'participant',
      body: 'Unfortunately we have no extra bed.',
    });
  });
});

describe('a new reservation', () => {
  it('has its thread some seconds later, with a welcome', async () => {
    const { post, simulator, clock } = visit();
    const { externalId } = simulator.addBooking({ listingId: 1 });
    const read = async () =>
      (await post('conversations', { accommodation: '7000001', reservation: externalId })).body.data;
    expect((await read()).conversation).toBeNull();
    clock.advance(3_000);
    expect((await read()).conversation.messages).toHaveLength(1);
    expect((await post('latest')).body.data.messages).toHaveLength(1);
  });
});

describe('files', () => {
  const upload = (bytes: Uint8Array, over: object = {}) => ({
    ...{ file_name: 'bed.png', file_type: 'image/png', file_size: bytes.length },
    ...{ file_content: Buffer.from(bytes).toString('base64'), ...over },
  });

  it('go up, are sent with words, and come back', async () => {
    const { post, named, simulator } = thread();
    const id = (await post('attachments/upload', { ...named, ...upload(picture) })).body.data.attachment;
    expect((await post('send', { ...named, content: 'This one', attachments: [id] })).status).toBe(200);
    expect(simulator.sent[0]?.attachments).toEqual([id]);
    const down = (await post('attachments/download', { ...named, attachment: id })).body.data;
    expect(down).toEqual({
      conversation: named.conversation,
      attachment: id,
      file_content: Buffer.from(picture).toString('base64'),
    });
    const size = async (version: string) =>
      (await post('attachments/metadata', { ...named, attachment: id }, { version })).body.data.metadata.file_size;
    expect([await size('3.2'), await size('3.1')]).toEqual([picture.length, String(picture.length)]);
    expect((await post('attachments/download', { ...named, attachment: 'none' })).status).toBe(400);
    expect((await post('send', { ...named, content: 'This', attachments: ['none'] })).status).toBe(400);
  });

  it('are refused above a mebibyte, of other types, and where they lie, in either way', async () => {
    const { post, named, simulator } = thread({ sniffsUploads: true });
    const bad = [
      upload(pictureOfSize(1_048_577)),
      upload(picture, { file_type: 'application/pdf' }),
      upload(picture, { file_type: 'image/jpg' }),
    ];
    const statuses = async () => {
      const answers = [];
      for (const body of bad) answers.push((await post('attachments/upload', { ...named, ...body })).status);
      return answers;
    };
    expect(await statuses()).toEqual([400, 400, 400]);
    simulator.switches.badUpload = 'httpStatus';
    expect(await statuses()).toEqual([413, 415, 415]);
    expect((await post('attachments/upload', { ...named, ...upload(pictureOfSize(1_048_576)) })).status).toBe(200);
  });
});
