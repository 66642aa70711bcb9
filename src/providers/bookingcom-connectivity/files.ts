import { ProviderError } from '../../domain/errors.ts';
import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, OutgoingFile, ProviderAdapter } from '../contract.ts';
import { nonsense, refusal } from './failures.ts';
import { pathOf } from './places.ts';
import type { Reading } from './reading.ts';
import { type Target, targetOf } from './sending.ts';
import type { Session } from './session.ts';
import { readAs, wireUpload } from './wire.ts';

/** What may be attached (uploading and downloading attachments). */
export const fileTypes = ['image/jpeg', 'image/png'] as const;
/** 10 MB, as the smaller of what that may mean. */
export const MOST_BYTES = 10_000_000;

// Whether 1 MB is a million bytes or 2^20 is not said. A chunk keeps to the smaller; between the two, one call is tried first.
const CHUNK_BYTES = 1_000_000;
const WHOLE_BYTES = 1_048_576;

/** Stores an image with its conversation: in one call, or in chunks where it is large. Nothing is sent by that. */
export function createUpload(session: Session, reading: Reading): NonNullable<ProviderAdapter['upload']> {
  return async (file, call) => {
    const fault = faultOf(file);
    if (fault) throw refusal('upload', 'invalid', fault);
    const target = await targetOf(file.conversation, reading, 'upload', call);
    if (file.bytes.byteLength > WHOLE_BYTES) return uploadChunks(session, target, file, call);
    try {
      return await uploadWhole(session, target, file, call);
    } catch (error) {
      const mayBeTooLarge =
        error instanceof ProviderError && error.kind === 'invalid' && file.bytes.byteLength > CHUNK_BYTES;
      if (!mayBeTooLarge) throw error;
      return uploadChunks(session, target, file, call);
    }
  };
}

function faultOf({ contentType, bytes }: OutgoingFile): string | null {
  if (!fileTypes.some((type) => type === contentType)) return `only ${fileTypes.join(' and ')} can be attached`;
  if (bytes.byteLength === 0) return 'the file is empty';
  return bytes.byteLength > MOST_BYTES ? `the file is over ${MOST_BYTES} bytes` : null;
}

async function uploadWhole(session: Session, target: Target, file: OutgoingFile, call: Call) {
  const path = pathOf('upload', target.property, 'conversations', target.id, 'attachments');
  const attachment = { ...describe(file), file_content: base64(file.bytes) };
  const data = await session.ask('upload', { method: 'POST', path, body: { attachment } }, call);
  return idIn(data);
}

/** `start` with the first chunk names the upload, `resume` adds to it, `finish` with the last one names the attachment. */
async function uploadChunks(session: Session, target: Target, file: OutgoingFile, call: Call) {
  const path = pathOf('upload', target.property, 'conversations', target.id, 'attachment_chunks');
  const last = Math.ceil(file.bytes.byteLength / CHUNK_BYTES) - 1;
  let upload: string | null = null;
  for (let number = 0; ; number += 1) {
    const bytes = file.bytes.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES);
    const chunk = { chunk_number: number, chunk_size: bytes.byteLength, chunk_content: base64(bytes) };
    const action = number === 0 ? 'start' : number === last ? 'finish' : 'resume';
    const attachment: JsonObject = { action, ...(upload !== null && { upload_id: upload }), ...describe(file), chunk };
    const data: JsonObject = await session.ask('upload', { method: 'POST', path, body: { attachment } }, call);
    if (number === last) return idIn(data);
    upload ??= readAs(wireUpload, data)?.upload_id ?? null;
    if (upload === null) throw nonsense('upload', 'the answer names no upload');
  }
}

function describe({ name, contentType, bytes }: OutgoingFile): JsonObject {
  return { file_name: name, file_type: contentType, file_size: bytes.byteLength };
}

function idIn(data: JsonObject) {
  const id = readAs(wireUpload, data)?.attachment_id ?? null;
  if (id === null) throw nonsense('upload', 'the answer names no attachment');
  return brand<Awaited<ReturnType<NonNullable<ProviderAdapter['upload']>>>>(id);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
