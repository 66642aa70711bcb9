import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/domain/errors.ts';
import { brand } from '../../src/domain/ids.ts';
import { FilesDocument } from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { idOf } from '../helpers/desk.ts';
import { connectStub, picture, stubDesk } from '../helpers/stub-desk.ts';
import type { StubOptions } from '../helpers/stub-provider.ts';

/** A system with a file that the guest sent, and its address as a caller is given it. */
async function desk(file: { name?: string | null; contentType?: string | null } = {}, options: StubOptions = {}) {
  const { t, stub } = await stubDesk(options);
  const thread = stub.thread();
  const sent = { externalId: brand<never>('guest-1'), name: 'door.png', contentType: 'image/png', size: null, ...file };
  stub.files.set('guest-1', { name: '', contentType: file.contentType ?? 'image/png', bytes: picture() });
  const message = stub.says(thread, { attachments: [sent] });
  await connectStub(t, stub);
  const id = await idOf(t, thread.externalId);
  const urlFor = async (token = t.token): Promise<string> => {
    const { data } = await t.gql(FilesDocument, { id }, token);
    return data.conversation?.messages.nodes[0]?.attachments[0]?.url ?? '';
  };
  return { t, stub, id, message, url: await urlFor(), urlFor };
}

const fetched = (t: TestApp, url: string, init: RequestInit = {}) => t.app.fetch(new Request(url, init));

describe('a file’s address', () => {
  it('gives the file to whoever sends no header, as something to be saved and never run', async () => {
    const { t, url } = await desk();
    const response = await fetched(t, url);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(picture())).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': "attachment; filename*=UTF-8''door.png",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
  });

  it.each([
    ['text/html', 'page.html'],
    ['image/svg+xml', 'drawing.svg'],
    ['application/x-msdownload', 'setup.exe'],
    [null, null],
  ])('never says that a file is %s', async (contentType, name) => {
    const { t, stub, url } = await desk({ contentType, name });
    stub.answer = async () => ({ contentType, size: null, body: new Blob(['<script>']).stream() });
    const response = await fetched(t, url);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${name ?? 'file'}`);
    expect(await response.text()).toBe('<script>');
  });

  it('keeps a name from reaching beyond its place', async () => {
    const { t, url } = await desk({ name: "..\\a\r\nx: y'); (été)\u202e.exe" });
    const { headers } = await fetched(t, url);
    expect(headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''a%20x_%20y%27%29%3B%20%28%C3%A9t%C3%A9%29.exe.png",
    );
    expect(headers.get('x')).toBeNull();
  });

  it('tells the same to a HEAD, and asks the provider nothing', async () => {
    const { t, stub, url } = await desk();
    const response = await fetched(t, url, { method: 'HEAD' });
    const { headers } = await fetched(t, url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(Object.fromEntries(response.headers)).toEqual(Object.fromEntries(headers));
    expect(stub.calls).toEqual(['download']);
  });

  it('changes with every answer, and is good for ten minutes', async () => {
    const { t, stub, url, urlFor } = await desk();
    expect(await urlFor()).not.toBe(url);
    t.clock.advance(599_000);
    expect((await fetched(t, url)).status).toBe(200);
    t.clock.advance(1_000);
    const late = await fetched(t, url);
    expect([late.status, await late.text()]).toEqual([410, '']);
    expect(stub.calls.filter((one) => one === 'download')).toHaveLength(1);
  });

  it('is good as long as its token is, and may read messages', async () => {
    const { t, stub, urlFor } = await desk();
    t.clock.advance(1);
    const token = await t.tokenFor('acme');
    const url = await urlFor(token);
    const [row] = await t.db.prisma.token.findMany({ orderBy: { created_at: 'desc' }, take: 1 });
    const change = (data: object) => t.db.prisma.token.update({ where: { id: row?.id ?? '' }, data });
    for (const data of [{ scopes: ['messages:send'] }, { expires_at: new Date(0) }, { revoked_at: new Date(0) }]) {
      await change(data);
      const response = await fetched(t, url);
      expect([response.status, await response.text()]).toEqual([404, '']);
      await change({ scopes: ['messages:read'], expires_at: null, revoked_at: null });
      expect((await fetched(t, url)).status).toBe(200);
    }
    await t.db.prisma.token.delete({ where: { id: row?.id ?? '' } });
    expect((await fetched(t, url)).status).toBe(404);
    expect(stub.calls).toEqual(['download', 'download', 'download']);
  });

  it('that was made up, altered, or made for something else is not there', async () => {
    const { t, stub, url } = await desk();
    const link = url.split('/').at(-1) ?? '';
    const altered = `${link.slice(0, -2)}${link.endsWith('AA') ? 'BB' : 'AA'}`;
    const other = 'http://parley.test/attachments/';
    for (const bad of [`${other}x`, `${other}${altered}`, `${url}A`, `${other}${link.slice(0, 40)}`, `${url}/`, other])
      expect((await fetched(t, bad)).status).toBe(404);
    expect((await fetched(t, url, { method: 'POST' })).status).toBe(405);
    expect(stub.calls).toEqual([]);
  });

  it('of a message that was removed is not there any more', async () => {
    const { t, url, id } = await desk();
    await t.db.prisma.message.updateMany({ where: { conversation_id: id }, data: { removed_at: new Date(0) } });
    expect((await fetched(t, url)).status).toBe(404);
  });
});

describe('where the provider', () => {
  it.each([
    ['unavailable', 502],
    ['auth', 502],
    ['rate-limited', 502],
    ['timeout', 504],
    ['not-found', 404],
  ] as const)('fails with %s, the answer is %i without a word', async (kind, status) => {
    const { t, stub, url } = await desk();
    // Reads are tried three times.
    for (let tries = 0; tries < 3; tries += 1) stub.fail('download', kind);
    const response = await fetched(t, url);
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  it('does not answer in time, the answer is 504', async () => {
    const { t, stub, url } = await desk();
    stub.answer = () => new Promise(() => {});
    const answer = fetched(t, url);
    while (!stub.calls.includes('download')) await t.db.pool.query('SELECT 1');
    t.clock.advance(10_000);
    expect((await answer).status).toBe(504);
  });

  it('breaks off half way, the connection ends instead of an answer that looks whole', async () => {
    const { t, stub, url } = await desk();
    const { url: base } = await t.listen();
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks += 1;
        if (chunks === 1) controller.enqueue(new Uint8Array(10_000));
        else
          controller.error(
            new ProviderError({ provider: 'stub', operation: 'download', kind: 'unavailable', message: 'gone' }),
          );
      },
    });
    stub.answer = async () => ({ contentType: 'image/png', size: 20_000, body });
    const { pathname } = new URL(url);
    await expect(fetch(new URL(pathname, base)).then((response) => response.arrayBuffer())).rejects.toThrow();
    stub.answer = null;
    expect((await fetch(new URL(pathname, base))).status).toBe(200);
  });

  it('is read for a client that has gone, it is told to stop', async () => {
    const { t, stub, url } = await desk();
    const { url: base } = await t.listen();
    const stopped = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    stub.answer = async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(10_000)),
        cancel: () => stopped.resolve(),
      });
      return { contentType: 'image/png', size: null, body };
    };
    const client = new AbortController();
    const response = await fetch(new URL(new URL(url).pathname, base), { signal: client.signal });
    expect(response.status).toBe(200);
    client.abort();
    await Promise.all([stopped.promise, aborted.promise]);
  });
});

/** Begins a subscription; what it returns reads on until the address of a file has come. */
async function addresses(t: TestApp, token: string): Promise<() => Promise<string>> {
  const query = 'subscription { messageAdded { message { attachments { url } } } }';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'text/event-stream' };
  const request = { method: 'POST', headers, body: JSON.stringify({ query }) };
  const reader = (await t.app.fetch(new Request('http://parley.test/graphql', request))).body?.getReader();
  return async () => {
    let seen = '';
    while (!seen.includes('/attachments/')) seen += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    return /http:[^"]+/.exec(seen)?.[0] ?? '';
  };
}

it('a file’s address is good by the rights of the token that asked, also where two ask for the same', async () => {
  const { t, stub } = await desk();
  t.clock.advance(1);
  const other = await t.tokenFor('acme');
  const readers = [await addresses(t, t.token), await addresses(t, other)];
  const attachments = [{ externalId: brand<never>('guest-1'), name: 'door.png', contentType: 'image/png', size: null }];
  stub.says(stub.thread(), { sentAt: t.clock.now(), attachments });
  // The next sweep finds it.
  await t.pass(6 * 3_600_000);
  const urls = await Promise.all(readers.map((read) => read()));
  const [first] = await t.db.prisma.token.findMany({ orderBy: { created_at: 'asc' } });
  await t.db.prisma.token.delete({ where: { id: first?.id ?? '' } });
  expect(await Promise.all(urls.map(async (url) => (await fetched(t, url)).status))).toEqual([404, 200]);
});
