import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import { brand, type ExternalAttachmentId } from '../../src/domain/ids.ts';
import type { ConversationKey, IncomingFile } from '../../src/providers/contract.ts';
import { pictureOfSize } from '../../src/simulator/pictures.ts';
import { callOf, type Subject } from './bench.ts';
import { openScene, type Scene } from './trouble.ts';
import { keyOf, lookUp, valueIn } from './walking.ts';

/** Where sizes are cut at providers, if at all: a million bytes, a mebibyte, five million and so on. */
const cuts = [1_000_000, 1_048_576, 5_000_000, 5_242_880].flatMap((size) => [size, size + 1]);

/** Files, to and fro. */
export function describeFiles(subject: Subject): void {
  const { attachments: limits } = subject.module.limits;
  if (!limits || !subject.methods.has('upload') || !subject.methods.has('download')) return;
  const isBound = subject.traits.filesBelongTo === 'conversation';
  const sizes = [...new Set([200, 10_000, ...cuts.filter((size) => size < limits.maxBytes), limits.maxBytes])];

  describe('carries files', () => {
    for (const size of sizes) {
      it(`of ${size} bytes, which are sent with a message and come back as they were`, async () => {
        const { scene, conversation } = await openWritable(subject);
        const bytes = fileOf('image/png', size);
        const id = await uploaded(scene, conversation, { name: 'plan é.png', contentType: 'image/png', bytes });
        expect(scene.bench.simulator.sent).toEqual([]);
        expect(await sentWith(scene, conversation, [id])).toEqual([id]);
        const kept = scene.bench.simulator.attachments?.().find((one) => one.externalId === id);
        expect(kept).toMatchObject({ name: 'plan é.png', contentType: 'image/png', sentBy: 'us' });
        expect(same(kept?.bytes, bytes)).toBe(true);
        const file = await downloaded(scene, id, conversation);
        expect(file.contentType ?? 'image/png').toBe('image/png');
        expect(file.size ?? size).toBe(size);
        expect(same(await bytesOf(file), bytes)).toBe(true);
      });
    }

    for (const contentType of limits.types) {
      it(`of the kind ${contentType}, as its limits say`, async () => {
        const { scene, conversation } = await openWritable(subject, { sniffsUploads: true });
        const bytes = fileOf(contentType, 3000);
        const id = await uploaded(scene, conversation, {
          name: `file.${contentType.split('/')[1]}`,
          contentType,
          bytes,
        });
        expect(same(await bytesOf(await downloaded(scene, id, conversation)), bytes)).toBe(true);
      });
    }

    it('several with one message, in order, and shows them in the thread', async () => {
      const { scene, conversation } = await openWritable(subject);
      const ids: ExternalAttachmentId[] = [];
      for (const size of [300, 200, 400]) {
        const bytes = fileOf('image/png', size);
        ids.push(await uploaded(scene, conversation, { name: `${size}.png`, contentType: 'image/png', bytes }));
      }
      expect(await sentWith(scene, conversation, ids)).toEqual(ids);
      const last = (await newestIn(scene, conversation)).at(-1);
      expect(last?.attachments.map(({ externalId }) => externalId)).toEqual(ids);
    });

    it('that the other side sent, by what the thread says of them', async () => {
      const { scene, conversation } = await openWritable(subject);
      const { simulator } = scene.bench;
      const bytes = fileOf('image/jpeg', 4321);
      const file = { name: 'broken lamp.jpg', contentType: 'image/jpeg', bytes };
      const id = simulator.addAttachment?.(conversation.externalId ?? '', file) ?? '';
      const message = simulator.guestWrites(conversation.externalId ?? '', 'See for yourself', { attachments: [id] });
      const told = (await newestIn(scene, conversation)).find(({ externalId }) => externalId === message);
      expect(told?.attachments.map(({ externalId }) => externalId)).toEqual([id]);
      const [attachment] = told?.attachments ?? [];
      if (!attachment) throw new Error('there is no file');
      expect([attachment.name ?? file.name, attachment.size ?? 4321]).toEqual([file.name, 4321]);
      expect(same(await bytesOf(await downloaded(scene, attachment.externalId, conversation)), bytes)).toBe(true);
    });

    if (subject.methods.has('describeAttachment')) {
      it('and describes one that its message names by its id alone, and none that is not there', async () => {
        const { scene, conversation, other } = await openWritable(subject);
        const bytes = fileOf('image/png', 4321);
        const id = await uploaded(scene, conversation, { name: 'plan é.png', contentType: 'image/png', bytes });
        const ask = (key: ConversationKey) => scene.bench.adapter.describeAttachment?.(id, key, callOf());
        const described = { externalId: id, name: 'plan é.png', contentType: 'image/png', size: 4321 };
        expect(await ask(conversation)).toEqual(described);
        const foreign = await ask(other)?.catch((error: unknown) => error);
        if (foreign !== null && isBound) expect(foreign).toBeInstanceOf(ProviderError);
      });
    }

    it('but none that is too large, empty or of another kind, and then keeps nothing', async () => {
      const { scene, conversation } = await openWritable(subject);
      const bad = [
        ...[limits.maxBytes + 1, 2 * limits.maxBytes].map((size) => ['image/png', fileOf('image/png', size)] as const),
        ...['application/pdf', 'text/html', 'image/svg+xml', 'image/gif', '']
          .filter((contentType) => !limits.types.includes(contentType))
          .map((contentType) => [contentType, fileOf('image/png', 300)] as const),
        ['image/png', new Uint8Array()] as const,
      ];
      const before = scene.bench.simulator.attachments?.().length;
      for (const [contentType, bytes] of bad) {
        const upload = uploaded(scene, conversation, { name: 'file', contentType, bytes });
        const failure = await upload.catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(ProviderError);
        expect(failure).toMatchObject({ kind: 'invalid', noEffect: true });
      }
      expect(scene.bench.simulator.attachments?.()).toHaveLength(before ?? 0);
    });

    it('and sends none of another conversation, nor one that nobody handed in', async () => {
      const { scene, conversation, other } = await openWritable(subject);
      const bytes = fileOf('image/png', 300);
      const foreign = await uploaded(scene, other, { name: 'a.png', contentType: 'image/png', bytes });
      const strange = [brand<ExternalAttachmentId>('no-such-file'), brand<ExternalAttachmentId>('')];
      for (const id of isBound ? [foreign, ...strange] : strange) {
        const outcome = await scene.bench.adapter.send({ conversation, body: 'See', attachments: [id] }, callOf());
        expect(outcome).toMatchObject({ kind: 'rejected', error: { noEffect: true } });
      }
      expect(scene.bench.simulator.sent).toEqual([]);
    });

    it('and gives out none of another conversation, nor one that nobody handed in', async () => {
      const { scene, conversation, other } = await openWritable(subject);
      const bytes = fileOf('image/png', 300);
      const foreign = await uploaded(scene, other, { name: 'a.png', contentType: 'image/png', bytes });
      const strange = [brand<ExternalAttachmentId>('no-such-file'), brand<ExternalAttachmentId>('../..')];
      for (const id of isBound ? [foreign, ...strange] : strange) {
        const failure = await downloaded(scene, id, conversation).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(ProviderError);
      }
    });

    it('to a conversation that is known by its address alone', async () => {
      const { scene, conversation } = await openWritable(subject);
      const bare = { ...conversation, externalId: null };
      const bytes = fileOf('image/png', 300);
      const id = await uploaded(scene, bare, { name: 'a.png', contentType: 'image/png', bytes });
      expect(await sentWith(scene, bare, [id])).toEqual([id]);
      expect(same(await bytesOf(await downloaded(scene, id, bare)), bytes)).toBe(true);
    });

    it('whole or not at all, where the way breaks in the middle', async () => {
      const { scene, conversation } = await openWritable(subject);
      const bytes = fileOf('image/png', limits.maxBytes);
      const id = await uploaded(scene, conversation, { name: 'a.png', contentType: 'image/png', bytes });
      const { simulator } = scene.bench;
      simulator.calls.reset();
      await bytesOf(await downloaded(scene, id, conversation));
      const requests = simulator.calls.entries.map(({ operation }) => operation);
      for (const [index, operation] of requests.entries()) {
        const before = requests.slice(0, index).filter((one) => one === operation).length;
        simulator.faults.next({ kind: 'hold', until: Promise.resolve() }, { operation, times: before });
        simulator.faults.next({ kind: 'cut' }, { operation });
        const read = downloaded(scene, id, conversation).then(bytesOf);
        const outcome = await read.catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(ProviderError);
        expect(simulator.faults.pending).toBe(0);
      }
    });

    it('and stops reading when nobody wants the rest', async () => {
      const { scene, conversation } = await openWritable(subject);
      const bytes = fileOf('image/png', limits.maxBytes);
      const id = await uploaded(scene, conversation, { name: 'a.png', contentType: 'image/png', bytes });
      const file = await downloaded(scene, id, conversation);
      const asked = scene.bench.simulator.calls.count();
      await file.body.cancel();
      expect(scene.bench.simulator.calls.count()).toBe(asked);
    });
  });
}

interface NewFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Two conversations of now, so that they can be written in. */
async function openWritable(subject: Subject, switches: object = {}) {
  const scene = await openScene(subject, { switches });
  const { simulator, clock, adapter } = scene.bench;
  const begin = async (): Promise<ConversationKey> => {
    const createdAt = new Date(clock.now().getTime() - 3_600_000);
    const truth = simulator.addConversation({ createdAt, messages: 3 });
    const found = await lookUp(adapter, truth);
    if (!found) throw new Error('the conversation was not found');
    return keyOf(found);
  };
  const [conversation, other] = [await begin(), await begin()];
  simulator.calls.reset();
  return { scene, conversation, other };
}

async function uploaded({ bench }: Scene, conversation: ConversationKey, file: NewFile): Promise<ExternalAttachmentId> {
  const id = await bench.adapter.upload?.({ conversation, ...file }, callOf());
  if (id === undefined) throw new Error('files cannot be handed in');
  return id;
}

async function downloaded(
  { bench }: Scene,
  id: ExternalAttachmentId,
  conversation: ConversationKey,
): Promise<IncomingFile> {
  const file = await bench.adapter.download?.(id, conversation, callOf());
  if (!file) throw new Error('files cannot be fetched');
  return file;
}

/** Sends a message with files, and answers with which it is known to have gone out. */
async function sentWith(
  { bench }: Scene,
  conversation: ConversationKey,
  attachments: readonly ExternalAttachmentId[],
): Promise<readonly string[]> {
  const outcome = await bench.adapter.send({ conversation, body: 'See here', attachments }, callOf());
  if (outcome.kind !== 'accepted') throw outcome.error;
  return bench.simulator.sent.at(-1)?.attachments ?? [];
}

async function newestIn({ bench }: Scene, conversation: ConversationKey) {
  const [slot] = await bench.adapter.messages([{ conversation, older: null }], callOf());
  return valueIn(slot).items;
}

async function bytesOf(file: IncomingFile): Promise<Uint8Array> {
  return new Uint8Array(await new Response(file.body).arrayBuffer());
}

/** Of the kind that its first bytes say. */
function fileOf(contentType: string, size: number): Uint8Array {
  const bytes = pictureOfSize(Math.max(size, 100)).slice(0, size);
  if (contentType === 'image/jpeg') bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  return bytes;
}

function same(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}
