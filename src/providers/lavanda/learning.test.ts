import { buildSchema, graphqlSync, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import type { Reply } from './asking.ts';
import type { Dialect } from './dialect.ts';
import { DEEPEST, type GraphqlDocument, listsDocument, sendDocument, threadsDocument } from './documents.ts';
import { RefusedDocument } from './failures.ts';
import { documented, modern, type SchemaVariant, sdlOf, variants } from './fixtures/schema-variants.ts';
import { learnDialect } from './learning.ts';

const head = { first: 25, after: 'a "quoted" cursor' };
const target = 'bk_"7001"';

for (const variant of variants) {
  const words = `${JSON.stringify(variant)}`;

  test(`every document fits the schema after introspection: ${words}`, async () => {
    const { ask } = serverOf(variant);
    expectToFit(variant, await learnDialect(ask));
  });

  test(`every document fits the schema after probing: ${words}`, async () => {
    const { ask, executed } = serverOf(variant, { introspection: 'refused' });
    expectToFit(variant, await learnDialect(ask));
    expect(executed.filter((kind) => kind === 'mutation')).toEqual([]);
  });
}

test('probing learns what introspection tells', async () => {
  for (const variant of [documented, modern]) {
    const told = await learnDialect(serverOf(variant).ask);
    const tried = await learnDialect(serverOf(variant, { introspection: 'refused' }).ask);
    for (const name of ['bookings', 'leads'] as const) {
      expect(tried[name]?.path).toEqual(told[name]?.path);
      expect(tried[name]?.narrow?.path).toEqual(told[name]?.narrow?.path);
      expect(tried[name]?.fields).toEqual(told[name]?.fields);
    }
    expect(tried.booking?.conversation?.messages?.items).toEqual(told.booking?.conversation?.messages?.items);
    expect('last' in (tried.booking?.conversation?.messages?.args ?? {})).toBe(variant.backwards);
  }
});

test('a schema without bookings is a protocol error', async () => {
  const ask = async (): Promise<Reply> => ({ status: 200, data: {}, errors: [refusal], failure: failureOf });
  await expect(learnDialect(ask)).rejects.toMatchObject({ kind: 'protocol' });
});

test('a lead is read in the namespace that has its conversations', async () => {
  const sdl = `${sdlOf({ ...documented, leads: 'leads' })}
    extend type Query { crm: Crm }
    type Crm { lead(leadId: ID): BareLead }
    type BareLead { id: ID }`;
  for (const introspection of ['answered', 'refused']) {
    const dialect = await learnDialect(serverOf(sdl, { introspection }).ask);
    expect(dialect.lead?.path).toEqual(['leads', 'lead']);
  }
});

function expectToFit(variant: SchemaVariant, dialect: Dialect): void {
  const { bookings, leads, workspaces, booking, lead, send } = dialect;
  if (!bookings || !leads || !workspaces || !booking || !lead || !send) throw new Error('not all was learned');
  expect(booking.conversation?.field).toBe(variant.conversation);
  const asks = [booking, lead].map((item) => ({ item, id: target, window: head }));
  const documents = [
    threadsDocument(asks),
    threadsDocument(Array.from({ length: 25 }, () => asks[0]).flatMap((ask) => ask ?? [])),
    listsDocument([bookings, leads].map((list) => ({ list, window: head, workspaces: ['41'] }))),
    listsDocument([{ list: workspaces, window: head, workspaces: null }]),
    sendDocument(send, 'cv_"9001"', 'Hello "there"'),
  ];
  for (const { query } of documents) {
    expect(validate(buildSchema(sdlOf(variant)), parse(query))).toEqual([]);
    expect(query).not.toContain('"');
    // The outermost braces are the operation's own; a connection of conversations with a connection inside is as deep as it must be.
    if (variant.holds !== 'connection') expect(depthOf(query)).toBeLessThanOrEqual(DEEPEST + 1);
  }
}

const refusal = { message: 'No such field', code: 'GRAPHQL_VALIDATION_FAILED', path: null };
const failureOf = () =>
  new RefusedDocument({ provider: 'lavanda', operation: 'test', kind: 'invalid', message: 'refused' });

/** Validates as a server does, and runs what is valid over nothing. */
function serverOf(variant: SchemaVariant | string, { introspection = 'answered' } = {}) {
  const schema = buildSchema(typeof variant === 'string' ? variant : sdlOf(variant));
  const executed: string[] = [];
  const ask = async (_: string, { query, variables, operationName }: GraphqlDocument): Promise<Reply> => {
    const hidden = introspection === 'refused' && query.includes('__schema');
    if (hidden || validate(schema, parse(query)).length > 0)
      return { status: 400, data: null, errors: [refusal], failure: failureOf };
    executed.push(query.trimStart().startsWith('mutation') ? 'mutation' : 'query');
    const result = graphqlSync({
      schema,
      source: query,
      variableValues: variables,
      operationName: operationName ?? null,
    });
    expect(result.errors).toBeUndefined();
    return { status: 200, data: { ...result.data }, errors: [], failure: failureOf };
  };
  return { ask, executed };
}

function depthOf(query: string): number {
  const fields = query.slice(query.indexOf('{')).replace(/\([^)]*\)/g, '');
  let depth = 0;
  let deepest = 0;
  for (const sign of fields) {
    if (sign === '{') depth++;
    if (sign === '}') depth--;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
