import { describe, expect, it } from 'vitest';
import { pictureOf, pictureOfSize } from '../../simulator/pictures.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';
import { visit } from './simulator-visitor.ts';

const say = (content: string, files?: readonly string[]) => ({
  message: { content, ...(files ? { attachment_ids: files } : {}) },
});
const picture = pictureOf({ width: 8, height: 8, colour: [1, 2, 3] });
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const whole = (bytes: Uint8Array, over: object = {}) => ({
  attachment: {
    file_name: 'map.png',
    file_type: 'image/png',
    file_size: bytes.length,
    file_content: base64(bytes),
    ...over,
  },
});

/** One open thread, and its requests. */
function thread(switches: Partial<ConnectivitySwitches> = {}) {
  const visitor = visit(switches);
  const truth = visitor.simulator.addConversation({ guestHasAccount: false });
  const path = visitor.pathOf(truth);
  const post = (below: string, body: unknown) => visitor.ask(`POST ${path}${below}`, body);
  const get = (below: string) => visitor.ask(`GET ${path}${below}`);
  return { ...visitor, truth, path, post, get };
}

describe('sending', () => {
  it('delivers once each time it is asked, says whether the guest has an account, and echoes in the queue', async () => {
    const { post, simulator, ask } = thread();
    const [first, second] = [await post('', say('Yes, two.')), await post('', say('Yes, two.'))];
    expect(first.body.data).toEqual({
      ok: true,
      message_id: simulator.sent[0]?.messageExternalId,
      guest_has_account: false,
    });
    expect(second.body.data.message_id).not.toBe(first.body.data.message_id);
    expect(simulator.sent.map(({ body }) => body)).toEqual(['Yes, two.', 'Yes, two.']);
    expect((await ask('GET /messages/latest')).body.data.number_of_messages).toBe(2);
  });

  it('wants words, and files of this thread', async () => {
    const { post, simulator } = thread();
    const elsewhere = simulator.addConversation();
    const foreign = simulator.addAttachment?.(elsewhere.externalId, {
      by: 'us',
      name: 'a.png',
      contentType: 'image/png',
      bytes: picture,
    });
    for (const body of [say(''), say(' '), {}, '{', say('Look', ['no file']), say('Look', [foreign ?? ''])]) {
      expect((await post('', body)).status).toBe(400);
    }
    expect(simulator.sent).toEqual([]);
  });

  it('takes out links that the property has not approved, refuses them, or drops the message unsaid', async () => {
    const { post, simulator } = thread();
    const said = () => simulator.conversations()[0]?.messages.map(({ body }) => body);
    await post('', say('See https://evil.test/x and https://booking.com/y'));
    expect(said()).toEqual(['See [link removed] and https://booking.com/y']);
    simulator.switches.blockedLink = 'notDelivered';
    expect((await post('', say('See https://evil.test/x'))).status).toBe(200);
    simulator.switches.blockedLink = 'refused';
    expect((await post('', say('See www.evil.test'))).status).toBe(400);
    expect([said()?.length, simulator.sent.length]).toEqual([1, 2]);
  });

  it('answers structured requests with whatever comes first, but for those of the extranet', async () => {
    const { post, simulator, truth } = thread();
    const ask = (topic: string) =>
      simulator.guestWrites(truth.externalId, topic, { special: { kind: 'self-service', topic } });
    const [checkin, change] = [ask('checkin'), ask('change_dates_nr')];
    expect(simulator.stateOf?.(truth.externalId).openRequests).toEqual([checkin, change]);
    await post('', say('Thank you for your message'));
    expect(simulator.stateOf?.(truth.externalId).openRequests).toEqual([change]);
  });
});

describe('files', () => {
  it('go up whole, are sent with words, and come back', async () => {
    const { post, get, simulator } = thread();
    const id = (await post('/attachments', whole(picture))).body.data.attachment_id;
    expect((await post('', say('The way', [id]))).status).toBe(200);
    expect(simulator.sent[0]?.attachments).toEqual([id]);
    expect((await get(`/attachments/${id}/file_info`)).body.data).toEqual({
      file_name: 'map.png',
      file_type: 'image/png',
      file_size: picture.length,
    });
    const { file_content: content } = (await get(`/attachments/${id}`)).body.data;
    expect(Buffer.from(content, 'base64')).toEqual(Buffer.from(picture));
    expect(simulator.attachments?.()).toMatchObject([
      { externalId: id, sentBy: 'us', messageExternalIds: [simulator.sent[0]?.messageExternalId] },
    ]);
    expect((await get('/attachments/none')).status).toBe(404);
  });

  it('are refused where they are too large, of a wrong type or size, or lie about what they are', async () => {
    const { post, simulator } = thread({ sniffsUploads: true });
    const bad = [
      whole(pictureOfSize(1_048_577)),
      whole(picture, { file_type: 'application/pdf' }),
      whole(picture, { file_size: 3 }),
      whole(picture, { file_content: '*' }),
      whole(picture, { file_type: 'image/jpeg' }),
      {},
    ];
    for (const body of bad) expect((await post('/attachments', body)).status).toBe(400);
    expect(simulator.attachments?.()).toEqual([]);
  });

  it('above a megabyte go up in chunks, in order, and start over after any mistake', async () => {
    const { post, simulator } = thread();
    const file = pictureOfSize(2_500_000);
    const chunk = (action: string, number: number, uploadId?: string) => {
      const bytes = file.subarray(number * 1_000_000, (number + 1) * 1_000_000);
      const inner = { chunk_number: number, chunk_size: bytes.length, chunk_content: base64(bytes) };
      const head = { action, file_name: 'map.png', file_type: 'image/png', file_size: file.length };
      return post('/attachment_chunks', {
        attachment: { ...head, chunk: inner, ...(uploadId ? { upload_id: uploadId } : {}) },
      });
    };
    const start = async () => (await chunk('start', 0)).body.data.upload_id;
    const early = await start();
    expect((await chunk('finish', 2, early)).status).toBe(400);
    expect((await chunk('resume', 1, early)).status).toBe(400);
    const id = await start();
    expect((await chunk('resume', 1, id)).body.data).toMatchObject({ upload_id: null, attachment_id: null });
    const { attachment_id: done } = (await chunk('finish', 2, id)).body.data;
    expect(simulator.attachments?.()).toMatchObject([{ externalId: done }]);
    expect(simulator.attachments?.()[0]?.bytes).toEqual(file);
  });

  it('above five megabytes come back in ranges: one answer holds no more', async () => {
    const { get, simulator, truth } = thread({ megabyte: 1_000_000 });
    const bytes = pictureOfSize(6_000_000);
    const id = simulator.addAttachment?.(truth.externalId, { name: 'a.png', contentType: 'image/png', bytes });
    const part = async (query: string) =>
      Buffer.from((await get(`/attachments/${id}${query}`)).body.data.file_content, 'base64');
    expect((await part('')).length).toBe(5_000_000);
    expect(Buffer.concat([await part('?from=0&to=2999999'), await part('?from=3000000&to=5999999')])).toEqual(
      Buffer.from(bytes),
    );
    simulator.switches.rangeEnd = 'exclusive';
    expect((await part('?from=0&to=10')).length).toBe(10);
    simulator.switches.longDownload = 'refuse';
    expect((await get(`/attachments/${id}`)).status).toBe(400);
    expect((await get(`/attachments/${id}?from=9000000`)).status).toBe(400);
  });
});

describe('tags', () => {
  it('say for whom a message is read, and take that back', async () => {
    const { ask, path, simulator, truth, get } = thread();
    const id = simulator.guestWrites(truth.externalId, 'Hello');
    const { participants } = (await get('')).body.data.conversation;
    const property = participants[1].participant_id;
    const mark = { message_ids: [id], participant_id: property };
    const tags = async () => (await get('')).body.data.conversation.messages[0].tags.read;
    expect(await tags()).toEqual({ set: false, participants: [] });
    expect((await ask(`PUT ${path}/tags/message_read`, mark)).body.data).toEqual({
      ok: true,
      tag: 'read',
      is_set: true,
    });
    expect(await tags()).toEqual({ set: true, participants: [property] });
    expect(simulator.conversations()[0]?.messages[0]?.read).toBe(true);
    expect((await ask(`DELETE ${path}/tags/message_read`, mark)).body.data.is_set).toBe(false);
    simulator.switches.unreadAnswer = 'live';
    expect((await ask(`DELETE ${path}/tags/message_read`, mark)).body.data.is_set).toBe(true);
    expect(await tags()).toEqual({ set: false, participants: [] });
    expect((await ask(`POST ${path}/tags`, { tag: 'read', ...mark })).body.data.is_set).toBe(true);
    expect((await ask(`PUT ${path}/tags/message_read`, { ...mark, participant_id: 'x' })).status).toBe(400);
  });

  it('say that no answer is needed', async () => {
    const { ask, path, simulator, truth } = thread();
    expect((await ask(`PUT ${path}/tags/no_reply_needed`)).body.data).toMatchObject({
      tag: 'no_reply_needed',
      is_set: true,
    });
    expect(simulator.stateOf?.(truth.externalId).noReplyNeeded).toBe(true);
    await ask(`DELETE ${path}/tags/no_reply_needed`);
    expect(simulator.stateOf?.(truth.externalId).noReplyNeeded).toBe(false);
  });
});
