import { attachmentIdOf, conversationIds, findAttachment, isTakenBack, type Stay } from '../../simulator/bookingcom.ts';
import type { Attachment } from '../../simulator/estate.ts';
import { matchesType } from '../../simulator/media.ts';
import { type Answer, type Asked, type Desk, type Failure, fail, misfit } from './simulator-desk.ts';
import { noConversation, stayIn } from './simulator-threads.ts';

const MAX_BYTES = 1_048_576;
const types = ['image/png', 'image/jpeg', 'image/jpg'];

/** A file is handed in for a thread. */
export function upload(desk: Desk, asked: Asked): Answer {
  const { fields } = asked;
  const needed = ['conversation', 'accommodation', 'file_name', 'file_type', 'file_size', 'file_content'];
  const problem = misfit(desk, asked, needed, []);
  if (problem) return problem;
  const { file_name: name, file_type: contentType, file_size: size, file_content: content } = fields;
  const bytes = bytesOf(content);
  if (typeof name !== 'string' || typeof contentType !== 'string' || !Number.isInteger(size) || !bytes) {
    return fail(400, 'invalid_parameter', 'The file is not described as it should be');
  }
  if (bytes.length > MAX_BYTES || Number(size) > MAX_BYTES) return refusedFile(desk, 413, 'file_size is too large');
  if (!types.includes(contentType)) return refusedFile(desk, 415, 'file_type is not supported');
  if (size !== bytes.length) return fail(400, 'invalid_parameter', 'file_size is not the size of the file');
  if (desk.switches.sniffsUploads && !matchesType(bytes, contentType)) {
    return refusedFile(desk, 415, 'The file is not what file_type says');
  }
  const stay = stayIn(desk, asked);
  if (stay && 'error' in stay) return stay;
  if (!stay) return noConversation(desk);
  const file = { by: 'guest', name, contentType, bytes: new Uint8Array(bytes) } as const;
  return { data: { attachment: attachmentIdOf(desk.world.addAttachment(stay.conversation.id, file)) } };
}

/** A file's contents, whole. */
export function download(desk: Desk, asked: Asked): Answer {
  const found = fileIn(desk, asked);
  if ('error' in found) return found;
  const { file, stay } = found;
  return {
    data: {
      conversation: conversationIds.toExternal(stay.conversation.id),
      file_content: Buffer.from(file.bytes).toString('base64'),
      ...(asked.dialect === '3.2' ? { attachment: attachmentIdOf(file) } : {}),
    },
  };
}

/** A file's name, type and size; the size is a text in the sample of 3.1. */
export function metadata(desk: Desk, asked: Asked): Answer {
  const found = fileIn(desk, asked);
  if ('error' in found) return found;
  const { name, contentType, bytes } = found.file;
  const size = asked.dialect === '3.2' ? bytes.length : String(bytes.length);
  return { data: { metadata: { file_name: name, file_type: contentType, file_size: size } } };
}

interface Found {
  readonly file: Attachment;
  readonly stay: Stay;
}

function fileIn(desk: Desk, asked: Asked): Found | Failure {
  const problem = misfit(desk, asked, ['conversation', 'accommodation', 'attachment'], []);
  const stay = problem ?? stayIn(desk, asked) ?? noConversation(desk);
  if ('error' in stay) return stay;
  const file = findAttachment(desk.world, String(asked.fields['attachment']));
  const there = file?.conversationId === stay.conversation.id && !isTakenBack(stay, file.id);
  return file && there ? { file, stay } : fail(400, 'invalid_parameter', 'The attachment does not exist');
}

function refusedFile({ switches }: Desk, status: number, message: string): Answer {
  return fail(switches.badUpload === 'invalid' ? 400 : status, 'invalid_parameter', message);
}

function bytesOf(value: unknown): Buffer | null {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return null;
  return Buffer.from(value, 'base64');
}
