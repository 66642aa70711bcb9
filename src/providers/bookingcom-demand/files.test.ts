import { expect, test } from 'vitest';
import { brand, type ExternalAttachmentId } from '../../domain/ids.ts';
import downloaded from './fixtures/downloaded.json' with { type: 'json' };
import metadata31 from './fixtures/metadata-3.1.json' with { type: 'json' };
import metadata32 from './fixtures/metadata-3.2.json' with { type: 'json' };
import { call, scriptedDemand } from './fixtures/scripted-demand.ts';
import thread32 from './fixtures/thread-3.2.json' with { type: 'json' };
import uploaded from './fixtures/uploaded.json' with { type: 'json' };

const id = '7dfa2fb6-fe7e-5a47-99b1-0de2dccd329e';
const conversation = { externalId: brand<never>(id), address: { accommodation: '7000001', reservation: '4000000001' } };
const bare = { ...conversation, externalId: null };
const attachment = brand<ExternalAttachmentId>('de476760-1f8c-11f1-83e8-36f681e74ef5');
const file = { conversation, name: 'map.png', contentType: 'image/png', bytes: new Uint8Array([1, 2, 3, 250]) };
const scope = { conversation: id, accommodation: '7000001' };

test('a file is stored in its conversation, flat and in base64', async () => {
  const { adapter, seen } = scriptedDemand(() => uploaded);
  expect(await adapter.upload?.(file, call)).toBe(attachment);
  expect(seen.map(({ url, body }) => [url, body])).toEqual([
    [
      'https://demand.test/3.2/messages/attachments/upload',
      { ...scope, file_name: 'map.png', file_type: 'image/png', file_size: 4, file_content: 'AQID+g==' },
    ],
  ]);
});

test('of bytes that are part of something larger, no more than the file is stored', async () => {
  const { adapter, seen } = scriptedDemand(() => uploaded);
  await adapter.upload?.({ ...file, bytes: new Uint8Array([9, 9, 1, 2, 3, 250, 9]).subarray(2, 6) }, call);
  expect(seen[0]?.body).toMatchObject({ file_size: 4, file_content: 'AQID+g==' });
});

test('a file needs a conversation: one known by its reservation is looked up, and without one nothing is stored', async () => {
  const found = scriptedDemand(({ url }) => (url.endsWith('/conversations') ? thread32 : uploaded));
  expect(await found.adapter.upload?.({ ...file, conversation: bare }, call)).toBe(attachment);
  expect(found.seen.at(-1)?.body).toMatchObject(scope);
  const none = scriptedDemand(() => ({ data: { conversation: null } }));
  const failure = none.adapter.upload?.({ ...file, conversation: bare }, call);
  await expect(failure).rejects.toMatchObject({ kind: 'not-found', noEffect: true });
  expect(none.seen).toHaveLength(1);
});

test('a file comes back byte by byte, with the type that its content has', async () => {
  const { adapter, seen } = scriptedDemand(() => downloaded);
  const incoming = await adapter.download?.(attachment, conversation, call);
  expect(incoming).toMatchObject({ contentType: 'image/png', size: 16 });
  const bytes = new Uint8Array(await new Response(incoming?.body).arrayBuffer());
  expect(Buffer.from(bytes).toString('base64')).toBe(downloaded.data.file_content);
  expect(seen.map(({ body }) => body)).toEqual([{ ...scope, attachment }]);
});

test('a type is not guessed where the content does not show it', async () => {
  const contents = { '/9j/4AA=': 'image/jpeg', 'AQID+g==': null, '': null };
  for (const [file_content, contentType] of Object.entries(contents)) {
    const { adapter } = scriptedDemand(() => ({ data: { file_content } }));
    expect(await adapter.download?.(attachment, conversation, call)).toMatchObject({ contentType });
  }
});

test('an answer without a file is a protocol error', async () => {
  for (const data of [null, {}, { file_content: 7 }, { file_content: '<html>' }]) {
    const { adapter } = scriptedDemand(() => ({ data }));
    await expect(adapter.download?.(attachment, conversation, call)).rejects.toMatchObject({ kind: 'protocol' });
    await expect(adapter.upload?.(file, call)).rejects.toMatchObject({ kind: 'protocol' });
  }
});

test('a file is described, whether its size is a number or a text', async () => {
  for (const answer of [metadata31, metadata32]) {
    const { adapter, seen } = scriptedDemand(() => answer);
    expect(await adapter.describeAttachment?.(attachment, conversation, call)).toEqual({
      ...{ externalId: attachment, name: 'map.png', contentType: 'image/png', size: 92_620 },
    });
    expect(seen[0]?.body).toEqual({ ...scope, attachment });
  }
});
