import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { Arrival } from '../../simulator/host.ts';

/** The body of a GraphQL request. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly operationName: string | null;
}

const parsedDocuments = new Map<string, DocumentNode | GraphQLError>();
const mostParsedDocuments = 500;

/** Reads the body, or null where it is none. */
export function readGraphqlRequest({ text }: Arrival): GraphqlRequest | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string') return null;
    const variables = 'variables' in body && typeof body.variables === 'object' ? body.variables : null;
    const operationName = 'operationName' in body && typeof body.operationName === 'string' ? body.operationName : null;
    return { query: body.query, variables: variables && { ...variables }, operationName };
  } catch {
    return null;
  }
}

/** Parses once per text; a text that cannot be parsed gives its error. */
export function documentOf(query: string): DocumentNode | GraphQLError {
  const known = parsedDocuments.get(query);
  if (known) return known;
  if (parsedDocuments.size >= mostParsedDocuments) parsedDocuments.clear();
  const document = parseSafely(query);
  parsedDocuments.set(query, document);
  return document;
}

/**
 * What a request asks for: `token`, `introspection`, `sendMessage`, `bookings.search`, `leads.search`, `workspaces`;
 * single bookings and leads are `conversations` when those are asked for, else `booking` or `lead`.
 * Several different ones are joined by `+`; what cannot be read is `query`.
 */
export function operationName(arrival: Arrival): string {
  if (arrival.url.pathname.endsWith('/oauth2/token')) return 'token';
  const request = readGraphqlRequest(arrival);
  const document = request && documentOf(request.query);
  if (!document || document instanceof GraphQLError) return 'query';
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) return 'query';
  const names = fieldsOf(operation.selectionSet, document).flatMap((root) => namesOf(root, document));
  const fallback = operation.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query';
  return [...new Set(names)].join('+') || fallback;
}

/** How deep a document's fields go. */
export function depthOf(document: DocumentNode): number {
  const below = (set: SelectionSetNode | undefined): number =>
    set ? 1 + Math.max(0, ...fieldsOf(set, document).map((field) => below(field.selectionSet))) : 0;
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return Math.max(0, ...operations.map((operation) => below(operation.selectionSet)));
}

function parseSafely(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (cause) {
    return cause instanceof GraphQLError ? cause : new GraphQLError('Syntax Error');
  }
}

function namesOf(root: FieldNode, document: DocumentNode): readonly string[] {
  const name = root.name.value;
  if (name.startsWith('__')) return name === '__typename' ? [] : ['introspection'];
  if (name.startsWith('workspace') || name === 'whoami') return [name];
  return childrenOf(root, document).map((field) => nameOf(name, field, document));
}

function nameOf(namespace: string, field: FieldNode, document: DocumentNode): string {
  const name = field.name.value;
  if (name === 'booking' || name === 'lead') {
    return childrenOf(field, document).some((child) => isConversation(child.name.value)) ? 'conversations' : name;
  }
  if (name === 'sendMessage') return name;
  return `${namespace === 'crm' ? 'leads' : namespace}.search`;
}

function isConversation(fieldName: string): boolean {
  return ['converation', 'conversation', 'conversations'].includes(fieldName);
}

function childrenOf(field: FieldNode, document: DocumentNode): readonly FieldNode[] {
  return field.selectionSet ? fieldsOf(field.selectionSet, document) : [];
}

function fieldsOf(set: SelectionSetNode, document: DocumentNode, within: readonly string[] = []): readonly FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, document, within);
    const name = selection.name.value;
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    // A fragment within itself is for validation to refuse, not for us to follow.
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION || within.includes(name)) return [];
    return fieldsOf(fragment.selectionSet, document, [...within, name]);
  });
}
