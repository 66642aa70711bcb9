import { describe, expect, it } from 'vitest';
import { pictureOf } from '../../simulator/pictures.ts';
import { visit } from './simulator-visitor.ts';

const picture = pictureOf({ width: 64, height: 48, colour: [1, 2, 3] });
const base64 = Buffer.from(picture).toString('base64');
const base = 'https://www.bookingsync.com';

const upload = ({ ask }: ReturnType<typeof visit>, fields: object = {}) =>
  ask('POST /inbox/attachments', {
    attachments: [{ name: 'plan.png', file: `data:image/png;base64,${base64}`, ...fields }],
  });

describe('an attachment', () => {
  it('is handed in first, named in a message then, and fetched from its address', async () => {
    const visited = visit();
    const { ask, simulator, letter } = visited;
    const truth = simulator.addConversation();
    const { status, body } = await upload(visited);
    const [file] = body.attachments;
    expect(status).toBe(201);
    expect(file).toMatchObject({
      ...{ name: 'plan.png', file_content_type: 'image/png', file_size: picture.length },
      ...{ image_width: 64, image_height: 48, links: { messages: [] } },
    });
    expect(file.url).toMatch(/^\/uploads\//);
    const sent = await ask('POST /inbox/messages', { messages: [{ ...letter(truth), attachment_ids: [file.id] }] });
    const { id } = sent.body.messages[0];
    const [read] = (await ask(`GET /inbox/attachments/${file.id}`)).body.attachments;
    expect(read.links.messages).toEqual([id]);
    const answer = await simulator.fetch(`${base}${read.url}`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), picture)).toBe(0);
    expect(simulator.sent[0]?.attachments).toEqual([String(file.id)]);
    expect(simulator.attachments?.()).toMatchObject([
      {
        externalId: String(file.id),
        conversationExternalId: truth.externalId,
        messageExternalIds: [String(id)],
        sentBy: 'us',
      },
    ]);
  });

  it('may be added to a message that is there', async () => {
    const visited = visit();
    const { ask, simulator } = visited;
    const message = simulator.guestWrites(simulator.addConversation().externalId, 'Hello');
    const { id } = (await upload(visited)).body.attachments[0];
    const added = await ask(`PUT /inbox/messages/${message}/add_attachment`, { attachments: [{ id }] });
    expect(added.body.messages[0].links.attachments).toEqual([id]);
    expect((await ask(`PUT /inbox/messages/${message}/add_attachment`, { attachments: [{ id: 4711 }] })).status).toBe(
      404,
    );
  });

  it('of a guest is seen once a message names it', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addConversation();
    const id =
      simulator.addAttachment?.(externalId, { name: 'lamp.png', contentType: 'image/png', bytes: picture }) ?? '';
    expect((await ask('GET /inbox/attachments')).body.attachments).toEqual([]);
    simulator.guestWrites(externalId, 'See here', { attachments: [id] });
    expect((await ask('GET /inbox/attachments')).body.attachments).toMatchObject([
      { id: Number(id), name: 'lamp.png' },
    ]);
    expect((await ask('GET /inbox/messages')).body.messages[0].links.attachments).toEqual([Number(id)]);
  });

  it('comes as bare Base64 in lines too, and may be changed', async () => {
    const visited = visit();
    const file = base64.replace(/.{1,60}/g, '$&\n');
    const { id, file_content_type: type } = (await upload(visited, { file })).body.attachments[0];
    expect(type).toBe('image/png');
    const changed = await visited.ask(`PUT /inbox/attachments/${id}`, { attachments: [{ name: 'way.png' }] });
    expect(changed.body.attachments[0]).toMatchObject({ name: 'way.png', file_size: picture.length });
  });

  it('is refused where it is empty, no Base64, too big or nameless', async () => {
    const visited = visit();
    const big = Buffer.alloc(10 * 1024 * 1024).toString('base64');
    const bad = [{ file: 'data:image/png;base64,' }, { file: 'data:image/png;base64,%%' }, { file: big }, { name: '' }];
    for (const fields of bad) expect((await upload(visited, fields)).status).toBe(422);
    const { externalId } = visited.simulator.addConversation();
    const letter = visited.letter(visited.simulator.conversations()[0] ?? visited.simulator.addConversation());
    const body = { messages: [{ ...letter, conversation_id: externalId, attachment_ids: [4711] }] };
    expect((await visited.ask('POST /inbox/messages', body)).body.errors[0].field).toBe('attachments');
  });

  it('may lie at an absolute address, behind a token, for a while', async () => {
    const visited = visit({ attachmentUrl: 'absolute', attachmentAuth: 'bearer', attachmentUrlLifetimeMs: 60_000 });
    const { simulator, clock } = visited;
    const { url } = (await upload(visited)).body.attachments[0];
    expect(url.startsWith(`${base}/uploads/`)).toBe(true);
    const headers = { authorization: `Bearer ${simulator.credentials['accessToken']}` };
    expect((await simulator.fetch(url)).status).toBe(401);
    expect((await simulator.fetch(url, { headers })).status).toBe(200);
    clock.advance(60_000);
    expect((await simulator.fetch(url, { headers })).status).toBe(404);
    expect(simulator.calls.count({ operation: 'download' })).toBe(3);
  });
});
