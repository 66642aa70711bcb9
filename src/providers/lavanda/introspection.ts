import {
  type ConnectionSpelling,
  type ConversationSpelling,
  conversationFields,
  type Dialect,
  type ItemSpelling,
  itemPaths,
  type ListSpelling,
  listPaths,
  type MessagesSpelling,
  narrowPaths,
  pageInfoFields,
  pagingArgs,
  type SendSpelling,
  type Subject,
  sendPath,
  wantedFields,
} from './dialect.ts';
import type { Schema, SchemaField, TypeUse } from './schema.ts';

/** The dialect of a schema. */
export function dialectOfSchema(schema: Schema): Dialect {
  return {
    version: 1,
    workspaces: listOf(schema, 'workspaces'),
    bookings: listOf(schema, 'bookings'),
    leads: listOf(schema, 'leads'),
    booking: itemOf(schema, 'booking'),
    lead: itemOf(schema, 'lead'),
    send: sendOf(schema),
  };
}

function listOf(schema: Schema, kind: 'workspaces' | 'bookings' | 'leads'): ListSpelling | null {
  return firstOf(listPaths[kind], (path) => {
    const field = schema.follow('query', path);
    const connection = field && connectionOf(schema, field);
    if (!field || !connection || connection.spelling.items === 'plain') return null;
    return {
      ...connection.spelling,
      path: [...path],
      fields: present(schema, connection.node, wantedFields[kind]),
      narrow: narrowOf(schema, field),
      conversation: kind === 'workspaces' ? null : conversationOf(schema, connection.node),
    };
  });
}

/** Two namespaces may have it, and only one of them its conversations. */
function itemOf(schema: Schema, subject: Subject): ItemSpelling | null {
  const { paths, args } = itemPaths[subject];
  const found = paths.flatMap((path) => {
    const field = schema.follow('query', path);
    const name = args.find((arg) => field?.args.has(arg));
    const type = name === undefined ? undefined : field?.args.get(name);
    if (!field || name === undefined || !type) return [];
    const argument = { name, type: type.text };
    return [{ path: [...path], argument, conversation: conversationOf(schema, field.type.name) }];
  });
  return found.find(({ conversation }) => conversation?.messages) ?? found[0] ?? null;
}

function conversationOf(schema: Schema, type: string): ConversationSpelling | null {
  return firstOf(conversationFields, (name) => {
    const field = schema.fieldsOf(type).get(name);
    if (!field) return null;
    const { spelling, node } = connectionOf(schema, field);
    const fields = schema.fieldsOf(node);
    if (!fields.has('id')) return null;
    const participant = fields.get('participant')?.type.name;
    return {
      field: name,
      items: spelling.items,
      participant: participant === undefined ? [] : present(schema, participant, wantedFields.participant),
      messages: messagesOf(schema, fields.get('messages')),
    };
  });
}

function messagesOf(schema: Schema, field: SchemaField | undefined): MessagesSpelling | null {
  if (!field) return null;
  const { spelling, node } = connectionOf(schema, field);
  return { ...spelling, fields: present(schema, node, wantedFields.messages) };
}

/** How the items of a field are reached. `nodes` is one level less deep than `edges`, so it comes first. */
function connectionOf(schema: Schema, field: SchemaField): { spelling: ConnectionSpelling; node: string } {
  const args = typesOf(pagingArgs, field.args);
  const plain = { spelling: { items: 'plain' as const, args, pageInfo: [] }, node: field.type.name };
  if (field.type.isList) return plain;
  const fields = schema.fieldsOf(field.type.name);
  const info = fields.get('pageInfo')?.type.name;
  const pageInfo = info === undefined ? [] : present(schema, info, pageInfoFields);
  const nodes = fields.get('nodes')?.type.name;
  if (nodes !== undefined) return { spelling: { items: 'nodes', args, pageInfo }, node: nodes };
  const edge = fields.get('edges')?.type.name;
  const node = edge === undefined ? undefined : schema.fieldsOf(edge).get('node')?.type.name;
  return node === undefined ? plain : { spelling: { items: 'edges', args, pageInfo }, node };
}

function narrowOf(schema: Schema, field: SchemaField): ListSpelling['narrow'] {
  return firstOf(narrowPaths, (path) => {
    let uses: ReadonlyMap<string, TypeUse> = field.args;
    let use: TypeUse | undefined;
    for (const step of path) {
      use = uses.get(step);
      uses = use && !use.isList ? schema.inputFieldsOf(use.name) : new Map();
    }
    return use?.isList && schema.isLeaf(use.name) ? { path: [...path], type: use.text } : null;
  });
}

function sendOf(schema: Schema): SendSpelling | null {
  const args = schema.follow('mutation', sendPath)?.args;
  const conversationId = args?.get('conversationId')?.text;
  const body = args?.get('body')?.text;
  const sentBy = args?.get('sentBy');
  if (conversationId === undefined || body === undefined || !sentBy) return null;
  const us = schema.enumValuesOf(sentBy.name).find((value) => value.toLowerCase() === 'us') ?? 'us';
  return { path: [...sendPath], types: { conversationId, body }, sentBy: sentBy.text, us };
}

/** Those of the wanted fields that there are; `contact.email` where `contact` is an object with a plain `email`. */
function present(schema: Schema, type: string, wanted: readonly string[]): string[] {
  return wanted.filter((path) => {
    const [head = '', leaf] = path.split('.');
    const field = schema.fieldsOf(type).get(head);
    if (!field) return false;
    if (leaf === undefined) return schema.isLeaf(field.type.name);
    const inner = schema.fieldsOf(field.type.name).get(leaf);
    return inner !== undefined && schema.isLeaf(inner.type.name);
  });
}

function typesOf(names: readonly string[], uses: ReadonlyMap<string, TypeUse>): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (uses.has(name) ? [[name, uses.get(name)?.text ?? '']] : [])));
}

function firstOf<Candidate, Found>(
  candidates: readonly Candidate[],
  find: (candidate: Candidate) => Found | null,
): Found | null {
  for (const candidate of candidates) {
    const found = find(candidate);
    if (found !== null) return found;
  }
  return null;
}
