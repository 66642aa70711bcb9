import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Chance } from '../../src/simulator/chance.ts';

/** Things of a store that can be named. */
export interface Known {
  readonly ids: readonly string[];
  readonly eventCursors: readonly string[];
  readonly pageCursors: readonly string[];
}

/** Values for arguments and variables, as JSON has them. */
export interface InputValues {
  /** One that the type takes; what it stands for may be absent, too large, or nonsense. */
  right(type: GraphQLInputType, name: string): unknown;
  /** One that most types do not take. */
  wrong(): unknown;
}

const DEEPEST = 4;

const words = [
  ...[
    '',
    ' ',
    'x',
    'Hello',
    'Grüße – 你好 🙂',
    '\u202eabc',
    'a\nb',
    'a\r\nb: c',
    '\u0000',
    '{}',
    'null',
    '${1',
    '%00',
    '../..',
  ],
  ...["'; DROP TABLE message; --", '__proto__', 'constructor', '<script>', 'x'.repeat(2_000), '\ufeff', '1e400', '-0'],
] as const;
const numbers = [0, -1, 1, 2, 3, 100, 101, 2 ** 31 - 1, -(2 ** 31)] as const;
const moments = [
  '2026-01-01T00:00:00Z',
  '1970-01-01T00:00:00.000Z',
  '2026-02-28T23:59:59.999+14:00',
  '9999-12-31T23:59:59Z',
] as const;
const junk: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    1e300,
    '',
    'x',
    'NaN',
    [],
    [[]],
    {},
    { a: 1 },
    [null],
    '2026-13-45',
    'Z',
  ],
  ...[{ __proto__: null, constructor: 1 }, { first: { first: {} } }, ['x', 1, null], '\u0000', 'x'.repeat(5_000)],
];

export function createInputValues(chance: Chance, known: Known): InputValues {
  const scalars: Readonly<Record<string, (name: string) => unknown>> = {
    ID: () => (known.ids.length > 0 && chance.happens(0.7) ? chance.pick(known.ids) : chance.pick(words)),
    String: (name) =>
      /^(after|before)$/.test(name) && chance.happens(0.7) ? chance.pick(known.pageCursors) : chance.pick(words),
    Int: () => (chance.happens(0.8) ? chance.between(1, 5) : chance.pick(numbers)),
    Float: () => chance.pick([0, 0.5, -1, 1e10]),
    Boolean: () => chance.happens(0.5),
    Date: () => chance.pick(['2026-01-01', '2026-12-31', '1970-01-01']),
    DateTime: () => chance.pick(moments),
    EventCursor: () => (chance.happens(0.8) ? chance.pick(known.eventCursors) : chance.pick(words)),
    JSON: () => chance.pick([{}, { key: 'x' }, [1, { a: null }], 'x', 1, { baseUrl: 'http://127.0.0.1:1' }]),
    File: () => null,
  };
  const objectOf = (type: GraphQLInputObjectType, depth: number): object => {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || (depth < DEEPEST && chance.happens(0.5)),
    );
    return Object.fromEntries(fields.map((field) => [field.name, made(field.type, field.name, depth + 1)]));
  };
  const namedOf = (type: GraphQLNamedInputType, name: string, depth: number): unknown => {
    if (isEnumType(type)) return chance.pick(type.getValues()).name;
    if (isInputObjectType(type)) return objectOf(type, depth);
    return (scalars[type.name] ?? (() => chance.pick(words)))(name);
  };
  const made = (type: GraphQLInputType, name: string, depth: number): unknown => {
    if (!isNonNullType(type) && chance.happens(0.05)) return null;
    const bare = getNullableType(type);
    if (!isListType(bare)) return namedOf(bare as GraphQLNamedInputType, name, depth);
    return Array.from({ length: chance.between(0, 3) }, () => made(bare.ofType, name, depth + 1));
  };
  return {
    right: (type, name) => made(type, name, 0),
    wrong: () => chance.pick(junk),
  };
}

/** A value as it is written in a document. */
export function printValue(value: unknown, type: GraphQLInputType): string {
  const bare = getNullableType(type);
  if (value === null) return 'null';
  if (isListType(bare))
    return `[${(value as readonly unknown[]).map((one) => printValue(one, bare.ofType)).join(', ')}]`;
  if (isEnumType(bare)) return String(value);
  if (isInputObjectType(bare)) {
    const fields = bare.getFields();
    const parts = Object.entries(value as object).map(
      ([name, part]) => `${name}: ${printValue(part, fields[name]?.type ?? type)}`,
    );
    return `{${parts.join(', ')}}`;
  }
  return printLoosely(value);
}

/** JSON's own forms are a document's, but for the names of an object's fields. */
function printLoosely(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printLoosely).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}: ${printLoosely(part)}`)
    .join(', ')}}`;
}
