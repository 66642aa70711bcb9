import { type DocumentNode, type GraphQLError, getVariableValues, Kind, parse, validate } from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import type { Heard } from './attack.ts';
import type { Generated } from './document-generator.ts';

/** What GraphQL itself says of an operation. */
export type Opinion = 'invalid' | 'wrong variables' | 'valid';

/** By the reference's own parser and rules. Ours allows less: caps, costs, and what arguments may say. */
export function opinionOf({ query, variables }: Generated): Opinion {
  const document = read(query);
  if (!document || validate(schema, document).length > 0) return 'invalid';
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (!operation || operations.length > 1) return 'invalid';
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors ? 'wrong variables' : 'valid';
}

function read(query: string): DocumentNode | null {
  try {
    return parse(query, { allowEmptySelectionSets: false });
  } catch {
    return null;
  }
}

// How a refusal by GraphQL's own rules begins.
const byRules =
  /^(Syntax Error|Cannot query|Unknown |Field "|Fragment |Variable "|Argument |Fields "|Must provide|This anonymous|There can)/;
// Ours, which begin alike.
const byUs = /^The document is too large|Document contains more than/;

/** What is wrong with an answer to an operation of which GraphQL thinks that; empty where nothing is. */
export function disagreements(opinion: Opinion, { answers, text }: Heard): readonly string[] {
  const errors = answers.flatMap((answer) => errorsIn(answer));
  const isCapped = errors.some(({ message }) => byUs.test(message));
  if (opinion !== 'valid')
    return errors.length > 0 || answers.length === 0 ? [] : [`${opinion}, and answered: ${text.slice(0, 300)}`];
  return errors
    .filter(({ message }) => byRules.test(message) && !isCapped)
    .map(({ message }) => `valid, and refused: ${message}`);
}

function errorsIn(answer: unknown): readonly Pick<GraphQLError, 'message'>[] {
  if (Array.isArray(answer)) return answer as readonly GraphQLError[];
  const errors = typeof answer === 'object' && answer !== null && 'errors' in answer ? answer.errors : [];
  return Array.isArray(errors) ? (errors as readonly GraphQLError[]) : [];
}
