import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { isAboutSchema } from './document-rules.ts';

/** What an operation asks for, by its variables, before anything runs. */
export interface CostQuestion {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** An inbox of 50 conversations with 20 messages of ten fields costs about 12,000. */
export const costLimit = 100_000;

/** The cost of an operation: one for each field and row that it may answer, more for what takes a statement or a provider's call. */
export function costOf({ schema, document, operationName, variables }: CostQuestion): number {
  const operation = chosen(document, operationName);
  if (!operation) return 0;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const alone = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] } as const;
  return complexityFromQuery(alone, { schema, variables: { ...variables } }).complexity + costOfSchema(alone);
}

// The whole schema is told in tens of milliseconds, and nothing else is done meanwhile.
const INTROSPECTION_COST = 5_000;

/** Fields that tell of the schema have no cost of their own: they stand at the root of an operation, or of a fragment there. */
function costOfSchema({ definitions }: DocumentNode): number {
  const selections = definitions.flatMap((node) =>
    'selectionSet' in node ? (node.selectionSet?.selections ?? []) : [],
  );
  const about = selections.filter((node) => node.kind === Kind.FIELD && isAboutSchema(node.name.value));
  return about.length * INTROSPECTION_COST;
}

/** The cost of an operation, or what is wrong with its variables. */
export function judgeCost(question: CostQuestion): number | GraphQLError {
  try {
    return wrongVariable(question) ?? costOf(question);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** The first that is wrong: a long list may hold thousands, each of which would be worded. */
function wrongVariable({ schema, document, operationName, variables }: CostQuestion): GraphQLError | null {
  const definitions = chosen(document, operationName)?.variableDefinitions ?? [];
  if (definitions.length === 0) return null;
  const options = { maxErrors: 1, hideSuggestions: true };
  return getVariableValues(schema, definitions, { ...variables }, options).errors?.[0] ?? null;
}

function chosen(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return name ? operations.find((node) => node.name?.value === name) : operations[0];
}
