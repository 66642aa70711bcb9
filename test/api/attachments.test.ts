import { describe, expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { FileDocument, FilesDocument, SendFilesDocument, type SendMessageInput } from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { idOf, inboxOf, rowCounts } from '../helpers/desk.ts';
import { connectStub, pictureFile, stubDesk, upload } from '../helpers/stub-desk.ts';

/** A system with two conversations of one account, the first with a picture that the guest sent. */
async function desk() {
  const { t, stub } = await stubDesk();
  const [first, second] = [stub.thread(), stub.thread()];
  const attachments = [{ externalId: brand<never>('guest-1'), name: 'door.jpg', contentType: 'image/jpeg', size: 900 }];
  stub.says(first, { body: 'The door looks like this', attachments });
  stub.says(second);
  await connectStub(t, stub);
  return { t, stub, id: await idOf(t, first.externalId), otherId: await idOf(t, second.externalId) };
}

async function sendFiles(t: TestApp, input: SendMessageInput) {
  const { data, errors } = await t.gql(SendFilesDocument, { input });
  expect(errors).toEqual([]);
  return data.sendMessage;
}

const fileOf = async (t: TestApp, id: string) => (await upload(t, id, pictureFile())).attachment?.id ?? '';

describe('files', () => {
  it('of a message are shown with it, and each by its own id', async () => {
    const { t, id } = await desk();
    const { data } = await t.gql(FilesDocument, { id });
    const [message] = data.conversation?.messages.nodes ?? [];
    expect(message?.attachments).toMatchObject([{ name: 'door.jpg', contentType: 'image/jpeg', size: 900 }]);
    const [file] = message?.attachments ?? [];
    expect(file?.url).toMatch(/^http:\/\/parley\.test\/attachments\/[\w-]+$/);
    expect((await t.gql(FileDocument, { id: file?.id ?? '' })).data.node).toMatchObject({
      name: 'door.jpg',
      size: 900,
    });
    expect((await t.gql(FileDocument, { id: file?.id ?? '' }, await t.tokenFor('rival'))).data.node).toBeNull();
  });

  it('of a whole inbox are one statement, and none where they are not asked for', async () => {
    const { t } = await desk();
    const statements: string[] = [];
    const { query } = t.db.pool;
    const seen = (asked: unknown): void => void statements.push(JSON.stringify(asked));
    t.db.pool.query = ((...args: Parameters<typeof query>) => {
      seen(args[0]);
      return query.apply(t.db.pool, args);
    }) as typeof query;
    const asked = async (fields: string) => {
      statements.length = 0;
      await t.ask(`{ conversations { nodes { messages { nodes { ${fields} } } } } }`);
      return statements.filter((one) => one.includes('FROM attachment')).length;
    };
    expect(await asked('id body')).toBe(0);
    expect(await asked('id body attachments { id name url }')).toBe(1);
    t.db.pool.query = query;
  });

  it('uploaded for a conversation go out with its message, under the ids of the provider', async () => {
    const { t, stub, id } = await desk();
    const attachmentIds = [await fileOf(t, id), await fileOf(t, id)];
    const { message, errors } = await sendFiles(t, { conversationId: id, body: 'Two pictures', attachmentIds });
    expect(errors).toEqual([]);
    expect(message?.attachments.map((one) => one.id).sort()).toEqual(attachmentIds.toSorted());
    await t.settle();
    expect(stub.sent).toMatchObject([{ body: 'Two pictures', attachments: ['file-0', 'file-1'] }]);
  });

  it('are not sent twice by a send that is repeated under its key', async () => {
    const { t, stub, id } = await desk();
    const attachmentIds = [await fileOf(t, id)];
    const input = { conversationId: id, body: 'Once', attachmentIds, idempotencyKey: 'k' };
    const first = await sendFiles(t, input);
    const again = await sendFiles(t, { ...input, attachmentIds: [...attachmentIds, ...attachmentIds] });
    expect(again).toMatchObject({ replayed: true, errors: [], message: { id: first.message?.id } });
    expect((await sendFiles(t, { ...input, attachmentIds: [] })).errors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
    await t.settle();
    expect(stub.sent).toHaveLength(1);
  });
});

type Desk = Awaited<ReturnType<typeof desk>>;

describe('a send is refused, and nothing goes out,', () => {
  const refused = async (make: (made: Desk) => Promise<Partial<SendMessageInput>>, error: object) => {
    const made = await desk();
    const { t, stub, id } = made;
    const input = { conversationId: id, body: 'With a file', ...(await make(made)) };
    const before = await rowCounts(t);
    const answer = await sendFiles(t, input);
    expect(answer).toMatchObject({ message: null, warnings: [], errors: [error] });
    await t.settle();
    expect(stub.sent.filter((one) => one.body !== 'before')).toEqual([]);
    expect(await rowCounts(t)).toEqual(before);
  };
  const notThere = { code: 'NOT_FOUND', path: ['attachmentIds'] };

  it('with a file that is none', () => refused(async () => ({ attachmentIds: ['file-0'] }), notThere));

  it('with an id that is of something else', () => refused(async ({ id }) => ({ attachmentIds: [id] }), notThere));

  it('with a file of another conversation', () =>
    refused(async ({ t, otherId }) => ({ attachmentIds: [await fileOf(t, otherId)] }), notThere));

  it('with a file of somebody else’s', () =>
    refused(async ({ t, stub }) => {
      const token = await t.tokenFor('rival');
      await connectStub(t, stub, 'theirs', token);
      const [theirs] = await inboxOf(t, token);
      const { attachment } = await upload(t, theirs?.id ?? '', pictureFile(), token);
      return { attachmentIds: [attachment?.id ?? ''] };
    }, notThere));

  it('with a file that was sent before', () =>
    refused(async ({ t, id }) => {
      const attachmentIds = [await fileOf(t, id)];
      await sendFiles(t, { conversationId: id, body: 'before', attachmentIds });
      await t.settle();
      return { attachmentIds };
    }, notThere));

  it('with a file that the guest sent', () =>
    refused(async ({ t, id }) => {
      const { data } = await t.gql(FilesDocument, { id });
      return { attachmentIds: [data.conversation?.messages.nodes[0]?.attachments[0]?.id ?? ''] };
    }, notThere));

  it('with more than ten files', () =>
    refused(
      async () => ({
        attachmentIds: Array.from({ length: 11 }, (_, place) => `att_${String(place).padStart(32, '0')}`),
      }),
      { code: 'INVALID', path: ['attachmentIds'] },
    ));

  it('with a file and no text', () =>
    refused(async ({ t, id }) => ({ body: ' ', attachmentIds: [await fileOf(t, id)] }), {
      code: 'INVALID',
      path: ['body'],
    }));
});

it('a file that was refused with its message can still be sent', async () => {
  const { t, stub, id } = await desk();
  const attachmentIds = [await fileOf(t, id)];
  await sendFiles(t, { conversationId: id, body: ' ', attachmentIds });
  expect((await sendFiles(t, { conversationId: id, body: 'Now', attachmentIds })).errors).toEqual([]);
  await t.settle();
  expect(stub.sent).toMatchObject([{ body: 'Now', attachments: ['file-0'] }]);
});

it('where a provider takes no files, none are sent or uploaded', async () => {
  const { t, stub } = await stubDesk({ abilities: [] });
  const { externalId } = stub.thread();
  await connectStub(t, stub);
  const id = await idOf(t, externalId);
  const attachmentIds = [`att_${'0'.repeat(32)}`];
  const { errors } = await sendFiles(t, { conversationId: id, body: 'Hello', attachmentIds });
  expect(errors).toMatchObject([{ code: 'UNSUPPORTED', path: ['attachmentIds'] }]);
  expect((await upload(t, id, pictureFile())).errors).toMatchObject([
    { code: 'UNSUPPORTED', path: ['conversationId'] },
  ]);
  expect(stub.calls).toEqual([]);
});
