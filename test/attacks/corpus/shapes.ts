import { createHash } from 'node:crypto';
import { type Attack, answeredOperation, type Payload, refusedOperation } from '../attack.ts';

const QUERY = '{ eventCursor }';
const asked = JSON.stringify({ query: QUERY });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const refusedTexts = (texts: Readonly<Record<string, string>>): readonly Attack[] =>
  Object.entries(texts).map(([name, text]) => ({
    name: `JSON: ${name}`,
    expected: 'refused',
    make: () => ({ kind: 'json', text }),
  }));
const answeredText = (name: string, text: () => string): Attack => ({
  name: `JSON: ${name}`,
  expected: 'answered',
  make: () => ({ kind: 'json', text: text() }),
});
const refusedText = (name: string, text: () => string): Attack => ({
  ...answeredText(name, text),
  expected: 'refused',
});

/** Written out again, these go one call deeper for each level; objects with other names do not. */
const byNumber = (depth: number): string => `${'{"0":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** Bodies that are JSON, or nearly, and no operation. */
export const shapes: readonly Attack[] = [
  ...refusedTexts({
    null: 'null',
    'a number': '7',
    'a text': '"{ eventCursor }"',
    true: 'true',
    'an empty object': '{}',
    'an empty list': '[]',
    'an operation in a list': `[${asked}]`,
    'a list of 10 empty operations': `[${'{},'.repeat(9)}{}]`,
    'a list of 1,000 operations': `[${`${asked},`.repeat(999)}${asked}]`,
    'a query that is null': '{"query":null}',
    'a query that is a number': '{"query":1}',
    'a query that is a list': `{"query":["${QUERY}"]}`,
    'a query that is an object': `{"query":{"toString":"${QUERY}"}}`,
    'variables that are a text': `{"query":"${QUERY}","variables":"x"}`,
    'an operation name that is a number': `{"query":"${QUERY}","operationName":1}`,
    'an operation name that is a list': `{"query":"${QUERY}","operationName":["A"]}`,
    'extensions that are a text': `{"query":"${QUERY}","extensions":"x"}`,
    'extensions that are a list': `{"query":"${QUERY}","extensions":[]}`,
    nothing: '',
    spaces: ' \n ',
    'cut short': asked.slice(0, -2),
    'something behind it': `${asked}x`,
    'two of them': asked + asked,
    'in single quotes': "{'query':'{ eventCursor }'}",
    'names without quotes': `{query:"${QUERY}"}`,
    'a comment in it': `{/* */"query":"${QUERY}"}`,
    'a comma at the end': `{"query":"${QUERY}",}`,
    'not a number': `{"query":"${QUERY}","variables":{"a":NaN}}`,
    infinity: `{"query":"${QUERY}","variables":{"a":Infinity}}`,
    'a control character in a text': '{"query":"{ event\u0001Cursor }"}',
    'a name twice, the last of nothing': `{"query":"${QUERY}","query":"{ nothing }"}`,
  }),
  refusedText('lists 100,000 deep', () => '['.repeat(100_000) + ']'.repeat(100_000)),
  refusedText('lists 100,000 deep that never end', () => '['.repeat(100_000)),
  refusedText('objects 100,000 deep', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  refusedText(
    'a size beyond all numbers',
    () => '{"query":"query ($n: Int) { conversations(first: $n) { totalCount } }","variables":{"n":1e999}}',
  ),
  refusedText(
    'a size of 100,000 digits',
    () =>
      `{"query":"query ($n: Int) { conversations(first: $n) { totalCount } }","variables":{"n":${'9'.repeat(100_000)}}}`,
  ),
  refusedText(
    'credentials 100,000 deep',
    () =>
      `{"query":"mutation ($c: JSON!) { connectAccount(input: { provider: \\"lavanda\\", credentials: $c }) { errors { code } } }","variables":{"c":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
  ),
  refusedText(
    'credentials with __proto__',
    () =>
      '{"query":"mutation ($c: JSON!) { connectAccount(input: { provider: \\"lavanda\\", credentials: $c }) { errors { code } } }","variables":{"c":{"__proto__":{"isAdmin":true}}}}',
  ),
  answeredText(
    'lists 100,000 deep in variables',
    () => `{"query":"${QUERY}","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
  ),
  answeredText(
    'lists 100,000 deep in extensions',
    () => `{"query":"${QUERY}","extensions":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
  ),
  answeredText(
    'objects by number 100,000 deep in variables',
    () => `{"query":"${QUERY}","variables":{"a":${byNumber(100_000)}}}`,
  ),
  answeredText(
    'objects by number 9,000 deep in variables',
    () => `{"query":"${QUERY}","variables":{"a":${byNumber(9_000)}}}`,
  ),
  refusedText(
    'objects by number 9,000 deep in variables of a subscription',
    () => `{"query":"subscription { messageAdded(after: \\"x\\") { cursor } }","variables":{"a":${byNumber(9_000)}}}`,
  ),
  refusedText(
    'objects by number 9,000 deep for an id',
    () => `{"query":"query ($a: ID!) { node(id: $a) { id } }","variables":{"a":${byNumber(9_000)}}}`,
  ),
  refusedText(
    'objects by number 9,000 deep for credentials',
    () =>
      `{"query":"mutation ($c: JSON!) { connectAccount(input: { provider: \\"lavanda\\", credentials: $c }) { errors { code } } }","variables":{"c":${byNumber(9_000)}}}`,
  ),
  answeredText(
    'objects by number 9,000 deep in extensions',
    () => `{"query":"${QUERY}","extensions":{"a":${byNumber(9_000)}}}`,
  ),
  answeredText('__proto__ among variables', () => `{"query":"${QUERY}","variables":{"__proto__":{"a":1}}}`),
  answeredText('__proto__ of the whole', () => `{"query":"${QUERY}","__proto__":{"query":"{ nothing }"}}`),
  answeredText(
    '__proto__ among extensions',
    () => `{"query":"${QUERY}","extensions":{"__proto__":{"a":1},"constructor":{"prototype":1}}}`,
  ),
  answeredText('a byte order mark before it', () => `\ufeff${asked}`),
  answeredText('800 KB of spaces', () => asked.replace('{', `{${' '.repeat(800_000)}`)),
  answeredText(
    '50,000 names that nobody knows',
    () => `{"query":"${QUERY}",${Array.from({ length: 50_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
  ),
  answeredText('a name of 500 KB', () => `{"query":"${QUERY}","${'x'.repeat(500_000)}":1}`),
  ...named(),
];

/** Documents that are only named. */
function named(): readonly Attack[] {
  const persisted = (sha256Hash: unknown, version: unknown = 1): Payload => ({
    extensions: { persistedQuery: { version, sha256Hash } },
  });
  const refused: Readonly<Record<string, Payload>> = {
    'an unknown hash': persisted('0'.repeat(64)),
    'a hash that is a number': persisted(7),
    'a hash that is an object': persisted({ $ne: null }),
    'a hash of another version': persisted(sha256(QUERY), 2),
    'a hash __proto__': persisted('__proto__'),
    'a hash of 50,000 letters': persisted('a'.repeat(50_000)),
    'an id that is unknown': { documentId: `sha256:${'0'.repeat(64)}` },
    'an id of another digest': { documentId: 'md5:00' },
    'an id that is a path': { documentId: '../../etc/passwd' },
    'an id that is a list': { documentId: ['a'] },
    'an empty id': { documentId: '' },
    'persistence that is null': { extensions: { persistedQuery: null } },
    'persistence that is a text': { extensions: { persistedQuery: 'x' } },
  };
  return [
    ...Object.entries(refused).map(([name, payload]) => refusedOperation(`named by ${name}`, () => payload)),
    answeredOperation('a document under the hash of another', () => ({
      query: QUERY,
      ...persisted(sha256('{ accounts { id } }')),
    })),
    answeredOperation('a document under a hash of nothing', () => ({ query: QUERY, ...persisted('x') })),
  ];
}
