import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../domain/errors.ts';
import attachments from './fixtures/attachments.json' with { type: 'json' };
import { call, listed, only, type Seen, scriptedBookingsync } from './fixtures/scripted-bookingsync.ts';

const attachment = only(attachments.attachments);
const conversation = { externalId: '70' as never, address: {} };
const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

/** A provider with one attachment; what its address leads to is answered by `at`. */
function provider(url: string | null, at: (url: string, seen: Seen) => Response = () => new Response(picture)) {
  return scriptedBookingsync((seen) => {
    if (seen.path === '/inbox/attachments/31') return listed('attachments', [{ ...attachment, url }]);
    if (seen.path.startsWith('/inbox/attachments/')) return new Response('<html>', { status: 404 });
    return seen.path === '/inbox/attachments' ? listed('attachments', [attachment]) : at(seen.path, seen);
  });
}

type Adapter = ReturnType<typeof provider>['adapter'];
const download = async (adapter: Adapter, id = '31') => {
  const file = await adapter.download?.(id as never, conversation, call);
  if (!file) throw new Error('files cannot be fetched');
  return { ...file, bytes: new Uint8Array(await new Response(file.body).arrayBuffer()) };
};
const failureOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe('a file', () => {
  it('is handed in with its type before its bytes, as the documents show it', async () => {
    const { adapter, seen } = provider('/uploads/plan.png');
    const file = { conversation, name: 'plan.png', contentType: 'image/png', bytes: picture };
    expect(await adapter.upload?.(file, call)).toBe('31');
    expect(seen[0]).toMatchObject({
      ...{ method: 'POST', path: '/inbox/attachments' },
      body: { attachments: [{ name: 'plan.png', file: 'data:image/png;base64,iVBORw==' }] },
    });
  });

  it('that is empty, too large or of another kind is not', async () => {
    const { adapter, seen } = provider(null);
    const bad = [
      ['image/png', new Uint8Array()],
      ['image/png', new Uint8Array(10_000_000)],
      ['text/html', picture],
      ['', picture],
    ] as const;
    for (const [contentType, bytes] of bad) {
      const upload = adapter.upload?.({ conversation, name: 'file', contentType, bytes }, call);
      await expect(upload).rejects.toMatchObject({ kind: 'invalid', noEffect: true });
    }
    expect(seen).toEqual([]);
  });

  it('is described by its id, and is null where there is none', async () => {
    const { adapter } = provider('/uploads/plan.png');
    const describe = (id: string) => adapter.describeAttachment?.(id as never, conversation, call);
    expect(await describe('31')).toEqual({ externalId: '31', name: 'plan.png', contentType: 'image/png', size: 20480 });
    for (const id of ['32', '../..', '']) expect(await describe(id)).toBeNull();
  });
});

describe('a download', () => {
  it("goes to the provider's own host with the token, wherever an address is relative", async () => {
    const { adapter, seen, notes } = provider('/uploads/plan.png');
    expect(await download(adapter)).toMatchObject({ contentType: 'image/png', bytes: picture });
    expect(seen.at(-1)?.path).toBe('/uploads/plan.png');
    expect(seen.at(-1)?.headers.get('authorization')).toBe('Bearer access-0');
    expect(notes.at(-1)).toMatchObject({ operation: 'download', status: 200 });
  });

  it('goes to another host without the token, also when it is sent on there', async () => {
    const store = 'https://store.test/f?signature=x';
    for (const [url, steps] of [
      [store, 1],
      ['/uploads/plan.png', 2],
    ] as const) {
      const { adapter, seen } = provider(url, (path) =>
        path === '/f' ? new Response(picture) : new Response(null, { status: 302, headers: { location: store } }),
      );
      expect((await download(adapter)).bytes).toEqual(picture);
      expect(seen.at(-1)?.headers.get('authorization')).toBeNull();
      expect(seen).toHaveLength(1 + steps);
    }
  });

  it('goes nowhere where anybody could listen in, nor on and on', async () => {
    for (const url of ['http://store.test/f', 'ftp://store.test/f', 'file:///etc/passwd', 'https://']) {
      const { adapter, seen } = provider(url);
      await expect(download(adapter)).rejects.toMatchObject({ kind: 'protocol', noEffect: true });
      expect(seen).toHaveLength(1);
    }
    const round = provider('/a', () => new Response(null, { status: 302, headers: { location: '/a' } }));
    await expect(download(round.adapter)).rejects.toMatchObject({ kind: 'protocol' });
    expect(round.seen.length).toBeLessThan(8);
  });

  it('that is cut off fails at its end, and does not look like a short file', async () => {
    const short = provider('/a', () => new Response(picture, { headers: { 'content-length': '5' } }));
    expect(await failureOf(download(short.adapter))).toBeInstanceOf(ProviderError);
    const broken = provider('/a', () => {
      let chunks = 0;
      const body = new ReadableStream({
        pull(stream) {
          chunks += 1;
          if (chunks === 1) stream.enqueue(picture);
          else stream.error(new TypeError('terminated'));
        },
      });
      return new Response(body);
    });
    expect(await failureOf(download(broken.adapter))).toMatchObject({ name: 'ProviderError', kind: 'unavailable' });
  });

  it('of what is not there, or not any more, says so', async () => {
    const gone = provider('/a', () => new Response('<html>', { status: 404 }));
    await expect(download(gone.adapter)).rejects.toMatchObject({ kind: 'not-found' });
    for (const id of ['32', '', '../..'])
      await expect(download(gone.adapter, id)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(download(provider(null).adapter)).rejects.toMatchObject({ kind: 'protocol' });
  });
});
