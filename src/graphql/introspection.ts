import {
  type ASTVisitor,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  Kind,
  parse,
  type ValidationContext,
  validate,
} from 'graphql';
import { DocumentCapsRule, documentCaps, isAboutSchema } from './document-rules.ts';
import { badInput } from './errors.ts';
import type { Params } from './request-body.ts';

/** Whom the schema is told to: everybody, whoever has a token, or nobody. */
export type Introspection = 'on' | 'token' | 'off';

/** Validation rule: no questions about the schema. `__typename` tells of an answer, and stays. */
export function NoIntrospectionRule(context: ValidationContext): ASTVisitor {
  return {
    Field({ name }) {
      if (isAboutSchema(name.value)) context.reportError(badInput('Introspection is switched off here.'));
    },
  };
}

/** Answers what asks for nothing but the schema, without a caller. Null for everything else, and for what is wrong. */
export async function introspect(schema: GraphQLSchema, params: Params): Promise<ExecutionResult | null> {
  const document = parsed(params['query']);
  const operations = document?.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION) ?? [];
  const selections = operations.flatMap(({ selectionSet }) => selectionSet.selections);
  const only = selections.every((node) => node.kind === Kind.FIELD && isAboutSchema(node.name.value));
  if (!document || operations.length !== 1 || !only) return null;
  if (validate(schema, document, [DocumentCapsRule]).length > 0 || validate(schema, document).length > 0) return null;
  const { variables } = params;
  const variableValues = typeof variables === 'object' ? (variables as Record<string, unknown> | null) : null;
  return execute({ schema, document, variableValues });
}

function parsed(query: unknown) {
  try {
    return typeof query === 'string'
      ? parse(query, { maxTokens: documentCaps.tokens, allowEmptySelectionSets: false })
      : null;
  } catch {
    return null;
  }
}
