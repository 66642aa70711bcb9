import {
  buildSchema,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createExecute } from './compile.ts';

const schema = buildSchema(`
  scalar When
  enum Side { us participant }
  interface Thing { id: ID! }
  type Dog implements Thing { id: ID! barks: Boolean friend: Thing }
  type Cat implements Thing { id: ID! lives: Int! broken: Int! }
  input Ask { side: Side, at: When, names: [String!] }
  type Query {
    echo(ask: Ask, n: Int): String
    things: [Thing]
    later: Dog
    side: Side
    when: When
    fails: String
    list: [Int!]
  }
  type Mutation { add(n: Int!): Int }
  type Subscription { barked: Dog! }
`);

// Defaults as a schema builder gives them.
withDefault((schema.getType('Ask') as GraphQLInputObjectType).getFields()['side'], 'us');
withDefault((schema.getType('Query') as GraphQLObjectType).getFields()['echo']?.args[1], 3);

const dog = { __typename: 'Dog', id: 'd', barks: true, friend: { __typename: 'Cat', id: 'f', lives: 1 } };

resolve(schema, {
  echo: (_root: unknown, args: object) => JSON.stringify(sorted(args)),
  things: () => [
    dog,
    Promise.resolve({ __typename: 'Cat', id: 'c', lives: 9 }),
    null,
    new Error('no third thing'),
    Promise.reject(new GraphQLError('no fourth thing', { extensions: { code: 'NOT_FOUND' } })),
  ],
  later: async () => dog,
  side: () => 'us',
  when: () => new Date('2026-01-02T03:04:05Z'),
  fails: () => {
    throw new Error('boom');
  },
  list: () => [1, 'x', 3],
});
const when = schema.getType('When');
if (when && 'parseValue' in when) {
  when.serialize = (value: unknown) => (value as Date).toISOString();
  when.parseValue = (value: unknown) => {
    if (value === 'never') throw new GraphQLError('There is no such time.');
    return value;
  };
}

function withDefault(of: { defaultValue: unknown } | undefined, value: unknown): void {
  if (of) of.defaultValue = value;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

function resolve(of: GraphQLSchema, resolvers: Record<string, (root: unknown, args: object) => unknown>): void {
  const fields = (of.getType('Query') as GraphQLObjectType).getFields();
  for (const [name, run] of Object.entries(resolvers)) if (fields[name]) fields[name].resolve = run;
}

const asJson = (result: ExecutionResult): unknown => {
  const { errors, ...rest } = JSON.parse(JSON.stringify(result)) as {
    errors?: { path?: unknown; message: string; extensions?: unknown }[];
  };
  const told = errors?.map(({ path, message, extensions }) => ({ path, message, extensions }));
  return { ...rest, ...(told && { errors: told.sort((a, b) => String(a.path).localeCompare(String(b.path))) }) };
};

/** Nothing here may be refused by the compiler: the comparison would be of GraphQL.js with itself. */
const refused = (errors: readonly Error[]): void => expect(errors).toEqual([]);

/** Runs a document until it is compiled, and as GraphQL.js would; gives both answers. */
async function both(text: string, variableValues: Record<string, unknown> = {}) {
  const run = createExecute(schema, refused);
  const document = parse(text);
  const answers: ExecutionResult[] = [];
  for (let i = 0; i < 3; i += 1) answers.push(await run({ schema, document, variableValues }));
  const plain = await execute({ schema, document: parse(text), variableValues, hideSuggestions: true });
  return { compiled: answers.map(asJson), plain: asJson(plain) };
}

describe('a compiled document answers as an interpreted one', () => {
  const cases: readonly [title: string, document: string, variables?: Record<string, unknown>][] = [
    ['for enums, scalars and default arguments', '{ side when echo }'],
    [
      'for interfaces, fragments and promises in lists',
      '{ things { id __typename ... on Dog { barks friend { ...F } } ...F } } fragment F on Cat { lives }',
    ],
    ['for a non-null field without a value', '{ things { id ... on Cat { broken } } later { id } }'],
    ['for errors and wrong leaves, with their paths', '{ fails list later { id } }'],
    ['for input objects in variables', 'query($a: Ask) { echo(ask: $a, n: 1) }', { a: { at: 'x', names: ['y'] } }],
    [
      'for variables inside input objects',
      'query($s: Side, $n: [String!]) { echo(ask: { side: $s, names: $n }) }',
      { s: 'participant' },
    ],
    [
      'for variables inside input objects that are null',
      'query($n: [String!]) { echo(ask: { names: $n }) }',
      { n: null },
    ],
    ['for variables with defaults', 'query($s: Side = participant, $n: Int = 7) { echo(ask: { side: $s }, n: $n) }'],
    ['for an argument whose variable is not given', 'query($n: Int, $a: Ask) { echo(n: $n, ask: $a) }'],
    ['for a variable in a list', 'query($n: String!) { echo(ask: { names: [$n] }) }', { n: 'x' }],
    ['for a variable of a wrong type', 'query($n: Int) { echo(n: $n) }', { n: 'three' }],
    ['for a variable that its scalar refuses', 'query($a: Ask) { echo(ask: $a) }', { a: { at: 'never' } }],
    ['for a missing variable', 'query($n: Int!) { echo(n: $n) }'],
    [
      'for introspection',
      '{ __schema { queryType { name } types { name kind fields { name type { name ofType { name } } } } } __type(name: "Dog") { name } }',
    ],
    ['for aliases of one field with different arguments', '{ a: echo(n: 1) b: echo(n: 2) }'],
    ['for a field asked for twice', '{ later { id } later { barks } }'],
  ];
  it.each(cases)('%s', async (_title, document, variables) => {
    const { compiled, plain } = await both(document, variables);
    for (const answer of compiled) expect(answer).toEqual(plain);
  });
});

describe('conditions', () => {
  const document = `query($a: Boolean!, $b: Boolean = true) {
    ...F @include(if: $a) ...F @skip(if: $b)
    later { id @skip(if: $b) ...D @include(if: $a) ... on Dog @include(if: $b) { friend { id } } }
    when @include(if: true) @skip(if: false)
  }
  fragment F on Query { side }
  fragment D on Dog { barks }`;
  const decided = [true, false].flatMap((a) => [{ a }, { a, b: true }, { a, b: false }]);
  it.each(decided)('are carried out as the specification says for %j', async (variables) => {
    const { compiled, plain } = await both(document, variables);
    for (const answer of compiled) expect(answer).toEqual(plain);
  });

  it('are settled for each answer of the variables, also when one document is asked with both by turns', async () => {
    const run = createExecute(schema, refused);
    const parsed = parse('query($a: Boolean!) { side @include(if: $a) when @skip(if: $a) }');
    for (const a of [true, false, true, false, true, false]) {
      const result = await run({ schema, document: parsed, variableValues: { a } });
      expect(Object.keys(result.data ?? {})).toEqual([a ? 'side' : 'when']);
    }
  });

  it('that leave nothing to select give an empty object', async () => {
    const { compiled, plain } = await both('query($a: Boolean!) { later { id @include(if: $a) } }', { a: false });
    for (const answer of compiled) expect(answer).toEqual(plain);
  });

  it('without a boolean are told as an error', async () => {
    const { compiled, plain } = await both('query($a: Boolean!) { side @include(if: $a) }', { a: 'yes' });
    for (const answer of compiled) expect(answer).toEqual(plain);
  });
});

it('executes the selection of a subscription on the event it is given', async () => {
  const run = createExecute(schema, refused);
  const document = parse('subscription { barked { id friend { id } } }');
  for (let i = 0; i < 3; i += 1) {
    const result = await run({ schema, document, rootValue: { barked: { ...dog, id: String(i) } } });
    expect(result).toEqual({ data: { barked: { id: String(i), friend: { id: 'f' } } } });
  }
});
