import { getNamedType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { byPost, byWebsocket } from './asking.ts';
import { blindProbes, foreignFaults, malformedFaults } from './matrix.ts';
import { namespaces, probesOf } from './probes.ts';
import { digestOf, type Tenant, type TwoTenants, twoTenants } from './two-tenants.ts';

const probes = probesOf();
const asked = probes.filter(({ operation }) => operation !== 'subscription');
/** What ends somebody's rights, or takes what others ask for, comes last. */
const ending = (title: string): number => Number(/eraseParticipant|disconnectAccount|revokeToken/.test(title));
/** Names of providers’ things, and places in lists, tell their owner nothing apart either. */
const ofOurs = asked.filter(({ names, title }) => names === 'id' && !title.includes('workspaceIds'));
const inOrder = ofOurs.toSorted((one, other) => ending(one.title) - ending(other.title));

it('every place of the schema that takes an id is asked', () => {
  const places = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__')) return [];
    const isRoot = /^(Query|Mutation|Subscription)$/.test(type.name) || namespaces.test(type.name);
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((arg) =>
        !isRoot && getNamedType(arg.type).name === 'ID' ? `${type.name}.${field.name}` : [],
      ),
    );
  });
  expect(places).toEqual([]);
  expect(probes.length).toBeGreaterThan(40);
});

it('what is another tenant’s is answered like what is not there, to the byte, and stays as it is', async () => {
  const { t, acme, rival } = await twoTenants();
  const before = await digestOf(t, acme);
  expect(await foreignFaults(asked, rival, acme, byPost(t, rival.token))).toEqual([]);
  expect(await malformedFaults(asked, rival, byPost(t, rival.token))).toEqual([]);
  const socket = await byWebsocket(t, rival.token);
  const overSocket = asked.filter(({ withFile }) => !withFile);
  expect(await foreignFaults(overSocket, rival, acme, socket.ask)).toEqual([]);
  socket.end();
  await t.settle();
  expect(await digestOf(t, acme)).toEqual(before);
  expect(acme.stub.calls).toEqual([]);
  // Their owner, who asks the same, is told something else in each place.
  expect(await blindProbes(inOrder, acme, byPost(t, acme.token))).toEqual([]);
}, 120_000);

/** Has reads of that table by ids of theirs be answered as if their owner asked. */
function leak({ t, acme, rival }: TwoTenants, table: string): () => void {
  const { query } = t.db.pool;
  const owner = (tenant: Tenant): string => tenant.ids['Tenant'] ?? '';
  t.db.pool.query = ((config: { text?: string; values?: unknown[] }, ...rest: unknown[]) => {
    const asksForTheirs = JSON.stringify(config.values ?? null).includes(acme.ids['Conversation'] ?? '');
    const planted = config.text?.includes(`FROM ${table}`) && asksForTheirs;
    const values = config.values?.map((value) => (value === owner(rival) ? owner(acme) : value));
    return Reflect.apply(query, t.db.pool, [planted ? { ...config, values } : config, ...rest]) as unknown;
  }) as unknown as typeof query;
  return () => {
    t.db.pool.query = query;
  };
}

it('one read that forgets whose things it reads is found', async () => {
  const world = await twoTenants();
  const mend = leak(world, 'conversation');
  const queries = asked.filter(({ title }) => /^query\.(conversation|node|nodes)\(/.test(title));
  const faults = await foreignFaults(queries, world.rival, world.acme, byPost(world.t, world.rival.token));
  mend();
  for (const { title } of queries) expect(faults.filter((fault) => fault.startsWith(title))).not.toEqual([]);
});
