import { expect, it } from 'vitest';
import { brand } from '../../src/domain/ids.ts';
import { createAttachmentLinks } from '../../src/graphql/attachment-links.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { tenantScope } from '../../src/store/scope.ts';
import { FilesDocument } from '../generated/operations.ts';
import { absentTwin, type Tenant, type TwoTenants, twoTenants } from './two-tenants.ts';

/** Everything that is answered to whoever opens an address. */
async function opened({ t }: TwoTenants, url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await t.app.fetch(new Request(url, { headers }));
  return JSON.stringify([response.status, [...response.headers], await response.text()]);
}

const by = (token: string) => ({ authorization: `Bearer ${token}`, cookie: `token=${token}` });

/** The address of a tenant's file as whoever has that token is given it; null where they are given none. */
async function addressOf({ t }: TwoTenants, { ids }: Tenant, token: string): Promise<string | null> {
  const { data } = await t.gql(FilesDocument, { id: ids['Conversation'] ?? '' }, token);
  const urls = data.conversation?.messages.nodes.flatMap(({ attachments }) => attachments.map(({ url }) => url));
  return urls?.find((url) => url !== null) ?? null;
}

const absent = 'http://parley.test/attachments/nobody';

it('the address of a file is given to its own tenant, and is good by the token that asked, whoever opens it', async () => {
  const world = await twoTenants();
  const { t, acme, rival } = world;
  const own = (await addressOf(world, acme, acme.token)) ?? '';
  expect(await addressOf(world, acme, rival.token)).toBeNull();
  const asked = 'query($id: ID!) { node(id: $id) { ... on Attachment { url } } }';
  const { ids } = acme;
  for (const id of [ids['Attachment'] ?? '', absentTwin('id', ids['Attachment'] ?? '')])
    expect((await t.ask(asked, { id }, rival.token)).data).toEqual({ node: null });
  const file = await opened(world, own);
  expect(file).toContain('image/png');
  expect(await opened(world, own, by(rival.token))).toBe(file);

  await t.db.pool.query('UPDATE token SET revoked_at = now() WHERE tenant_id = $1', [ids['Tenant']]);
  const nobody = await opened(world, absent);
  expect(nobody).toContain('404');
  const another = await t.tokenFor('acme');
  for (const headers of [{}, by(acme.token), by(another), by(rival.token)])
    expect(await opened(world, own, headers)).toBe(nobody);
});

it('an address that was changed in any place, or put together of two, is one that never was', async () => {
  const world = await twoTenants();
  const { acme, rival, t } = world;
  const own = (await addressOf(world, acme, acme.token)) ?? '';
  const theirs = (await addressOf(world, rival, rival.token)) ?? '';
  const start = own.lastIndexOf('/') + 1;
  const changed = Array.from({ length: own.length - start }, (_, i) => {
    const at = start + i;
    return `${own.slice(0, at)}${own[at] === 'A' ? 'B' : 'A'}${own.slice(at + 1)}`;
  });
  const half = start + Math.floor((own.length - start) / 2);
  const joined = [own.slice(0, half) + theirs.slice(half), theirs.slice(0, half) + own.slice(half)];
  const nobody = await opened(world, absent);
  acme.stub.calls.length = 0;
  for (const url of [...changed, ...joined, `${own}A`, `${own}=`, own.slice(0, -1)])
    for (const headers of [{}, by(acme.token)]) expect([url, await opened(world, url, headers)]).toEqual([url, nobody]);
  expect([...acme.stub.calls, ...rival.stub.calls]).toEqual([]);
  await t.settle();
});

it('an address that names a file of another tenant is one that never was, even if we had made it ourselves', async () => {
  const world = await twoTenants();
  const { t, acme, rival } = world;
  const { rows } = await t.db.pool.query<{ id: string }>('SELECT id FROM token WHERE tenant_id = $1', [
    rival.ids['Tenant'],
  ]);
  const links = createAttachmentLinks({
    sealer: createSealer({ current: new Uint8Array(32).fill(7) }),
    ...{ clock: t.clock, publicUrl: 'http://parley.test' },
  });
  const scope = tenantScope(brand(rival.ids['Tenant'] ?? ''));
  const askers = [null, ...rows.map(({ id }) => id)].map((tokenId) => ({
    ...{ scope, tokenId, scopes: new Set(['messages:read']), expiresAt: null },
  }));
  const nobody = await opened(world, absent);
  for (const asker of askers)
    for (const attachment of [
      acme.ids['Attachment'],
      acme.ids['uploaded'],
      absentTwin('id', acme.ids['Attachment'] ?? ''),
    ])
      expect(await opened(world, links.urlOf(brand(attachment ?? ''), asker))).toBe(nobody);
  expect(acme.stub.calls).toEqual([]);
  const readable = askers.map((asker) => opened(world, links.urlOf(brand(rival.ids['Attachment'] ?? ''), asker)));
  expect((await Promise.all(readable)).some((answer) => answer.includes('image/png'))).toBe(true);
});
