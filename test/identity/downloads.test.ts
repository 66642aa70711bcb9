import { describe, expect, it, onTestFinished } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { FilesDocument, type FilesQuery } from '../generated/operations.ts';
import { run } from '../helpers/app.ts';
import { idOf } from '../helpers/desk.ts';
import { createSigningKey, startIdentityProvider } from '../helpers/identity-provider.ts';
import { connectStub, picture, stubDesk } from '../helpers/stub-desk.ts';

/** A system with a file that the guest sent, as those reach it whose identity provider is trusted. */
async function desk() {
  const { t, stub } = await stubDesk();
  const thread = stub.thread();
  stub.files.set('guest-1', { name: '', contentType: 'image/png', bytes: picture() });
  const sent = { externalId: brand<never>('guest-1'), name: 'door.png', contentType: 'image/png', size: null };
  stub.says(thread, { attachments: [sent] });
  await connectStub(t, stub);
  const id = await idOf(t, thread.externalId);
  const key = await createSigningKey('ES256', 'one');
  const idp = await startIdentityProvider(t.clock, 'acme', [key]);
  onTestFinished(() => idp.close());
  const app = t.another({ identity: idp.provider });
  const urlFor = async (claims: object): Promise<string> => {
    const { data } = await run<FilesQuery>(app, String(FilesDocument), { id }, await idp.sign(key, claims));
    return data.conversation?.messages.nodes[0]?.attachments[0]?.url ?? '';
  };
  const statusOf = async (url: string): Promise<number> => (await t.app.fetch(new Request(url))).status;
  return { t, urlFor, statusOf, now: Math.floor(t.clock.now().getTime() / 1_000) };
}

describe('a file’s address that a JWT asked for', () => {
  it('is good for ten minutes, and no longer than the JWT', async () => {
    const { t, urlFor, statusOf, now } = await desk();
    const urls = [await urlFor({}), await urlFor({ exp: now + 60 })] as const;
    const statuses = () => Promise.all(urls.map(statusOf));
    expect(await statuses()).toEqual([200, 200]);
    t.clock.advance(60_000);
    expect(await statuses()).toEqual([200, 410]);
    t.clock.advance(540_000);
    expect(await statuses()).toEqual([410, 410]);
  });

  it('is not given to one that may not read messages', async () => {
    const { urlFor } = await desk();
    expect(await urlFor({ scope: 'messages:send' })).toBe('');
  });
});
