import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import type { Chance } from '../../src/simulator/chance.ts';
import { createInputValues, type Known, printValue } from './input-values.ts';

/** An operation that was made by chance. */
export interface Generated {
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How they are made. */
export interface GeneratorOptions {
  readonly chance: Chance;
  readonly known: Known;
  /** Whether every argument is there, as a variable. */
  readonly variablesOnly?: boolean;
}

const MOST_FIELDS = 4;
const MOST_DEEP = 5;
const roots = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
} as const;

/** Operations of the schema, most of them right: what is between documents and what they may say is for others to judge. */
export function createGenerator({ chance, known, variablesOnly = false }: GeneratorOptions): () => Generated {
  const values = createInputValues(chance, known);
  return () => {
    const operation = chance.happens(0.7) ? 'query' : chance.happens(0.8) ? 'mutation' : 'subscription';
    const declared: string[] = [];
    const fragments: string[] = [];
    const variables: Record<string, unknown> = {};
    let made = 0;
    const fresh = (letter: string): string => {
      made += 1;
      return `${letter}${made}`;
    };
    const variable = (type: string, value: unknown): string => {
      const name = fresh('v');
      const isLeftOut = !variablesOnly && !type.endsWith('!') && chance.happens(0.1);
      declared.push(`$${name}: ${type}`);
      if (!isLeftOut) variables[name] = value;
      return `$${name}`;
    };
    const argument = (arg: GraphQLArgument): readonly string[] => {
      const isGiven = variablesOnly || isRequiredArgument(arg) || chance.happens(0.4);
      if (!isGiven) return [];
      const value = values.right(arg.type, arg.name);
      const isVariable = variablesOnly || chance.happens(0.4);
      return [`${arg.name}: ${isVariable ? variable(String(arg.type), value) : printValue(value, arg.type)}`];
    };
    const directive = (): string => {
      if (variablesOnly || chance.happens(0.93)) return '';
      const condition = chance.happens(0.5)
        ? variable('Boolean!', chance.happens(0.7))
        : chance.pick(['true', 'false']);
      return ` @${chance.pick(['include', 'skip'])}(if: ${condition})`;
    };
    // Names are new wherever two fields could meet under one, as they must agree then.
    const field = (one: GraphQLField<unknown, unknown>, depth: number, alone: boolean): string => {
      const type = getNamedType(one.type);
      const given = one.args.flatMap(argument);
      const alias = alone && given.length === 0 && chance.happens(0.9) ? '' : `${fresh('a')}: `;
      const inner = isCompositeType(type) ? ` ${selection(type, depth - 1, alone)}` : '';
      return `${alias}${one.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${directive()}${inner}`;
    };
    const fieldsOf = (type: GraphQLCompositeType, depth: number, alone: boolean): readonly string[] => {
      if (isUnionType(type)) return [];
      const can = Object.values(type.getFields()).filter(({ type: of }) => depth > 0 || isLeafType(getNamedType(of)));
      const chosen = new Set(
        Array.from({ length: chance.between(1, MOST_FIELDS) }, () => can.length && chance.pick(can)),
      );
      return [...chosen].flatMap((one) => (one ? [field(one, depth, alone)] : []));
    };
    const fragment = (type: GraphQLObjectType, depth: number): string => {
      if (chance.happens(0.5)) return `... on ${type.name}${directive()} ${braced(fieldsOf(type, depth, false))}`;
      const name = fresh('F');
      fragments.push(`fragment ${name} on ${type.name} ${braced(fieldsOf(type, depth, false))}`);
      return `...${name}${directive()}`;
    };
    const selection = (type: GraphQLCompositeType, depth: number, alone: boolean): string => {
      const members = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
      const parts = isObjectType(type) && chance.happens(0.15) ? [fragment(type, depth)] : [];
      const those = isObjectType(type) ? [] : [chance.pick(members)].map((member) => fragment(member, depth));
      return braced([...fieldsOf(type, depth, alone), ...parts, ...those]);
    };
    const root = roots[operation];
    if (!root) throw new Error(`there is no ${operation}`);
    const depth = chance.between(1, MOST_DEEP);
    const all = Object.values(root.getFields());
    const asked =
      operation === 'subscription' ? [chance.pick(all)] : [...new Set([chance.pick(all), chance.pick(all)])];
    const body = `{ ${asked.map((one) => field(one, depth, true)).join(' ')} }`;
    const heading = declared.length > 0 ? `${operation} (${declared.join(', ')})` : operation;
    return { operation, variables, query: [`${heading} ${body}`, ...fragments].join('\n') };
  };
}

function braced(fields: readonly string[]): string {
  return `{ ${fields.length > 0 ? fields.join(' ') : '__typename'} }`;
}

const signs = /"""[\s\S]*?"""|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|\.\.\.|\S/g;
const strange = [
  '{',
  '}',
  '(',
  ')',
  ':',
  '$',
  '@',
  '...',
  '!',
  '"',
  '"""',
  '#',
  '\u0000',
  'é',
  '&',
  '|',
  '[',
  ']',
  '=',
  '\ufeff',
  '1e',
  '-',
  '\\',
];

/** The same document broken in one place; now and then what comes out is a document all the same. */
export function broken({ query, ...rest }: Generated, chance: Chance): Generated {
  const words: readonly string[] = query.match(signs) ?? [];
  const at = chance.between(0, words.length - 1);
  const other = chance.between(0, words.length - 1);
  const ways: readonly (() => readonly string[])[] = [
    () => words.toSpliced(at, 1),
    () => words.toSpliced(at, 0, words[at] ?? ''),
    () => words.toSpliced(at, 1, 'xyzzy'),
    () => words.toSpliced(at, 0, chance.pick(strange)),
    () => words.toSpliced(at, 1, chance.pick(strange)),
    () => words.slice(0, at),
    () => words.slice(at),
    () => words.toSpliced(at, 1, words[other] ?? ''),
    () => [...words, ...words],
    () => words.with(0, chance.pick(['query', 'mutation', 'subscription', 'fragment', 'type', 'extend'])),
  ];
  return { ...rest, query: chance.pick(ways)().join(' ') };
}

/** The same operation with variables of which one is otherwise, left out, or too many. */
export function withOtherVariables(generated: Generated, chance: Chance, known: Known): Generated {
  const { wrong } = createInputValues(chance, known);
  const variables = structuredClone(generated.variables) as Record<string, unknown>;
  const names = Object.keys(variables);
  const name = names.length > 0 ? chance.pick(names) : 'extra';
  const inner: unknown = variables[name];
  const isDeep = typeof inner === 'object' && inner !== null && !Array.isArray(inner) && chance.happens(0.7);
  const place = (isDeep ? inner : variables) as Record<string, unknown>;
  const key: string = isDeep ? chance.pick<string>([...Object.keys(place), 'extra']) : name;
  if (chance.happens(0.2)) delete place[key];
  else place[key] = wrong();
  return { ...generated, variables };
}
