import { type Attack, answeredOperation, refusedOperation } from '../attack.ts';

const pageOf = 'query ($n: Int) { conversations(first: $n) { totalCount } }';
const nodeOf = 'query ($id: ID!) { node(id: $id) { id } }';
const nodesOf = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const filtered = 'query ($f: ConversationFilter) { conversations(filter: $f) { totalCount } }';
const after = 'query ($t: DateTime!) { conversations(filter: { lastMessageAfter: $t }) { totalCount } }';
const connect =
  'mutation ($c: JSON!) { connectAccount(input: { provider: "lavanda", credentials: $c }) { errors { code } } }';

const around = (depth: number, value: unknown): unknown => {
  let whole = value;
  for (let level = 0; level < depth; level += 1) whole = [whole];
  return whole;
};
const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));

function refusedValues(what: string, query: string, name: string, values: Readonly<Record<string, unknown>>): Attack[] {
  return Object.entries(values).map(([title, value]) =>
    refusedOperation(`${what}: ${title}`, () => ({ query, variables: { [name]: value } })),
  );
}

const sizes: Readonly<Record<string, number>> = {
  '-1': -1,
  '0': 0,
  '101': 101,
  '2^31 - 1': 2 ** 31 - 1,
  '2^31': 2 ** 31,
  '-2^31 - 1': -(2 ** 31) - 1,
  '1e9': 1e9,
  '2^53': 2 ** 53,
  '1e300': 1e300,
  'a half': 1.5,
};

/** Sizes of pages as literals, as variables and as defaults: the same verdict for all. */
const pages: readonly Attack[] = Object.entries(sizes).flatMap(([title, size]) => [
  refusedOperation(`a page of ${title} as a literal`, () => ({
    query: `{ conversations(first: ${size}) { totalCount } }`,
  })),
  refusedOperation(`a page of ${title} as a variable`, () => ({ query: pageOf, variables: { n: size } })),
  refusedOperation(`a page of ${title} by default`, () => ({ query: pageOf.replace('Int', `Int = ${size}`) })),
]);

/** What is given for variables. */
export const variables: readonly Attack[] = [
  ...pages,
  answeredOperation('a page of null', () => ({ query: pageOf, variables: { n: null } })),
  answeredOperation('a page that is undefined', () => ({ query: pageOf, variables: {} })),
  ...refusedValues('a page', pageOf, 'n', {
    'a text': '10',
    'a text of no number': 'NaN',
    true: true,
    'an empty list': [],
    'an object': { valueOf: 1 },
    'two sizes': [10, 10],
  }),
  ...refusedValues('an id', nodeOf, 'id', {
    null: null,
    true: true,
    'a fraction': 1.5,
    'a list': ['a'],
    'an operator': { $gt: '' },
    'a filter': { contains: '' },
    'an object with toString': { toString: 'x' },
  }),
  answeredOperation('an id of 40,000 letters', () => ({ query: nodeOf, variables: { id: 'x'.repeat(40_000) } })),
  answeredOperation('an id of 900 KB', () => ({ query: nodeOf, variables: { id: 'x'.repeat(900 * 1024) } })),
  answeredOperation('an id: beyond whole numbers', () => ({ query: nodeOf, variables: { id: 1e300 } })),
  answeredOperation('an empty id', () => ({ query: nodeOf, variables: { id: '' } })),
  ...refusedValues('ids', nodesOf, 'ids', {
    null: null,
    'a null among them': [null],
    'a list of lists': [[['a']]],
    '101 of them': Array.from({ length: 101 }, (_, at) => `${at}`),
    '8,000 of them': Array.from({ length: 8_000 }, (_, at) => `${at}`),
    'half of a pair': ['\ud800'],
  }),
  ...refusedValues('a filter', filtered, 'f', {
    'a text': 'x',
    'a list of two': [{}, {}],
    'a field that is not there': { admin: true },
    'an operator': { text: { contains: '' } },
    'a field constructor': { constructor: { name: 'x' } },
    'a number for a truth': { unread: 1 },
    'a NUL': { text: 'a\u0000b' },
    'half of a pair': { text: '\udfff' },
  }),
  ...refusedValues('a time', after, 't', {
    now: 'now',
    empty: '',
    'month 13': '2026-13-01T00:00:00Z',
    'the 30th of February': '2026-02-30T00:00:00Z',
    zeros: '0000-00-00T00:00:00Z',
    'year 300000': '+300000-01-01T00:00:00Z',
    'a number': 1e30,
    'an object': { year: 2026 },
    SQL: "2026-01-01' OR '1'='1",
    infinity: 'infinity',
  }),
  ...credentials(),
  ...unasked(),
];

function credentials(): readonly Attack[] {
  return refusedValues('credentials', connect, 'c', {
    null: null,
    'a text': 'x',
    'a number': 7,
    'a list': [],
    empty: {},
    'lists 101 deep': { a: around(101, 1) },
    'lists 4,000 deep': { a: around(4_000, 1) },
    'of 10,000 fields': many(10_000),
    'a NUL': { clientId: 'a\u0000b' },
    'a NUL in a name': { 'a\u0000b': 1 },
    'half of a pair': { clientId: '\ud800' },
    'an operator': { clientId: { $ne: null }, clientSecret: { $ne: null } },
    'what is inherited': { constructor: { prototype: { isAdmin: true } } },
    'a web address for everything': { baseUrl: 'file:///etc/passwd', clientId: 'x', clientSecret: 'x' },
  });
}

/** More than was asked for. */
function unasked(): readonly Attack[] {
  return [
    answeredOperation('10,000 variables that nobody declared', () => ({
      query: '{ eventCursor }',
      variables: many(10_000),
    })),
    refusedOperation('variables that are a text', () => ({ query: pageOf, variables: '{"n":1}' })),
    refusedOperation('variables that are a list', () => ({ query: pageOf, variables: [1] })),
    refusedOperation('variables that are a number', () => ({ query: pageOf, variables: 1 })),
    refusedOperation('a file that is a text', ({ conversationId }) => ({
      query: 'mutation ($i: UploadAttachmentInput!) { uploadAttachment(input: $i) { errors { code } } }',
      variables: { i: { conversationId, file: '/etc/passwd' } },
    })),
    refusedOperation('a file that is an object', ({ conversationId }) => ({
      query: 'mutation ($i: UploadAttachmentInput!) { uploadAttachment(input: $i) { errors { code } } }',
      variables: { i: { conversationId, file: { name: 'x', size: 1e9, type: 'image/png' } } },
    })),
    refusedOperation('a message of 20,001 letters', ({ conversationId }) => ({
      query: 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { errors { code } } }',
      variables: { i: { conversationId, body: 'x'.repeat(20_001), idempotencyKey: 'long' } },
    })),
    refusedOperation('an operation name of nobody', () => ({ query: 'query A { eventCursor }', operationName: 'B' })),
    refusedOperation('an operation name __proto__', () => ({
      query: 'query A { eventCursor }',
      operationName: '__proto__',
    })),
    {
      ...refusedOperation('an empty operation name', () => ({ query: 'query A { eventCursor }', operationName: '' })),
      // In an address, what is empty is not given.
      ways: ['POST', 'events', 'websocket'],
    },
    refusedOperation('a subscription under another name', () => ({
      query: 'subscription A { messageAdded { cursor } }',
      operationName: 'B',
    })),
    refusedOperation('a subscription after a cursor that is none', () => ({
      query: 'subscription ($c: EventCursor) { messageAdded(after: $c) { cursor } }',
      variables: { c: "' OR 1=1" },
    })),
    refusedOperation('a subscription after a cursor of 40,000 letters', () => ({
      query: 'subscription ($c: EventCursor) { messageAdded(after: $c) { cursor } }',
      variables: { c: 'x'.repeat(40_000) },
    })),
    refusedOperation('a subscription to a NUL', () => ({
      query: 'subscription ($ids: [ID!]) { messageAdded(conversationIds: $ids) { cursor } }',
      variables: { ids: ['\u0000'] },
    })),
  ];
}
