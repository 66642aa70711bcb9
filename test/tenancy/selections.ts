import {
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';

/** Everything that can be asked of a type without arguments, some levels down. */
export function selectionOf(type: GraphQLNamedOutputType, depth = 2): string {
  if (!isCompositeType(type)) return '';
  if (isObjectType(type)) return braced(fieldsOf(type, depth));
  const members = schema.getPossibleTypes(type);
  const shared = isInterfaceType(type) ? Object.keys(type.getFields()) : [];
  // Fields of one name must have one type wherever they stand in a selection.
  const fragments = members.map((member) => {
    const agreed = (name: string): boolean =>
      members.every((other) => [undefined, printed(member, name)].includes(printed(other, name)));
    return `... on ${member.name} ${braced(fieldsOf(member, depth).filter((field) => agreed(field.split(' ')[0] ?? '')))}`;
  });
  return braced([...shared, ...(type.name === 'UserError' ? [] : fragments)]);
}

function fieldsOf(type: GraphQLObjectType, depth: number): readonly string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    // New with every answer.
    if (field.name === 'url' || field.args.some(isRequiredArgument)) return [];
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [field.name];
    if (depth === 0 || (!isObjectType(named) && named.name !== 'UserError')) return [];
    const inner = selectionOf(named, depth - 1);
    return inner === braced([]) ? [] : [`${field.name} ${inner}`];
  });
}

function printed(type: GraphQLObjectType, name: string): string | undefined {
  const field = type.getFields()[name];
  return field && String(field.type);
}

function braced(fields: readonly string[]): string {
  return `{ ${['__typename', ...fields].join(' ')} }`;
}
