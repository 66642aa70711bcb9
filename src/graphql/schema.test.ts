import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isLeafType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { costLimit, costOf } from './cost.ts';
import { schema } from './schema.ts';

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

describe('the schema', () => {
  it('describes every type, field, argument, input and enum value', () => {
    expect(types.flatMap(undescribed)).toEqual([]);
  });

  it('reads every plain value of an inbox without calling a resolver', () => {
    const names = ['Conversation', 'ConversationParticipant', 'ConversationMessage', 'ConversationMessageEdge'];
    const fields = names.flatMap((name) => Object.values((schema.getType(name) as GraphQLObjectType).getFields()));
    expect(fields.filter(({ type, resolve }) => isLeafType(getNamedType(type)) && resolve)).toEqual([]);
  });

  it('gives an id to everything that is a node', () => {
    const nodes = types.filter(
      (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
    );
    expect(nodes.map(({ name }) => name).sort()).toEqual([
      'Account',
      'Attachment',
      'Booking',
      'Conversation',
      'ConversationMessage',
      'ConversationParticipant',
      'Lead',
      'Tenant',
    ]);
  });
});

describe('the cost of an operation', () => {
  const inbox =
    'query ($n: Int, $m: Int) { conversations(first: $n) { nodes { participant { name } messages(first: $m) { nodes { body } } } } }';
  const costFor = (n: number, m: number) => costOf({ schema, document: parse(inbox), variables: { n, m } });

  it('follows the pages asked for in variables', () => {
    expect(costFor(50, 20)).toBeGreaterThan(1000);
    expect(costFor(50, 20)).toBeLessThan(2000);
    expect(costFor(100, 100) / costFor(10, 10)).toBeGreaterThan(50);
  });

  it('lets an inbox of fifty conversations with twenty whole messages through', () => {
    const fields = 'id body automated channel sentAt sentBy read urgent priority snoozeUntil';
    const document = parse(`{ conversations(first: 50) { nodes { id messages(first: 20) { nodes { ${fields} } } } } }`);
    expect(costOf({ schema, document })).toBeLessThan(costLimit);
  });

  it('refuses what fans out without bound', () => {
    const nested =
      'conversations { nodes { messages(first: 100) { nodes { conversation { messages(first: 100) { nodes { id } } } } } } }';
    expect(costOf({ schema, document: parse(`{ ${nested} }`) })).toBeGreaterThan(costLimit);
  });

  it('counts the operation that is run, not its neighbours', () => {
    const document = parse(`query small { viewer { scopes } } ${inbox.replace('query', 'query big')}`);
    expect(costOf({ schema, document, operationName: 'small' })).toBeLessThan(10);
  });
});

function undescribed(type: GraphQLNamedType): readonly string[] {
  const missing = type.description ? [] : [type.name];
  if (isEnumType(type)) return [...missing, ...lacking(type.name, type.getValues())];
  if (isInputObjectType(type)) return [...missing, ...lacking(type.name, Object.values(type.getFields()))];
  if (!isObjectType(type) && !isInterfaceType(type)) return missing;
  const fields = Object.values(type.getFields());
  const args = fields.flatMap((field) => lacking(`${type.name}.${field.name}`, field.args));
  return [...missing, ...lacking(type.name, fields), ...args];
}

function lacking(of: string, parts: readonly { name: string; description?: string | null | undefined }[]) {
  return parts.filter(({ description }) => !description?.trim()).map(({ name }) => `${of}.${name}`);
}
