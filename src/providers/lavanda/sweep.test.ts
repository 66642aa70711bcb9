import { expect, test } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import type { Checkpoint, Pull } from '../contract.ts';
import { documented, modern } from './fixtures/schema-variants.ts';
import { call, credentials, type Script, scriptedLavanda } from './fixtures/scripted-lavanda.ts';
import workspaces from './fixtures/workspaces.json' with { type: 'json' };

type Adapter = ReturnType<typeof scriptedLavanda>['adapter'];

const workspaceEdges = {
  edges: workspaces.data.workspaces.nodes.map((node) => ({ node })),
  pageInfo: { hasNextPage: false },
};
const pageOf = (ids: readonly string[], next: string | null) => ({
  edges: ids.map((id) => ({ node: { id, converation: { id: `cv-${id}`, participant: { name: id } } } })),
  pageInfo: { hasNextPage: next !== null, endCursor: next ?? 'end' },
});

/** Pages by their `after`: of bookings in `b`, of leads in `l`. */
function serve(pages: Record<string, JsonObject>): Script {
  return ({ body: { query = '', variables = {} } }) => {
    if (query.includes('workspaces(') || query.includes('workspaces {')) return { k0: workspaceEdges };
    const after = String(variables.k0After ?? 'start');
    if (query.includes('crm')) return { k0: { leads: { search: pages[`l ${after}`] ?? pageOf([], null) } } };
    return { k0: { search: pages[`b ${after}`] ?? pageOf([], null) } };
  };
}

async function walk(adapter: Adapter, most = 20): Promise<Pull[]> {
  const pulls: Pull[] = [];
  let from: Checkpoint | null = null;
  do {
    const pull: Pull | undefined = await adapter.sweep?.(from, call);
    if (!pull) break;
    pulls.push(pull);
    from = pull.checkpoint;
  } while (from !== null && pulls.length < most);
  return pulls;
}

const typesOf = (pull: Pull | undefined) => pull?.events.map(({ type }) => type);

test('a walk takes bookings, then leads, a page a step, and ends', async () => {
  const pages = { 'b start': pageOf(['1', '2'], 'x'), 'b x': pageOf(['3'], null), 'l start': pageOf(['4'], null) };
  const { adapter, documents } = scriptedLavanda(serve(pages));
  const pulls = await walk(adapter);
  expect(pulls.map(({ more }) => more)).toEqual([true, true, false]);
  expect(typesOf(pulls[0])).toEqual(['booking', 'conversation', 'booking', 'conversation', 'stale', 'stale']);
  expect(typesOf(pulls[2])).toEqual(['lead', 'conversation', 'stale']);
  expect(pulls.at(-1)?.checkpoint).toBeNull();
  expect(documents()).toHaveLength(3);
  for (const { body } of documents()) expect(body.variables?.k0First).toBe(25);
});

test('churned and demo workspaces are left out unless they are named', async () => {
  const { adapter, documents } = scriptedLavanda(serve({}));
  await walk(adapter);
  expect(documents()[0]?.body.variables?.k0Workspaces).toEqual(['41', '42']);
  const named = scriptedLavanda(serve({}), { credentials: { ...credentials, workspaceIds: ['44'] } });
  await walk(named.adapter);
  expect(named.documents()[0]?.body.variables?.k0Workspaces).toEqual(['44']);
});

test('an account is called after the workspaces it reads, and known by its client id', async () => {
  const { adapter } = scriptedLavanda(serve({}));
  expect(await adapter.verify(call)).toEqual({ identity: 'client-1', title: 'Northgate House and 1 more' });
  const one = scriptedLavanda(serve({}), { credentials: { ...credentials, workspaceIds: ['43'] } });
  expect(await one.adapter.verify(call)).toMatchObject({ title: 'Old Mill' });
  const unseen = scriptedLavanda(serve({}), { credentials: { ...credentials, workspaceIds: ['99'] } });
  await expect(unseen.adapter.verify(call)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('a client that may not list its workspaces is verified by its bookings', async () => {
  const forbidden = {
    data: { k0: null },
    errors: [{ message: 'no', path: ['k0'], extensions: { code: 'FORBIDDEN' } }],
  };
  const { adapter } = scriptedLavanda((seen) =>
    seen.body.query?.includes('workspaces') ? Response.json(forbidden) : serve({})(seen),
  );
  expect(await adapter.verify(call)).toEqual({ identity: 'client-1', title: null });
});

test('a cursor that repeats, at once or in a circle, ends its list', async () => {
  const stuck = scriptedLavanda(serve({ 'b start': pageOf(['1'], 'x'), 'b x': pageOf(['2'], 'x') }));
  expect(await walk(stuck.adapter)).toHaveLength(3);
  const circle = {
    'b start': pageOf(['1'], 'x'),
    'b x': pageOf(['2'], 'y'),
    'b y': pageOf(['3'], 'z'),
    'b z': pageOf(['4'], 'x'),
  };
  expect((await walk(scriptedLavanda(serve(circle)).adapter, 50)).length).toBeLessThan(15);
});

test('a cursor that is no longer accepted sends the walk back to its list, a few times at most', async () => {
  const refusal = {
    data: { k0: null },
    errors: [{ message: 'cursor', path: ['k0'], extensions: { code: 'BAD_USER_INPUT' } }],
  };
  const pages = serve({ 'b start': pageOf(['1'], 'x') });
  const { adapter } = scriptedLavanda((seen) => (seen.body.variables?.k0After ? Response.json(refusal) : pages(seen)));
  await expect(walk(adapter)).rejects.toMatchObject({ kind: 'invalid' });
});

test('a client without a part in the CRM still comes to the end of its walk', async () => {
  const forbidden = {
    data: { k0: null },
    errors: [{ message: 'no', path: ['k0'], extensions: { code: 'FORBIDDEN' } }],
  };
  const pages = serve({ 'b start': pageOf(['1'], null) });
  const { adapter } = scriptedLavanda((seen) =>
    seen.body.query?.includes('crm') ? Response.json(forbidden) : pages(seen),
  );
  expect((await walk(adapter)).at(-1)).toMatchObject({ more: false, checkpoint: null });
});

test('an item that cannot be read does not cost its page', async () => {
  const page = { edges: [{ node: { status: 'confirmed' } }, { node: { id: '2' } }], pageInfo: { hasNextPage: false } };
  const { adapter } = scriptedLavanda(serve({ 'b start': page }));
  expect(typesOf((await walk(adapter))[0])).toEqual(['unreadable', 'booking']);
});

test('a part that was not answered is counted, and the rest is kept', async () => {
  const pages = serve({ 'b start': pageOf(['1', '2'], null) });
  const { adapter } = scriptedLavanda((seen) => {
    if (!seen.body.query?.includes('bookings')) return pages(seen);
    const error = {
      message: 'no',
      path: ['k0', 'search', 'edges', 1, 'node', 'converation'],
      extensions: { code: 'TIMEOUT' },
    };
    return Response.json({ data: pages(seen), errors: [error] });
  });
  expect(typesOf((await walk(adapter))[0])).toContain('unreadable');
});

test('a glance looks at both ends of both lists in one document, and calls nothing stale', async () => {
  const { adapter, documents } = scriptedLavanda(
    ({ body }) => {
      if (body.query?.includes('workspaces(')) return { k0: { nodes: workspaces.data.workspaces.nodes } };
      const list = (id: string) => ({ nodes: [{ id, conversations: { nodes: [{ id: `cv-${id}` }] } }] });
      return {
        k0: { bookings: list('1') },
        k1: { bookings: list('2') },
        k2: { leads: list('3') },
        k3: { leads: list('3') },
      };
    },
    { variant: modern },
  );
  const events = await adapter.glance?.(call);
  const types = ['booking', 'conversation', 'booking', 'conversation', 'lead', 'conversation'];
  expect(events?.map(({ type }) => type)).toEqual(types);
  expect(documents().at(-1)?.body.variables).toMatchObject({ k0First: 25, k1Last: 25, k2First: 25, k3Last: 25 });
});

test('where lists cannot be read from their end, a glance goes on from where the walk saw them end', async () => {
  const pages = { 'b start': pageOf(['1'], 'x'), 'b x': pageOf(['2'], null) };
  const serving = serve(pages);
  const { adapter, documents } = scriptedLavanda(
    (seen) => {
      const aliases = seen.body.query?.match(/k\d(?=: )/g) ?? [];
      if (aliases.length < 2) return serving(seen);
      return Object.fromEntries(
        aliases.map((k) => [k, { search: pageOf([k], null), leads: { search: pageOf([k], null) } }]),
      );
    },
    { variant: documented },
  );
  await walk(adapter);
  const events = await adapter.glance?.(call);
  expect(events?.filter(({ type }) => type === 'booking')).toHaveLength(2);
  expect(documents().at(-1)?.body.variables).toMatchObject({ k1After: 'end', k3After: 'end' });
});
