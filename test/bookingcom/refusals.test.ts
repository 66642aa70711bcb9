import { describe, expect, it } from 'vitest';
import type { SendMessageInput } from '../generated/operations.ts';
import { testApp } from '../helpers/app.ts';
import { idOf, rowCounts } from '../helpers/desk.ts';
import { pictureFile, upload } from '../helpers/stub-desk.ts';
import {
  connectivity,
  demand,
  found,
  messagesWithFiles,
  participantSends,
  photo,
  sends,
  truthOf,
} from './bookingcom-desk.ts';

const lookMs = 600_000;
const limits = { [connectivity]: 10_000_000, [demand]: 1_048_576 } as const;

/** Two conversations, the first with a picture that the other side sent. */
async function desk(provider: keyof typeof limits) {
  const t = await testApp({ provider });
  const simulator = t.simulator();
  const [thread, other] = [simulator.addConversation({ messages: 1 }), simulator.addConversation({ messages: 1 })];
  await t.connect();
  participantSends(simulator, thread.externalId, 'A picture', photo());
  await t.pass(lookMs);
  const ids = { id: await idOf(t, thread.externalId), otherId: await idOf(t, other.externalId) };
  return { t, simulator, thread: thread.externalId, ...ids, ...(await watched(t, simulator)) };
}

async function watched(
  t: Parameters<typeof rowCounts>[0],
  simulator: { calls: { count(): number }; sent: readonly object[] },
) {
  const before = { rows: await rowCounts(t), calls: simulator.calls.count(), sent: simulator.sent.length };
  const unchanged = async (): Promise<void> => {
    const now = { rows: await rowCounts(t), calls: simulator.calls.count(), sent: simulator.sent.length };
    expect(now).toEqual(before);
  };
  return { unchanged };
}

const sized = (length: number, type = 'image/png'): File => {
  const bytes = new Uint8Array(length);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].slice(0, length));
  return new File([bytes], 'large.png', { type });
};

describe.each([connectivity, demand] as const)('at %s, with nothing changed there or here,', (provider) => {
  it.each([
    ['larger than it takes', () => sized(limits[provider] + 1), { code: 'TOO_LARGE' }],
    [
      'of a type it does not take',
      () => new File(['%PDF-1.7 '], 'a.pdf', { type: 'application/pdf' }),
      { code: 'WRONG_TYPE' },
    ],
    [
      'that lies about what it is',
      () => new File(['<script>'], 'a.png', { type: 'image/png' }),
      { code: 'WRONG_TYPE' },
    ],
    ['that is one picture and says it is another', () => sized(500, 'image/jpeg'), { code: 'WRONG_TYPE' }],
    ['that is empty', () => new File([], 'a.png', { type: 'image/png' }), { code: 'INVALID' }],
  ])('a file %s is refused', async (_title, file, error) => {
    const { t, id, unchanged } = await desk(provider);
    expect(await upload(t, id, file())).toMatchObject({ attachment: null, errors: [{ ...error, path: ['file'] }] });
    await unchanged();
  });

  const refused = async (
    input: (made: Awaited<ReturnType<typeof desk>>) => Promise<Partial<SendMessageInput>>,
    error: object,
  ) => {
    const made = await desk(provider);
    const more = await input(made);
    const { unchanged } = await watched(made.t, made.simulator);
    const answer = await sends(made.t, { conversationId: made.id, body: 'Hello', ...more });
    expect(answer).toMatchObject({ message: null, errors: [error] });
    await unchanged();
  };

  it('a file of another conversation is not sent', () =>
    refused(
      async ({ t, otherId }) => ({ attachmentIds: [(await upload(t, otherId, pictureFile())).attachment?.id ?? ''] }),
      { code: 'NOT_FOUND', path: ['attachmentIds'] },
    ));

  it('a file that the other side sent is not sent back', () =>
    refused(async ({ t, id }) => ({ attachmentIds: [(await messagesWithFiles(t, id))[0]?.attachments[0]?.id ?? ''] }), {
      code: 'NOT_FOUND',
      path: ['attachmentIds'],
    }));

  it('a file without a text is not sent', () =>
    refused(
      async ({ t, id }) => ({
        body: ' \n',
        attachmentIds: [(await upload(t, id, pictureFile())).attachment?.id ?? ''],
      }),
      { code: 'INVALID', path: ['body'] },
    ));

  it('a conversation that is somebody else’s is not found', async () => {
    const { t, simulator, id } = await desk(provider);
    const rival = await t.tokenFor('rival');
    const { unchanged } = await watched(t, simulator);
    expect((await upload(t, id, pictureFile(), rival)).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
    await unchanged();
  });

  it('a property that is none of the account’s has no conversations, and that is no failure', async () => {
    const { t, simulator, thread } = await desk(provider);
    const rows = await rowCounts(t);
    const names = truthOf(simulator, thread);
    for (const propertyExternalId of ['7999999', 'nonsense', '../7000001'])
      expect(await found(t, { ...names, propertyExternalId })).toEqual([]);
    expect(await rowCounts(t)).toEqual(rows);
    expect(simulator.sent).toEqual([]);
  });
});
