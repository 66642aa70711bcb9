import { expect, it, onTestFinished } from 'vitest';
import { type RawSocket, rawSocket } from '../conformance/raw-socket.ts';
import { send } from '../helpers/desk.ts';
import { marksOf, neutral, thingsOf } from './matrix.ts';
import { type Probe, probesOf } from './probes.ts';
import { absentTwin, type Tenant, type TwoTenants, twoTenants } from './two-tenants.ts';

const probes = probesOf().filter(({ operation }) => operation === 'subscription');

/** A socket of a tenant's, and what it is told of all that they are told. */
async function socketOf(url: string, { token }: Tenant): Promise<RawSocket> {
  const raw = await rawSocket({ url: `${url}/graphql` });
  onTestFinished(() => raw.socket.terminate());
  await raw.greet(token);
  raw.subscribe('all', 'subscription { messageAdded { message { body } } }');
  return raw;
}

/** Lets what was asked on sockets be under way. */
async function begun({ t }: TwoTenants, url: string, count: number): Promise<void> {
  const { feeds } = t.app.transport;
  for (let i = 0; i < 1_000 && feeds.readers < count; i += 1) await (await fetch(`${url}/healthz`)).text();
  expect(feeds.readers).toBe(count);
}

/** Everything of a tenant's changes, and all that they may be told of it is. */
async function happens({ t }: TwoTenants, tenant: Tenant, told: RawSocket): Promise<void> {
  const conversationId = tenant.ids['Conversation'] ?? '';
  await send(t, conversationId, `Something of ${tenant.name}`, {}, tenant.token);
  const asked =
    'mutation($input: MarkConversationReadInput!) { markConversationRead(input: $input) { errors { code } } }';
  await t.ask(asked, { input: { conversationId } }, tenant.token);
  await t.settle();
  await told.until((all) =>
    all.some(({ payload }) => JSON.stringify(payload)?.includes(`Something of ${tenant.name}`)),
  );
  told.say({ type: 'ping' });
  await told.until((all) => all.at(-1)?.type === 'pong');
}

/** What came for an operation, without its id. */
const heardOf = ({ received }: RawSocket, id: string): string =>
  JSON.stringify(received.filter((one) => one.id === id).map(({ type, payload }) => ({ type, payload })));

/** Every place of a subscription that names something, with every thing of a tenant's. */
const cellsOf = (tenant: Tenant) =>
  probes.flatMap((probe) => thingsOf(probe, tenant).map((thing) => ({ probe, thing })));
const titleOf = (probe: Probe, thing: string): string => `${probe.title} ${thing}`;

it('who follows another tenant’s things hears what they would hear of things that are not there', async () => {
  const world = await twoTenants();
  const { acme, rival } = world;
  const cells = cellsOf(acme);
  expect(cells.length).toBeGreaterThan(30);
  const { url } = await world.t.listen();
  const [raw, twins, owners] = await Promise.all([rival, rival, acme].map((tenant) => socketOf(url, tenant)));
  if (!raw || !twins || !owners) throw new Error('no sockets');
  for (const { probe, thing } of cells)
    for (const [on, name] of [[raw, thing] as const, [twins, absentTwin(probe.names, thing)] as const])
      on.subscribe(titleOf(probe, thing), probe.document, { variables: probe.variables(name, rival.ids) });
  // Cursors of another feed are refused by the one subscription, and by the other told to be none.
  await begun(world, url, 3 + 2 * (cells.length - 1));
  await happens(world, acme, owners);
  await happens(world, rival, raw);
  await twins.until((told) => JSON.stringify(told).includes('Something of rival'));
  twins.say({ type: 'ping' });
  await twins.until((told) => told.at(-1)?.type === 'pong');
  for (const { probe, thing } of cells) {
    const twin = absentTwin(probe.names, thing);
    const heard = heardOf(raw, titleOf(probe, thing));
    expect([probe.title, neutral(heard, thing)]).toEqual([
      probe.title,
      neutral(heardOf(twins, titleOf(probe, thing)), twin),
    ]);
    for (const mark of marksOf(acme)) expect(heard).not.toContain(mark);
  }
  const all = JSON.stringify(raw.received.filter(({ id }) => id === 'all'));
  expect(all).toContain('Something of rival');
  expect(all).not.toContain('acme');
});

it('their owner hears of them in each of these places', async () => {
  const world = await twoTenants();
  const { acme } = world;
  const { url } = await world.t.listen();
  const raw = await socketOf(url, acme);
  const named = (probe: Probe): string =>
    (probe.names === 'event'
      ? acme.cursors.event
      : acme.ids[probe.title.includes('accountIds') ? 'Account' : 'Conversation']) ?? '';
  for (const probe of probes)
    raw.subscribe(probe.title, probe.document, { variables: probe.variables(named(probe), acme.ids) });
  await begun(world, url, 1 + probes.length);
  await happens(world, acme, raw);
  for (const probe of probes) {
    await raw.until(() => heardOf(raw, probe.title).includes('Something of acme'));
    expect(heardOf(raw, probe.title)).toContain('"data"');
  }
});

const FOLLOW = 'subscription { messageAdded { message { body conversation { id } } conversation { id } } }';

it('two tenants who follow in the same words hear their own alone, whatever happens at the same moment', async () => {
  const world = await twoTenants();
  const { t, acme, rival } = world;
  const { url } = await t.listen();
  const sockets = [await socketOf(url, acme), await socketOf(url, rival)] as const;
  for (const raw of sockets) for (let i = 0; i < 5; i += 1) raw.subscribe(`same ${i}`, FOLLOW);
  await begun(world, url, 12);
  const say = ({ ids, name, token }: Tenant, n: number) =>
    send(t, ids['Conversation'] ?? '', `${n} of ${name}`, {}, token);
  for (let n = 0; n < 5; n += 1) await Promise.all([acme, rival, acme].map((tenant, k) => say(tenant, 3 * n + k)));
  await t.settle();
  await Promise.all(
    sockets.map((raw, place) =>
      raw.until(
        (all) => all.filter(({ id, type }) => id?.startsWith('same') && type === 'next').length >= (place ? 25 : 50),
      ),
    ),
  );
  for (const [raw, own, other] of [[sockets[0], acme, rival] as const, [sockets[1], rival, acme] as const])
    for (let i = 0; i < 5; i += 1) {
      const heard = heardOf(raw, `same ${i}`);
      expect(heard).toContain(own.ids['Conversation']);
      for (const mark of marksOf(other)) expect(heard).not.toContain(mark);
    }
});

it('what two tenants ask for in the same moment and words is answered to each by their own rights', async () => {
  const { t, acme, rival } = await twoTenants();
  const things = Object.entries(acme.ids).filter(([kind]) => !['Tenant', 'removed', 'ApiToken'].includes(kind));
  const byId = 'query($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }';
  for (const [kind, id] of things)
    for (let round = 0; round < 3; round += 1) {
      const askers = round % 2 === 0 ? [acme, rival, acme, rival] : [rival, acme, rival, acme];
      const answers = await Promise.all(
        askers.map(({ token }) => t.ask<{ node: { id: string } | null }>(byId, { id }, token)),
      );
      const expected = askers.map((asker) => (asker === acme ? { id } : null));
      expect([kind, answers.map(({ data }) => data.node && { id: data.node.id })]).toEqual([kind, expected]);
    }
});
