import { type Attack, answeredDocument, refusedDocument } from '../attack.ts';

const times = (count: number, one: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => one(at)).join(' ');

/** A little that stands for a lot. */
export const widths: readonly Attack[] = [
  refusedDocument('a field under 31 names', () => `{ ${times(31, (at) => `a${at}: eventCursor`)} }`),
  refusedDocument('a field under 101 names', () => `{ ${times(101, (at) => `a${at}: eventCursor`)} }`),
  refusedDocument('a field under 10,000 names', () => `{ ${times(10_000, (at) => `a${at}: eventCursor`)} }`),
  refusedDocument('__typename under 31 names', () => `{ ${times(31, (at) => `a${at}: __typename`)} }`),
  refusedDocument(
    'fields and __typename under 32 names',
    () => `{ ${times(16, (at) => `a${at}: eventCursor b${at}: __typename`)} }`,
  ),
  refusedDocument('the schema under 40 names', () => `{ ${times(40, (at) => `a${at}: __schema { types { name } }`)} }`),
  refusedDocument('31 names of a field in fragments', () => `{ ${times(31, (at) => `... { a${at}: eventCursor }`)} }`),
  refusedDocument('a field 500 times', () => `{ ${times(500, () => 'eventCursor')} }`),
  refusedDocument('a field 10,000 times', () => `{ ${times(10_000, () => 'eventCursor')} }`),
  refusedDocument('a field with fields 100 times', () => `{ ${times(100, () => 'viewer { scopes }')} }`),
  refusedDocument('21 directives', () => `{ ${times(21, (at) => `a${at}: eventCursor @include(if: true)`)} }`),
  refusedDocument('60 directives that are not there', () => `{ eventCursor ${times(60, (at) => `@d${at}`)} }`),
  refusedDocument('10,000 directives', () => `{ eventCursor ${times(10_000, () => '@include(if: true)')} }`),
  refusedDocument('10,000 directives that are not there', () => `{ eventCursor ${times(10_000, () => '@aa')} }`),
  refusedDocument('a directive twice on a field', () => '{ eventCursor @include(if: true) @include(if: true) }'),
  refusedDocument('11 operations', () => times(11, (at) => `query Q${at} { eventCursor }`)),
  refusedDocument('2,000 operations', () => times(2_000, (at) => `query Q${at} { eventCursor }`)),
  refusedDocument(
    '200 fragments of 100 fields each',
    () => `{ ${times(200, () => `... { ${times(100, () => 'eventCursor')} }`)} }`,
  ),
  refusedDocument(
    '20 fragments of 99 fields each',
    () => `{ ${times(20, () => `... { ${times(99, (at) => `f${at}`)} }`)} }`,
  ),
  refusedDocument('fragments of fragments, 2 to the 20 fields', () => fanOut(20, 2)),
  refusedDocument('fragments of fragments, 10 to the 20 fields', () => fanOut(20, 10)),
  refusedDocument('fragments of fragments, 2 to the 200 fields', () => fanOut(200, 2)),
  refusedDocument('a fragment inside itself', () => '{ ...F } fragment F on Query { ...F }'),
  refusedDocument(
    'two fragments inside each other',
    () => '{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }',
  ),
  refusedDocument(
    'a ring of 200 fragments',
    () => `{ ...F0 } ${times(200, (at) => `fragment F${at} on Query { ...F${(at + 1) % 200} }`)}`,
  ),
  refusedDocument(
    'a fragment inside itself, under a field',
    () => '{ viewer { tenant { ...F } } } fragment F on Tenant { id ...F }',
  ),
  refusedDocument(
    '300 fragments that nobody uses',
    () => `{ eventCursor } ${times(300, (at) => `fragment F${at} on Query { eventCursor }`)}`,
  ),
  refusedDocument(
    'a fragment by the same name twice',
    () => '{ ...F } fragment F on Query { eventCursor } fragment F on Query { eventCursor }',
  ),
  refusedDocument('300 fragments that are not there', () => `{ ${times(300, (at) => `...F${at}`)} }`),
  refusedDocument(
    'fields that conflict with all others',
    () => `{ ${times(30, (at) => `a: node(id: "${at}") { id }`)} }`,
  ),
  refusedDocument('conflicts inside of conflicts', () => {
    const inside = (depth: number): string =>
      depth === 0 ? 'id' : times(5, (at) => `a: node(id: "${at}") { ${inside(depth - 1)} }`);
    return `{ ${inside(3)} }`;
  }),
  refusedDocument('2,001 words', () => `{ ${times(1_999, (at) => `f${at}`)} }`),
  refusedDocument(
    '600 variables that nobody uses',
    () => `query (${times(600, (at) => `$v${at}: Int`)}) { eventCursor }`,
  ),
  refusedDocument('40,000 variables', () => `query (${times(40_000, (at) => `$v${at}: Int`)}) { eventCursor }`),
  refusedDocument('1,500 ids at once', () => `{ nodes(ids: [${times(1_500, (at) => `"${at}"`)}]) { id } }`),
  answeredDocument(
    '30 names, all conditions false',
    () => `{ eventCursor ${times(19, (at) => `a${at}: eventCursor @skip(if: true)`)} }`,
  ),
];

/** Each fragment spreads the next one so many times. */
function fanOut(levels: number, wide: number): string {
  const spread = (to: number): string => times(wide, () => `...F${to}`);
  const fragments = times(levels, (at) => `fragment F${at} on Query { ${spread(at + 1)} }`);
  return `{ ...F0 } ${fragments} fragment F${levels} on Query { eventCursor }`;
}
