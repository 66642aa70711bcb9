import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  GraphQLNonNull,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { schema } from '../../../src/graphql/schema.ts';
import { providers } from '../../../src/providers/registry.ts';
import type { Attack } from '../attack.ts';

/** Types that stand for a part of the API. */
const PARTS = /(Queries|Mutations)$/;

/** What turns into something else where it is not held as what it is: a text. */
export const strings: Readonly<Record<string, string>> = {
  'SQL that ends a text': "'; DROP TABLE message; --",
  'SQL that is always true': "x' OR '1'='1",
  'SQL that waits': "'||pg_sleep(10)||'",
  'a pattern of everything': '%_%\\',
  'a NUL': 'a\u0000b',
  'half of a surrogate pair': 'a\ud800b',
  'the other half': '\udc00',
  'a line of a header': 'x\r\nset-cookie: a=b\r\n\r\n<html>',
  'an encoded NUL': '%00',
  'a path upwards': '../../../../etc/passwd',
  'a name that is inherited': '__proto__',
  'a mark that turns the direction': '\u202egnp.exe',
  'emoji of four bytes': '👩‍👩‍👧‍👦😀',
  'a template': '{{7*7}}#{7*7}<%= 7*7 %>',
  'a page': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a command': '$(touch parley-was-here)`id`;|&',
  'a look-up': `\${jndi:ldap://127.0.0.1:1/a}`,
  'a byte order mark': '\ufeffx',
  'a format': '%s%n%x%d',
  'an operator': '{"$gt":""}',
  'every space there is': '\u00a0\u2000\u2028\u2029\u3000\u200b',
  '20,000 letters': 'x'.repeat(20_000),
  'a hundred marks on a letter': `z${'\u0301'.repeat(100)}`,
};

/** Each of those strings in the place of every text, id and JSON that may be given anywhere. */
export const injections: Readonly<Record<string, readonly Attack[]>> = Object.fromEntries(
  Object.entries(strings).map(([name, text]) => [
    `${name}, in every argument there is`,
    placesOf().map(
      ({ at, query, given }): Attack => ({
        name: `${name} as ${at}`,
        expected: 'answered',
        ways: ['POST'],
        make: () => ({ kind: 'operation', payload: { query, variables: { value: given(text) } } }),
      }),
    ),
  ]),
);

/** The same by every way, at places of which each stands for many. */
export const injectionsEverywhere: readonly Attack[] = Object.entries(strings).flatMap(([name, text]) => [
  {
    name: `${name} for a filter and ids, everywhere`,
    expected: 'answered',
    make: () => ({
      kind: 'operation',
      payload: {
        query:
          'query ($s: String, $id: ID!) { conversations(filter: { text: $s, channel: $s, bookingExternalId: $s }) { totalCount } node(id: $id) { id } nodes(ids: [$id]) { id } }',
        variables: { s: text, id: text },
      },
    }),
  },
  {
    name: `${name} for what is sent and where to, everywhere`,
    expected: 'refused',
    make: () => ({
      kind: 'operation',
      payload: {
        query: 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { message { id } errors { code } } }',
        variables: { i: { conversationId: text, body: text, idempotencyKey: text } },
      },
    }),
  },
]);

interface Place {
  readonly at: string;
  readonly query: string;
  given(text: string): unknown;
}

/** Every argument, and every field of one, that holds a text of whatever kind. */
function placesOf(): readonly Place[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const;
  return roots.flatMap(([operation, type]) => (type ? inFields(operation, type, []) : []));
}

function inFields(operation: string, type: GraphQLObjectType, path: readonly string[]): readonly Place[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const places = field.args.flatMap((argument) => inArgument(operation, field, argument, path));
    return isObjectType(inner) && PARTS.test(inner.name)
      ? [...places, ...inFields(operation, inner, [...path, field.name])]
      : places;
  });
}

function inArgument(
  operation: string,
  field: GraphQLField<unknown, unknown>,
  argument: GraphQLArgument,
  path: readonly string[],
): readonly Place[] {
  const others = field.args.filter((other) => other !== argument && isNonNullType(other.type));
  const given = others.map((other) => `, ${other.name}: "x"`).join('');
  const call = `${field.name}(${argument.name}: $value${given})${selectionOf(field)}`;
  const whole = path.reduceRight((inner, name) => `${name} { ${inner} }`, call);
  const query = `${operation} ($value: ${argument.type}) { ${whole} }`;
  const at = [...path, field.name, argument.name].join('.');
  return textsIn(argument).map(({ name, given }) => ({ at: `${at}${name}`, query, given }));
}

function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  const hasErrors = isObjectType(named) && 'errors' in named.getFields();
  return hasErrors ? ' { errors { code } }' : ' { __typename }';
}

interface Text {
  readonly name: string;
  given(text: string): unknown;
}

function textsIn({ type }: GraphQLArgument | GraphQLInputField): readonly Text[] {
  const named = getNamedType(type);
  const listed = isListType(isNonNullType(type) ? type.ofType : type);
  const wrap = (value: unknown): unknown => (listed ? [value] : value);
  if (isScalarType(named)) {
    if (named.name === 'JSON')
      return [
        { name: ' (JSON)', given: wrap },
        { name: ' (within JSON)', given: (text) => ({ [text]: text, baseUrl: text, clientId: [text] }) },
      ];
    return ['Int', 'Float', 'Boolean'].includes(named.name) ? [] : [{ name: '', given: wrap }];
  }
  if (!isInputObjectType(named)) return [];
  const fields = Object.values(named.getFields());
  const needed = Object.fromEntries(fields.filter(isNeeded).map((field) => [field.name, standIn(field)]));
  return fields.flatMap((field) =>
    textsIn(field).map(({ name, given }) => ({
      name: `.${field.name}${name}`,
      given: (text: string) => wrap({ ...needed, [field.name]: given(text) }),
    })),
  );
}

function isNeeded({ type, defaultValue }: GraphQLInputField): boolean {
  return type instanceof GraphQLNonNull && defaultValue === undefined;
}

/** Something of that type that does nothing. */
function standIn({ name, type }: GraphQLInputField): unknown {
  if (isListType(isNonNullType(type) ? type.ofType : type)) return [];
  // What an unknown provider is given, nobody looks at.
  if (name === 'provider') return providers[0]?.id;
  const plain: Readonly<Record<string, unknown>> = { Boolean: true, Int: 1, Float: 1, JSON: {} };
  return plain[getNamedType(type).name] ?? 'x';
}
