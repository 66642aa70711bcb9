import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import { selectionOf } from './selections.ts';

/** One place in an operation where a caller names something. */
export interface Probe {
  /** Such as `Mutation.sendMessage(input.conversationId)`. */
  readonly title: string;
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly document: string;
  /** What is named there. */
  readonly names: 'id' | 'event' | 'page';
  /** Whether a file must come with it. */
  readonly withFile: boolean;
  /** Variables with that value in the place, and the caller's own things in all others that must be given. */
  variables(value: string, own: Readonly<Record<string, string>>): object;
}

/** Every place of the schema that takes an id or a cursor, on fields that an operation can begin with. */
export function probesOf(): readonly Probe[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([operation, type]) => (type ? probesIn(operation, type, []) : []));
}

/** Names of types whose fields are further roots. */
export const namespaces = /(Queries|Mutations)$/;

function probesIn(operation: Probe['operation'], type: GraphQLObjectType, way: readonly string[]): readonly Probe[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (isObjectType(named) && namespaces.test(named.name)) return probesIn(operation, named, [...way, field.name]);
    const places = field.args.flatMap((arg) => placesIn(arg, []));
    return places.map((place) => probeOf(operation, field, way, place));
  });
}

interface Place {
  readonly path: readonly string[];
  readonly type: GraphQLInputType;
  readonly names: Probe['names'];
}

function placesIn(input: GraphQLArgument | GraphQLInputField, above: readonly string[]): readonly Place[] {
  const path = [...above, input.name];
  const named = getNamedType(input.type);
  if (isInputObjectType(named)) return Object.values(named.getFields()).flatMap((field) => placesIn(field, path));
  const names = namesOf(named.name, input.name);
  return names ? [{ path, type: input.type, names }] : [];
}

function namesOf(type: string, name: string): Probe['names'] | null {
  if (type === 'ID') return 'id';
  if (type === 'EventCursor') return 'event';
  return type === 'String' && ['after', 'before'].includes(name) ? 'page' : null;
}

function probeOf(
  operation: Probe['operation'],
  field: GraphQLField<unknown, unknown>,
  way: readonly string[],
  place: Place,
): Probe {
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const asked = `${field.name}(${given}) ${selectionOf(getNamedType(field.type))}`;
  const nested = way.reduceRight((inner, name) => `${name} { ${inner} }`, asked);
  return {
    title: `${[operation, ...way, field.name].join('.')}(${place.path.join('.')})`,
    operation,
    document: `${operation} (${declared}) { ${nested} }`,
    names: place.names,
    withFile: field.args.some(({ type }) => holdsFile(type)),
    variables: (value, own) => Object.fromEntries(field.args.flatMap((arg) => filled(arg, [], { place, value, own }))),
  };
}

interface Filling {
  readonly place: Place;
  readonly value: string;
  readonly own: Readonly<Record<string, string>>;
}

/** The value of an argument or field with its name; nothing where it need not be given. */
function filled(
  input: GraphQLArgument | GraphQLInputField,
  above: readonly string[],
  filling: Filling,
): readonly (readonly [string, unknown])[] {
  const path = [...above, input.name];
  const { place, value, own } = filling;
  const named = getNamedType(input.type);
  const isList = isListType(getNullableType(input.type));
  const wrapped = (one: unknown): unknown => (isList ? [one] : one);
  if (path.join() === place.path.join()) return [[input.name, wrapped(value)]];
  const leadsThere = path.every((step, at) => place.path[at] === step);
  if (!leadsThere && Object.hasOwn(needed, input.name)) return [[input.name, needed[input.name]]];
  if (!leadsThere && !isNonNullType(input.type)) return [];
  if (isInputObjectType(named))
    return [
      [input.name, Object.fromEntries(Object.values(named.getFields()).flatMap((one) => filled(one, path, filling)))],
    ];
  return [[input.name, wrapped(named.name === 'ID' ? own[input.name] : plain[named.name])]];
}

/** What must be given though the schema does not say so; a key that is made up for want of one is another with every answer. */
const needed: Readonly<Record<string, unknown>> = { idempotencyKey: 'key', body: 'x', sentBy: 'us' };

/** Values of types that say nothing of whose something is. */
const plain: Readonly<Record<string, unknown>> = {
  ...{ String: 'x', Int: 1, Float: 1, Boolean: true, File: null, JSON: { key: 'x' } },
};

function holdsFile(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return named.name === 'File';
  return Object.values(named.getFields()).some((field) => holdsFile(field.type));
}
