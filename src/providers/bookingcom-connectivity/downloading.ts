import type { Call, ProviderAdapter } from '../contract.ts';
import { asProviderError, nonsense } from './failures.ts';
import { pathOf } from './places.ts';
import type { Reading } from './reading.ts';
import { targetOf } from './sending.ts';
import type { Session } from './session.ts';
import { readAs, wireContent, wireFileInfo } from './wire.ts';

/** One answer carries 5 MB at most (uploading and downloading attachments). */
const RANGE_BYTES = 5_000_000;

/** Reads a stretch of a file: from a byte on, to a byte as the API counts its end. Without them: all of it. */
type ReadRange = (range: { from: number; to: number } | null) => Promise<Uint8Array>;

/** Streams a file: what it is first, then its bytes, in ranges where it is too large for one answer. */
export function createDownload(session: Session, reading: Reading): NonNullable<ProviderAdapter['download']> {
  return async (attachment, conversation, call) => {
    const target = await targetOf(conversation, reading, 'download', call);
    const path = pathOf('download', target.property, 'conversations', target.id, 'attachments', attachment);
    const { contentType, size } = await infoAt(path, 'download', session, call);
    const ranges = rangesOf(readerOf(session, path, call), size);
    const first = await ranges.next();
    return { contentType, size, body: streamOf(first.done ? null : first.value, ranges) };
  };
}

/** What a file is called, its type and size: messages name files by their ids alone. */
export function createDescribe(session: Session, reading: Reading): NonNullable<ProviderAdapter['describeAttachment']> {
  return async (attachment, conversation, call) => {
    const target = await targetOf(conversation, reading, 'describeAttachment', call);
    const path = pathOf('describeAttachment', target.property, 'conversations', target.id, 'attachments', attachment);
    return { externalId: attachment, ...(await infoAt(path, 'describeAttachment', session, call)) };
  };
}

async function infoAt(path: string, operation: string, session: Session, call: Call) {
  const data = await session.ask(operation, { method: 'GET', path: `${path}/file_info` }, call);
  const {
    file_name: name = null,
    file_type: contentType = null,
    file_size: size = null,
  } = readAs(wireFileInfo, data) ?? {};
  return { name, contentType, size };
}

function readerOf(session: Session, path: string, call: Call): ReadRange {
  return async (range) => {
    const query = range ? { from: String(range.from), to: String(range.to) } : {};
    const data = await session.ask('download', { method: 'GET', path, query }, call);
    const content = readAs(wireContent, data)?.file_content ?? null;
    if (content === null) throw nonsense('download', 'no content in the answer');
    return Buffer.from(content, 'base64');
  };
}

/**
 * A file piece by piece. Whether `to` is the last byte or the one behind it is not documented: it is taken for the last one until an
 * answer is short by one byte. Each range begins where the bytes that came end, so neither leaves a hole.
 */
async function* rangesOf(read: ReadRange, size: number | null): AsyncGenerator<Uint8Array, void> {
  if (size === null || size <= RANGE_BYTES) return yield await read(null);
  let beyond = 0;
  for (let from = 0; from < size; ) {
    const wanted = Math.min(RANGE_BYTES, size - from);
    const bytes = await read({ from, to: from + wanted - 1 + beyond });
    if (bytes.byteLength > wanted) throw nonsense('download', 'more came than was asked for');
    if (bytes.byteLength === 0 && (beyond > 0 || wanted > 1)) throw nonsense('download', 'the file ends too soon');
    if (bytes.byteLength === wanted - 1) beyond = 1;
    from += bytes.byteLength;
    if (bytes.byteLength > 0) yield bytes;
  }
}

function streamOf(first: Uint8Array | null, rest: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  let next = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const bytes = next ?? (await rest.next()).value ?? null;
        next = null;
        if (bytes) controller.enqueue(bytes);
        else controller.close();
      } catch (error) {
        controller.error(asProviderError('download', error));
      }
    },
    cancel: async () => void (await rest.return()),
  });
}
