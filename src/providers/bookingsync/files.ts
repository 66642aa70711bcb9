import { brand, type ExternalAttachmentId } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { Call, OutgoingFile, ProviderAdapter } from '../contract.ts';
import type { Download } from './downloading.ts';
import { nonsense, refusal } from './failures.ts';
import { lists, readByIds } from './lists.ts';
import { fileOf } from './map.ts';
import type { Ask } from './session.ts';
import { idOf, wireAttachment } from './wire.ts';

/** "File under 10 MB" ("Attachments"), as the smaller of what that may mean. Which types a channel passes on is not documented. */
export const fileLimits = {
  types: ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'application/pdf'],
  maxBytes: 9_999_999,
} as const;

type Files = Required<Pick<ProviderAdapter, 'upload' | 'download' | 'describeAttachment'>>;

/** Stores, gives back and describes files. They belong to the account: no conversation is named by them before they are sent. */
export function createFiles(ask: Ask, download: Download): Files {
  return {
    async upload(file, call) {
      const fault = faultOf(file);
      if (fault) throw refusal('upload', 'invalid', fault);
      const body = { attachments: [{ name: file.name, file: dataOf(file) }] };
      const asked = { method: 'POST', path: lists.attachments.path, body, secret: [file.name] } as const;
      const { attachments } = (await ask('upload', asked, call)).body;
      const stored = wireAttachment.safeParse(Array.isArray(attachments) ? attachments[0] : null).data;
      if (!stored) throw nonsense('upload', 'the answer names no attachment');
      return brand(stored.id);
    },

    async describeAttachment(attachment, _conversation, call) {
      const item = await readAttachment(ask, attachment, call);
      return item === null ? null : fileOf(item);
    },

    async download(attachment, _conversation, call) {
      const item = await readAttachment(ask, attachment, call);
      const wire = wireAttachment.safeParse(item).data;
      if (!wire) throw refusal('download', 'not-found', 'there is no such attachment');
      if (wire.url === null) throw nonsense('download', 'the attachment has no address');
      return download(wire.url, { contentType: wire.file_content_type, size: wire.file_size }, call);
    },
  };
}

function faultOf({ contentType, bytes }: OutgoingFile): string | null {
  if (!fileLimits.types.some((type) => type === contentType)) return `${contentType || 'a file'} cannot be attached`;
  if (bytes.byteLength === 0) return 'the file is empty';
  return bytes.byteLength > fileLimits.maxBytes ? `the file is over ${fileLimits.maxBytes} bytes` : null;
}

function dataOf({ contentType, bytes }: OutgoingFile): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `data:${contentType};base64,${base64}`;
}

async function readAttachment(ask: Ask, attachment: ExternalAttachmentId, call: Call): Promise<Json | null> {
  const id = idOf(attachment);
  if (id === null) return null;
  const [item = null] = await readByIds(ask, lists.attachments, { ids: [id] }, call);
  return item;
}
