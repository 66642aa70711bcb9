import { type Attack, answeredDocument, refusedDocument } from '../attack.ts';

const nested = (depth: number): string => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`;
const around = (depth: number, open: string, inner: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth);

/** Things inside of things. */
export const depths: readonly Attack[] = [
  refusedDocument('fields that exist, 16 deep', () => {
    const turn = 'conversations(first: 1) { nodes { account { conversations: lastSyncedAt';
    return `{ ${turn} ${'messages(last: 1) { nodes { conversation { '.repeat(4)} id ${'} } }'.repeat(4)} } } }`;
  }),
  refusedDocument('fields that exist, each inside of the other', () => {
    const turns = 5;
    return `{ conversations(first: 1) { nodes { ${'messages(last: 1) { nodes { conversation { '.repeat(turns)} id ${'} } } '.repeat(turns)} } } }`;
  }),
  refusedDocument('selections 50 deep', () => nested(50)),
  refusedDocument('selections 5,000 deep', () => nested(5_000)),
  refusedDocument('selections 20,000 deep', () => nested(20_000)),
  refusedDocument('selections 100,000 deep', () => nested(100_000)),
  refusedDocument('selections 100,000 deep that never end', () => '{a'.repeat(100_000)),
  refusedDocument('a list 900 deep', () => `{ nodes(ids: ${around(900, '[', '', ']')}) { id } }`),
  refusedDocument('a list 50,000 deep', () => `{ nodes(ids: ${around(50_000, '[', '', ']')}) { id } }`),
  refusedDocument(
    'an object 600 deep',
    () => `{ conversations(filter: ${around(600, '{a:', '1', '}')}) { totalCount } }`,
  ),
  refusedDocument(
    'an object 50,000 deep',
    () => `{ conversations(filter: ${around(50_000, '{a:', '1', '}')}) { totalCount } }`,
  ),
  refusedDocument('a type of lists 900 deep', () => `query ($x: ${around(900, '[', 'Int', ']')}) { eventCursor }`),
  refusedDocument(
    'a type of lists 50,000 deep',
    () => `query ($x: ${around(50_000, '[', 'Int', ']')}) { eventCursor }`,
  ),
  refusedDocument(
    'a default of lists 50,000 deep',
    () => `query ($x: [Int] = ${around(50_000, '[', '', ']')}) { eventCursor }`,
  ),
  refusedDocument('inline fragments 600 deep around a field that is not there', () =>
    around(600, '{ ... ', '{ nothing }', '}'),
  ),
  answeredDocument('inline fragments 600 deep', () => around(600, '{ ... ', '{ eventCursor }', '}')),
  refusedDocument('inline fragments 100,000 deep', () => around(100_000, '{...', '{a}', '}')),
  refusedDocument(
    'introspection 400 deep',
    () => `{ __type(name: "Query") ${around(400, '{ ofType ', '{ name }', '}')} }`,
  ),
  answeredDocument('introspection of fields of types of fields', () => {
    const turn = '{ fields { type ';
    return `{ __schema { queryType ${around(5, turn, '{ name }', '} }')} } }`;
  }),
  refusedDocument(
    'an argument of a directive 50,000 deep',
    () => `{ eventCursor @include(if: ${around(50_000, '[', 'true', ']')}) }`,
  ),
];
