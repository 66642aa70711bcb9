import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  isScalarType,
  Kind,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValueNode,
  validate,
} from 'graphql';
import type { Arrival } from '../../simulator/host.ts';
import { depthOf, documentOf, type GraphqlRequest, readGraphqlRequest } from './simulator-documents.ts';
import { schemaText } from './simulator-sdl.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

const schemas = new Map<string, GraphQLSchema>();

/** Answers a GraphQL request as a graphql-js server with Apollo's codes does. */
export async function answerGraphql(arrival: Arrival, switches: LavandaSwitches, rootValue: object): Promise<Response> {
  const request = readGraphqlRequest(arrival);
  if (!request || !arrival.headers.get('content-type')?.includes('application/json')) {
    return Response.json(errorBody('Expected a JSON body with a query', 'BAD_REQUEST'), { status: 400 });
  }
  const result = await run(request, switches, rootValue);
  const refused = result.data === undefined && result.errors !== undefined;
  return Response.json(result, { status: refused ? switches.errorStatus : 200 });
}

/** One error in GraphQL's shape. */
export function errorBody(message: string, code: string): object {
  return { errors: [{ message, extensions: { code } }] };
}

async function run(request: GraphqlRequest, switches: LavandaSwitches, rootValue: object): Promise<ExecutionResult> {
  const document = documentOf(request.query);
  if (document instanceof GraphQLError) return { errors: [coded(document, 'GRAPHQL_PARSE_FAILED')] };
  const schema = schemaOf(switches);
  const faults = check(schema, document, switches);
  if (faults.length > 0) return { errors: faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED')) };
  const { variables: variableValues, operationName } = request;
  const result = await execute({ schema, document, rootValue, variableValues, operationName, hideSuggestions: true });
  if (!result.errors) return result;
  const errors = result.errors.map((error) => coded(error, error.path ? 'INTERNAL_SERVER_ERROR' : 'BAD_USER_INPUT'));
  return { ...result, errors };
}

function schemaOf(switches: LavandaSwitches): GraphQLSchema {
  const text = schemaText(switches);
  const schema = schemas.get(text) ?? buildSchema(text);
  schemas.set(text, schema);
  const sentBy = schema.getType('ConversationSentBy');
  // As a scalar it takes the bare word of an enum as well as a string.
  if (isScalarType(sentBy)) sentBy.coerceInputLiteral = wordOf;
  return schema;
}

function wordOf(literal: ValueNode): string {
  if (literal.kind === Kind.ENUM || literal.kind === Kind.STRING) return literal.value;
  throw new GraphQLError('sentBy must be us or participant');
}

function check(schema: GraphQLSchema, document: DocumentNode, switches: LavandaSwitches): readonly GraphQLError[] {
  if (switches.maxDepth !== null && depthOf(document) > switches.maxDepth) {
    return [new GraphQLError(`The query is deeper than ${switches.maxDepth}`)];
  }
  const rules = switches.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules, { hideSuggestions: !switches.suggestions });
  if (switches.sentByType !== 'both') return errors;
  // The one position where a String variable is as good as the declared type.
  return errors.filter(
    (error) => !/of type "String!?" used in position expecting type "ConversationSentBy"/.test(error.message),
  );
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    originalError,
    extensions: { code, ...extensions },
  });
}
