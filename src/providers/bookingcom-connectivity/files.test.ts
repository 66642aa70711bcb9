import { describe, expect, test } from 'vitest';
import { brand } from '../../domain/ids.ts';
import {
  address,
  call,
  conversationId,
  refused,
  type Script,
  type Seen,
  scriptedBooking,
} from './fixtures/scripted-booking.ts';
import { isObject } from './wire.ts';

const conversation = { externalId: brand<never>(conversationId), address };
const path = `/properties/7000001/conversations/${conversationId}`;
const pattern = Uint8Array.from({ length: 10_007 }, (_, index) => (index * 7 + (index >> 8)) % 256);
// Of a length that no range is a multiple of, so that a shifted piece shows.
const bytesOf = (length: number) => new Uint8Array(Buffer.alloc(length, pattern));
const file = (length: number) => ({ conversation, name: 'map.png', contentType: 'image/png', bytes: bytesOf(length) });
const attachmentIn = ({ body }: Seen) => (isObject(body) && isObject(body.attachment) ? body.attachment : {});

describe('an upload', () => {
  const uploads: Script = ({ path: at, body }) => {
    if (at.endsWith('/attachments')) return { ok: 'true', attachment_id: 'whole' };
    const action = isObject(body) && isObject(body.attachment) ? body.attachment.action : null;
    if (action === 'start') return { ok: 'true', upload_id: 'up-1', attachment_id: null };
    return { ok: 'true', upload_id: null, attachment_id: action === 'finish' ? 'chunked' : null };
  };

  test('of up to 1 MB is one request', async () => {
    const scripted = scriptedBooking(uploads);
    expect(await scripted.adapter.upload?.(file(1_000_000), call)).toBe('whole');
    expect(scripted.seen()).toHaveLength(1);
    const content = Buffer.from(bytesOf(1_000_000)).toString('base64');
    expect(attachmentIn(scripted.seen()[0] as Seen)).toEqual({
      ...{ file_name: 'map.png', file_type: 'image/png', file_size: 1_000_000, file_content: content },
    });
  });

  test('of more goes in numbered chunks, begun, resumed and finished', async () => {
    const scripted = scriptedBooking(uploads);
    expect(await scripted.adapter.upload?.(file(2_600_000), call)).toBe('chunked');
    const sent = scripted.seen().map(attachmentIn);
    expect(scripted.seen().every((one) => one.path === `${path}/attachment_chunks`)).toBe(true);
    expect(sent).toMatchObject([
      { action: 'start', file_size: 2_600_000, chunk: { chunk_number: 0, chunk_size: 1_000_000 } },
      { action: 'resume', upload_id: 'up-1', file_name: 'map.png', chunk: { chunk_number: 1 } },
      { action: 'finish', upload_id: 'up-1', chunk: { chunk_number: 2, chunk_size: 600_000 } },
    ]);
    expect(sent[0]).not.toHaveProperty('upload_id');
    const content = sent.map(({ chunk }) => Buffer.from(isObject(chunk) ? String(chunk.chunk_content) : '', 'base64'));
    expect(Buffer.concat(content).equals(bytesOf(2_600_000))).toBe(true);
  });

  test('between a million bytes and 2^20 is tried whole, then in chunks', async () => {
    const scripted = scriptedBooking((seen) => (seen.path.endsWith('/attachments') ? refused(413) : uploads(seen)));
    expect(await scripted.adapter.upload?.(file(1_040_000), call)).toBe('chunked');
    expect(scripted.seen()).toHaveLength(3);
    const small = scriptedBooking(() => refused(413));
    await expect(small.adapter.upload?.(file(999_999), call)).rejects.toMatchObject({ kind: 'invalid' });
    expect(small.seen()).toHaveLength(1);
  });

  test('of what cannot be attached asks nobody', async () => {
    const scripted = scriptedBooking(uploads);
    const bad = [
      file(0),
      file(10_000_001),
      { ...file(5), contentType: 'image/gif' },
      { ...file(5), contentType: 'application/pdf' },
    ];
    for (const one of bad)
      await expect(scripted.adapter.upload?.(one, call)).rejects.toMatchObject({ kind: 'invalid', noEffect: true });
    expect(scripted.all).toEqual([]);
  });

  test('that is answered without an id cannot be used', async () => {
    const { adapter } = scriptedBooking(() => ({ ok: true }));
    for (const size of [5, 2_000_000])
      await expect(adapter.upload?.(file(size), call)).rejects.toMatchObject({ kind: 'protocol' });
  });
});

describe('a download', () => {
  /** Ends of ranges count as the last byte, or as the one behind it; an answer holds so much at most. */
  const downloads = (length: number, { exclusive = false, most = 5_000_000 } = {}): Script => {
    const bytes = Buffer.from(bytesOf(length));
    return ({ path: at, query }) => {
      if (at.endsWith('/file_info')) return { file_name: 'map.png', file_type: 'image/png', file_size: String(length) };
      const from = Number(query.from ?? 0);
      const to = query.to === undefined ? length : Number(query.to) + (exclusive ? 0 : 1);
      if (from >= length && length > 0) return refused(400);
      const content = bytes.subarray(from, Math.min(to, from + most)).toString('base64');
      return { ok: 'true', file_content: content, attachment_id: 'a', conversation_id: conversationId };
    };
  };
  const fetched = async (script: Script) => {
    const scripted = scriptedBooking(script);
    const got = await scripted.adapter.download?.(brand('a'), conversation, call);
    if (!got) throw new Error('nothing was downloaded');
    return { ...scripted, got, bytes: Buffer.from(await new Response(got.body).arrayBuffer()) };
  };

  test('tells what it is, and streams all of it', async () => {
    const { got, bytes, seen } = await fetched(downloads(30_220));
    expect(got).toMatchObject({ contentType: 'image/png', size: 30_220 });
    expect(bytes.equals(bytesOf(30_220))).toBe(true);
    expect(seen().map((one) => one.path)).toEqual([`${path}/attachments/a/file_info`, `${path}/attachments/a`]);
  });

  test('of more than one answer holds is put together from ranges, wherever they end', async () => {
    for (const length of [5_000_001, 9_999_999, 10_000_000])
      for (const exclusive of [false, true])
        for (const most of [5_000_000, 1_000_000]) {
          const { bytes } = await fetched(downloads(length, { exclusive, most }));
          expect(bytes.equals(bytesOf(length))).toBe(true);
        }
  });

  test('is not needed to know what a file is', async () => {
    const { adapter, seen } = scriptedBooking(downloads(30_220));
    const told = await adapter.describeAttachment?.(brand('a'), conversation, call);
    expect(told).toEqual({ externalId: 'a', name: 'map.png', contentType: 'image/png', size: 30_220 });
    expect(seen().map((one) => one.path)).toEqual([`${path}/attachments/a/file_info`]);
  });

  test('that ends too soon, or is not there, fails', async () => {
    const short: Script = (seen) =>
      seen.query.from === '0' || seen.path.endsWith('info') ? downloads(6_000_000)(seen) : { file_content: '' };
    await expect(fetched(short)).rejects.toMatchObject({ kind: 'protocol' });
    await expect(fetched(() => refused(404))).rejects.toMatchObject({ kind: 'not-found' });
    await expect(fetched(() => ({ ok: true }))).rejects.toMatchObject({ kind: 'protocol' });
  });
});
