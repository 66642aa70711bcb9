import { describe, expect, it } from 'vitest';
import { UploadDocument } from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';
import { idOf, rowCounts } from '../helpers/desk.ts';
import { connectStub, multipart, picture, pictureFile, postForm, stubDesk, upload } from '../helpers/stub-desk.ts';
import { stubFiles } from '../helpers/stub-provider.ts';

/** A system with one conversation to upload for. */
async function desk() {
  const { t, stub } = await stubDesk();
  const thread = stub.thread();
  await connectStub(t, stub);
  return { t, stub, thread, id: await idOf(t, thread.externalId), before: await rowCounts(t) };
}

const padded = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  bytes.set(picture().subarray(0, length));
  return bytes;
};

describe('an uploaded file', () => {
  it('is put at the provider as what it is, and shown', async () => {
    const { t, stub, id } = await desk();
    const { attachment, errors } = await upload(t, id, pictureFile('../the map\u202egnp.exe'));
    expect(errors).toEqual([]);
    expect(attachment).toMatchObject({ name: 'the mapgnp.exe.png', contentType: 'image/png', size: picture().length });
    expect([...stub.files.values()]).toMatchObject([{ name: 'the mapgnp.exe.png', contentType: 'image/png' }]);
    expect(Buffer.from(stub.files.get('file-0')?.bytes ?? []).equals(picture())).toBe(true);
    expect(stub.calls).toEqual(['upload']);
    expect(stub.sent).toEqual([]);
  });

  it('need not say what it is', async () => {
    const { t, id } = await desk();
    for (const type of ['', 'application/octet-stream', 'IMAGE/PNG; charset=binary'])
      expect((await upload(t, id, pictureFile('map', type))).attachment).toMatchObject({ name: 'map.png' });
  });

  it('may be as large as the provider takes', async () => {
    const { t, id } = await desk();
    const file = new File([padded(stubFiles.maxBytes)], 'large.png', { type: 'image/png' });
    expect((await upload(t, id, file)).attachment).toMatchObject({ size: stubFiles.maxBytes });
  });
});

describe('an upload is refused, and nothing reaches the provider,', () => {
  it.each([
    [
      'of a file that is too large',
      [padded(stubFiles.maxBytes + 1)],
      'image/png',
      { code: 'TOO_LARGE', limit: 20_000 },
    ],
    ['of an empty file', [], 'image/png', { code: 'INVALID' }],
    ['of a type that is not taken', ['%PDF-1.7'], 'application/pdf', { code: 'WRONG_TYPE' }],
    ['of a page that says it is a picture', ['<script>alert(1)</script>'], 'image/png', { code: 'WRONG_TYPE' }],
    ['of a picture that says it is another kind', [picture()], 'image/jpeg', { code: 'WRONG_TYPE' }],
    ['of a picture that says it is a page', [picture()], 'text/html', { code: 'WRONG_TYPE' }],
  ])('%s', async (_title, content, type, error) => {
    const { t, stub, id, before } = await desk();
    const { attachment, errors } = await upload(t, id, new File(content, 'map.png', { type }));
    expect(attachment).toBeNull();
    expect(errors).toMatchObject([{ ...error, path: ['file'] }]);
    expect(stub.calls).toEqual([]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('for a conversation that is none, or none of yours, in the same words', async () => {
    const { t, stub, id } = await desk();
    const rival = await t.tokenFor('rival');
    const foreign = await upload(t, id, pictureFile(), rival);
    expect(foreign.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['conversationId'] }]);
    expect(await upload(t, 'cnv_nothing', pictureFile(), rival)).toEqual(foreign);
    expect(stub.calls).toEqual([]);
  });

  it('into a conversation where nothing can be written', async () => {
    const { t, stub, thread, id } = await desk();
    thread.facts = { canReply: false, replyUntil: null, replyBlockedBy: 'read_only', details: null };
    stub.says(thread);
    await t.pass(31_000);
    stub.calls.length = 0;
    const { errors } = await upload(t, id, pictureFile());
    expect(errors).toMatchObject([{ code: 'READ_ONLY', message: expect.stringContaining('read_only') }]);
    expect(stub.calls).toEqual([]);
  });

  it('by the provider, whose failure is told, and leaves nothing behind', async () => {
    const { t, stub, id, before } = await desk();
    stub.fail('upload', 'unavailable');
    const { attachment, errors } = await upload(t, id, pictureFile());
    expect({ attachment, errors }).toMatchObject({ attachment: null, errors: [{ code: 'PROVIDER_FAILED' }] });
    expect(await rowCounts(t)).toEqual(before);
  });

  it('without the scope', async () => {
    const { t, stub, id } = await desk();
    const token = await t.tokenFor('acme', ['messages:read']);
    await expect(upload(t, id, pictureFile(), token)).rejects.toThrow('FORBIDDEN');
    expect(stub.calls).toEqual([]);
  });
});

describe('a multipart request', () => {
  const query = String(UploadDocument);
  const operations = (id: string) => ({ query, variables: { input: { conversationId: id, file: null } } });
  const path = 'variables.input.file';
  const answerOf = async (t: TestApp, form: FormData | string, headers: Record<string, string> = {}) => {
    const response = await postForm(t, form, headers);
    return { status: response.status, text: await response.text() };
  };

  it('without the header that a page cannot send unasked is refused', async () => {
    const { t, stub, id } = await desk();
    const form = multipart(operations(id), { 0: [path] }, { 0: pictureFile() });
    const headers = { authorization: `Bearer ${t.token}` };
    const response = await t.app.fetch(
      new Request('http://parley.test/graphql', { method: 'POST', headers, body: form }),
    );
    expect(response.status).toBe(415);
    expect(await response.text()).toContain('x-parley-client');
    expect(stub.calls).toEqual([]);
  });

  it('without a valid token is not read', async () => {
    const { t, id } = await desk();
    const form = multipart(operations(id), { 0: [path] }, { 0: pictureFile() });
    const answer = await answerOf(t, form, {
      authorization: 'Bearer parley_unknown',
      accept: 'application/graphql-response+json',
    });
    expect(answer.status).toBe(401);
  });

  it('that asks for something else than an upload is answered', async () => {
    const { t } = await desk();
    const { status, text } = await answerOf(t, multipart({ query: '{ viewer { tenant { name } } }' }, {}, {}));
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ data: { viewer: { tenant: { name: 'acme' } } } });
  });

  it.each<[string, (id: string) => FormData | string]>([
    ['with null for operations', () => multipart(null, { 0: [path] }, { 0: pictureFile() })],
    ['with a list of operations', (id) => multipart([operations(id)], { 0: [path] }, { 0: pictureFile() })],
    ['with operations that are no JSON', () => multipart('{"query":', { 0: [path] }, { 0: pictureFile() })],
    [
      'with operations that are a file',
      (id) => multipart(undefined, {}, { operations: new File([JSON.stringify(operations(id))], 'o') }),
    ],
    ['without operations', () => multipart(undefined, { 0: [path] }, { 0: pictureFile() })],
    ['with null for a map', (id) => multipart(operations(id), null, { 0: pictureFile() })],
    ['with a list for a map', (id) => multipart(operations(id), [[path]], { 0: pictureFile() })],
    ['with a map that is no JSON', (id) => multipart(operations(id), '{', { 0: pictureFile() })],
    ['without a map', (id) => multipart(operations(id), undefined, { 0: pictureFile() })],
    ['with a path that is no list', (id) => multipart(operations(id), { 0: path }, { 0: pictureFile() })],
    ['with null for paths', (id) => multipart(operations(id), { 0: null }, { 0: pictureFile() })],
    ['with a path that is no text', (id) => multipart(operations(id), { 0: [7] }, { 0: pictureFile() })],
    [
      'with a path to nowhere',
      (id) => multipart(operations(id), { 0: ['variables.other.file'] }, { 0: pictureFile() }),
    ],
    [
      'with a path into a prototype',
      (id) => multipart(operations(id), { 0: ['variables.__proto__.file'] }, { 0: pictureFile() }),
    ],
    [
      'with a path to what is no null',
      (id) => multipart(operations(id), { 0: ['variables.input.conversationId'] }, { 0: pictureFile() }),
    ],
    [
      'with a path beside the variables',
      (id) => multipart({ ...operations(id), extensions: null }, { 0: ['extensions'] }, { 0: pictureFile() }),
    ],
    ['that names a file that is not there', (id) => multipart(operations(id), { 1: [path] }, { 0: pictureFile() })],
    ['that names a part that is no file', (id) => multipart(operations(id), { map: [path] }, {})],
    ['with the same file in many places', (id) => multipart(operations(id), { 0: [path, path] }, { 0: pictureFile() })],
    [
      'with many files',
      (id) =>
        multipart(operations(id), Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [n, [path]])), {
          0: pictureFile(),
        }),
    ],
    ['whose parts are not apart', () => '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}'],
  ])('%s is refused as bad input', async (_title, formOf) => {
    const { t, stub, id, before } = await desk();
    const form = formOf(id);
    const { status, text } = await answerOf(
      t,
      form,
      typeof form === 'string' ? { 'content-type': 'multipart/form-data; boundary=x' } : {},
    );
    expect(text).toContain('BAD_USER_INPUT');
    expect(status).toBe(400);
    expect(stub.calls).toEqual([]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('with two files under one name is refused as bad input', async () => {
    const { t, id } = await desk();
    const form = multipart(operations(id), { 0: [path] }, { 0: pictureFile() });
    form.append('0', pictureFile());
    expect((await answerOf(t, form)).status).toBe(400);
  });

  it('larger than the largest file and what may stand beside it is refused, whether it says so or not', async () => {
    const { t, stub, id } = await desk();
    const form = multipart(operations(id), { 0: [path] }, { 0: new File([padded(1_100_000)], 'huge.png') });
    const { headers, body } = new Response(form);
    const type = headers.get('content-type') ?? '';
    const bytes = new Uint8Array(await new Response(body).arrayBuffer());
    const all = { authorization: `Bearer ${t.token}`, 'x-parley-client': 'test', 'content-type': type };
    for (const length of [{}, { 'content-length': String(bytes.length) }] as Record<string, string>[]) {
      const init = { method: 'POST', headers: { ...all, ...length }, body: bytes };
      const response = await t.app.fetch(new Request('http://parley.test/graphql', init));
      expect(response.status).toBe(413);
      expect(await response.text()).toContain('BAD_USER_INPUT');
    }
    expect(stub.calls).toEqual([]);
  });

  it('is needed: a file in JSON, or in the document, is refused', async () => {
    const { t, id } = await desk();
    const inJson = await t.ask(query, { input: { conversationId: id, file: { name: 'map.png' } } });
    expect(inJson.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const written = `mutation { uploadAttachment(input: { conversationId: "${id}", file: "x" }) { errors { code } } }`;
    expect((await t.ask(written)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('comes over a socket the same', async () => {
    const { t, id } = await desk();
    const { url } = await t.listen();
    const form = multipart(operations(id), { 0: [path] }, { 0: pictureFile() });
    const headers = { authorization: `Bearer ${t.token}`, 'x-parley-client': 'test' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: form });
    expect(await response.json()).toMatchObject({
      data: { uploadAttachment: { attachment: { name: 'map.png' }, errors: [] } },
    });
  });
});
