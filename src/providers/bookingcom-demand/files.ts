import { brand, type ExternalAttachmentId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, ConversationKey, IncomingFile, ProviderAdapter } from '../contract.ts';
import type { Client } from './client.ts';
import { harmless, protocolError, refusal } from './failures.ts';
import { placeFor, type Threads } from './threads.ts';
import { isObject, readId, wireFile } from './wire.ts';

/** What a file may be (Demand API, "Manage attachments"): `image/jpg` is named there too and is no type of its own. */
export const fileLimits = { types: ['image/png', 'image/jpeg'], maxBytes: 1_048_576 } as const;

type Files = Required<Pick<ProviderAdapter, 'upload' | 'download' | 'describeAttachment'>>;

/** Stores, gives back and describes files. They travel as base64 in JSON, whole. */
export function createFiles(client: Client, threads: Threads): Files {
  /** What every request about a file names. A file belongs to a conversation: a reservation is not enough. */
  const scope = async (operation: string, conversation: ConversationKey, call: Call): Promise<JsonObject> => {
    const { accommodation } = placeFor(operation, conversation);
    const id = await threads.idOf(operation, conversation, call).catch((error) => {
      throw harmless(operation, error);
    });
    if (id === null) throw refusal(operation, 'not-found', 'there is no conversation yet');
    return { conversation: id, accommodation };
  };

  return {
    async upload({ conversation, name, contentType, bytes }, call) {
      const file = { file_name: name, file_type: contentType, file_size: bytes.length, file_content: base64Of(bytes) };
      const data = await client.ask(
        'attachments/upload',
        { ...(await scope('upload', conversation, call)), ...file },
        call,
      );
      const id = readId(data, 'attachment', 'attachment_id', 'id');
      if (id === null) throw protocolError('upload', 'there is no id of a file in the answer');
      return brand(id);
    },
    async download(attachment, conversation, call) {
      const body = { ...(await scope('download', conversation, call)), attachment };
      const data = await client.ask('attachments/download', body, call);
      return fileOf(bytesOf(data?.file_content));
    },
    async describeAttachment(attachment, conversation, call) {
      const body = { ...(await scope('describeAttachment', conversation, call)), attachment };
      return described(attachment, await client.ask('attachments/metadata', body, call));
    },
  };
}

function described(externalId: ExternalAttachmentId, data: JsonObject | null) {
  if (!isObject(data?.metadata)) return null;
  const { file_name: name, file_type: contentType, file_size: size } = wireFile.parse(data.metadata);
  return { externalId, name, contentType, size };
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

function bytesOf(content: unknown): Uint8Array<ArrayBuffer> {
  const text = typeof content === 'string' ? content.replace(/\s+/g, '') : null;
  if (text === null || !base64.test(text)) throw protocolError('download', 'there is no file in the answer');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function fileOf(bytes: Uint8Array<ArrayBuffer>): IncomingFile {
  return { contentType: typeOf(bytes), size: bytes.length, body: new Blob([bytes]).stream() };
}

const beginnings = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
] as const;

/** By how it begins: the answer names no type, and asking for it would be one more request. */
function typeOf(bytes: Uint8Array): string | null {
  const found = beginnings.find(([, beginning]) => beginning.every((byte, index) => bytes[index] === byte));
  return found?.[0] ?? null;
}
