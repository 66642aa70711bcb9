import type { JsonObject } from '../../domain/json.ts';
import { attachmentIdOf, conversationIds, type Stay } from '../../simulator/bookingcom.ts';
import type { Attachment } from '../../simulator/estate.ts';
import { matchesType } from '../../simulator/media.ts';
import { nameUuid } from '../../simulator/uuids.ts';
import { type Fields, fieldsOf } from './simulator-body.ts';
import type { Desk } from './simulator-desk.ts';
import { ok, type Reply, refuse } from './simulator-envelope.ts';

/** Handing files in, whole or in chunks, and getting them back ("Uploading and downloading attachments"). */
export interface Attachments {
  upload(stay: Stay, body: Fields | null): Reply;
  uploadChunk(stay: Stay, body: Fields | null): Reply;
  download(stay: Stay, attachment: Attachment, range: URLSearchParams): Reply;
}

const types = ['image/png', 'image/jpeg'];
// Above this a file comes in chunks: the smaller of the two megabytes, since nobody says which is meant.
const CHUNKED_ABOVE = 1_000_000;

interface Started {
  readonly conversation: number;
  readonly file: File;
  readonly parts: readonly Buffer[];
}

interface File {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
}

/** Nothing is handed in yet. */
export function createAttachments(desk: Desk, okOf: () => JsonObject): Attachments {
  const started = new Map<string, Started>();
  let uploads = 0;
  const keep = (stay: Stay, { name, contentType }: File, bytes: Buffer): string =>
    attachmentIdOf(
      desk.world.addAttachment(stay.conversation.id, { by: 'host', name, contentType, bytes: new Uint8Array(bytes) }),
    );
  const begin = (stay: Stay, file: File, part: Buffer): Reply => {
    uploads += 1;
    const id = nameUuid('upload', uploads);
    started.set(id, { conversation: stay.conversation.id, file, parts: [part] });
    return ok({ ...okOf(), upload_id: id, attachment_id: null });
  };
  const goOn = (stay: Stay, chunk: Chunk): Reply => {
    const known = started.get(chunk.uploadId);
    // Whatever goes wrong, one starts over from chunk 0.
    started.delete(chunk.uploadId);
    if (known?.conversation !== stay.conversation.id) return refuse(400, 'There is no such upload');
    if (chunk.number !== known.parts.length) return refuse(400, 'The chunk is out of turn');
    const parts = [...known.parts, chunk.bytes];
    const whole = Buffer.concat(parts);
    if (chunk.action === 'resume') {
      started.set(chunk.uploadId, { ...known, parts });
      return ok({ ...okOf(), upload_id: null, attachment_id: null });
    }
    const problem = problemOf(desk, known.file, whole);
    if (problem) return refuse(400, problem);
    return ok({ ...okOf(), upload_id: null, attachment_id: keep(stay, known.file, whole) });
  };
  return {
    upload(stay, body) {
      const fields = fieldsOf(body?.['attachment']);
      const file = fileOf(fields);
      const bytes = bytesOf(fields?.['file_content']);
      if (stay.requested) return refuse(403, 'Attachments are not allowed here');
      if (!file || !bytes) return refuse(400, 'attachment needs file_name, file_type, file_size and file_content');
      if (bytes.length > desk.switches.megabyte) return refuse(400, 'The file is too large');
      const problem = problemOf(desk, file, bytes);
      return problem ? refuse(400, problem) : ok({ ...okOf(), attachment_id: keep(stay, file, bytes) });
    },
    uploadChunk(stay, body) {
      const fields = fieldsOf(body?.['attachment']);
      const file = fileOf(fields);
      const chunk = chunkOf(fields);
      if (stay.requested) return refuse(403, 'Attachments are not allowed here');
      if (!file || !chunk) return refuse(400, 'attachment needs action, file_name, file_type, file_size and chunk');
      const { megabyte } = desk.switches;
      if (chunk.bytes.length > megabyte) return refuse(400, 'The chunk is too large');
      if (chunk.size !== chunk.bytes.length) return refuse(400, 'chunk_size is not the size of the chunk');
      if (file.size <= CHUNKED_ABOVE || file.size > 10 * megabyte) return refuse(400, 'file_size is out of bounds');
      if (!types.includes(file.contentType)) return refuse(400, 'file_type is not supported');
      if (chunk.action !== 'start') return goOn(stay, chunk);
      return chunk.number === 0 ? begin(stay, file, chunk.bytes) : refuse(400, 'The chunk is out of turn');
    },
    download: (stay, attachment, range) => give(desk, stay, attachment, range, okOf()),
  };
}

export function fileInfo(attachment: Attachment): JsonObject {
  return { file_name: attachment.name, file_type: attachment.contentType, file_size: attachment.bytes.length };
}

/** As much as was asked for, at most 5 MB an answer. */
function give(desk: Desk, stay: Stay, attachment: Attachment, range: URLSearchParams, head: JsonObject): Reply {
  const { megabyte, longDownload, rangeEnd } = desk.switches;
  const { bytes } = attachment;
  const from = boundOf(range.get('from'), 0);
  const last = boundOf(range.get('to'), rangeEnd === 'inclusive' ? bytes.length - 1 : bytes.length);
  if (from === null || last === null || from > last || from >= bytes.length)
    return refuse(400, 'The range is not valid');
  const end = Math.min(bytes.length, rangeEnd === 'inclusive' ? last + 1 : last);
  if (end - from > 5 * megabyte && longDownload === 'refuse') return refuse(400, 'The range is too long');
  const part = bytes.slice(from, Math.min(end, from + 5 * megabyte));
  return ok({
    ...head,
    file_content: Buffer.from(part).toString('base64'),
    attachment_id: attachmentIdOf(attachment),
    conversation_id: conversationIds.toExternal(stay.conversation.id),
  });
}

function boundOf(text: string | null, absent: number): number | null {
  if (text === null) return absent;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function problemOf({ switches }: Desk, file: File, bytes: Buffer): string | null {
  if (!types.includes(file.contentType)) return 'file_type is not supported';
  if (file.size !== bytes.length) return 'file_size is not the size of the file';
  return switches.sniffsUploads && !matchesType(bytes, file.contentType) ? 'The file is not what file_type says' : null;
}

function fileOf(fields: Fields | null): File | null {
  const { file_name: name, file_type: contentType, file_size: size } = fields ?? {};
  if (typeof name !== 'string' || name === '' || typeof contentType !== 'string') return null;
  return typeof size === 'number' && Number.isInteger(size) ? { name, contentType, size } : null;
}

interface Chunk {
  readonly action: 'start' | 'resume' | 'finish';
  readonly uploadId: string;
  readonly number: number;
  readonly size: number;
  readonly bytes: Buffer;
}

function chunkOf(fields: Fields | null): Chunk | null {
  const inner = fieldsOf(fields?.['chunk']);
  const bytes = bytesOf(inner?.['chunk_content']);
  const action = fields?.['action'];
  const number = Number(inner?.['chunk_number'] ?? Number.NaN);
  if (!bytes || !Number.isInteger(number)) return null;
  if (action !== 'start' && action !== 'resume' && action !== 'finish') return null;
  return { action, uploadId: String(fields?.['upload_id'] ?? ''), number, size: Number(inner?.['chunk_size']), bytes };
}

function bytesOf(value: unknown): Buffer | null {
  if (typeof value !== 'string' || value === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return null;
  return Buffer.from(value, 'base64');
}
