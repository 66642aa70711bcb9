import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { createBoundedCache } from './bounded-cache.ts';
import { settle } from './settled-document.ts';

/** Carries out an operation, or what a subscription selects of the event given as `rootValue`. Never throws for a caller's fault. */
export type Execute = (args: ExecutionArgs) => Promise<ExecutionResult>;

/** Told why a document could not be compiled. It is executed all the same, only slower. */
type OnRefused = (errors: readonly Error[]) => void;

/** A compiled document, or how often one was asked for that is not compiled (yet). */
interface Program {
  uses: number;
  compiled: CompiledQuery | null;
}

const limits = { documents: 500, usesBeforeCompiling: 2 } as const;

/**
 * Executes by compiled documents, kept within a bound. Compiled is what comes a second time: compiling costs more than it gains
 * for a document that is never seen again. Mutations, and what cannot be compiled, are executed as GraphQL.js does.
 */
export function createExecute(schema: GraphQLSchema, onRefused: OnRefused): Execute {
  const programs = createBoundedCache<string, Program>(limits.documents);
  const keys = new WeakMap<DocumentNode, string>();
  let documents = 0;

  const keyOf = (document: DocumentNode): string => {
    const known = keys.get(document);
    if (known !== undefined) return known;
    // Parsed documents are kept by their text, so the object stands for the text.
    const key = String(documents++);
    keys.set(document, key);
    return key;
  };
  const programFor = (args: ExecutionArgs): CompiledQuery | null => {
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation || operation.operation === OperationTypeNode.MUTATION) return null;
    // To a compiled document this is a prototype, and the variable is not there.
    if (operation.variableDefinitions?.some(({ variable }) => variable.name.value === '__proto__')) return null;
    const settled = settle(args.document, operation, args.variableValues ?? {});
    if (!settled) return null;
    const key = `${keyOf(args.document)} ${args.operationName ?? ''} ${settled.key}`;
    const program = programs.get(key) ?? { uses: 0, compiled: null };
    if (program.uses === 0) programs.set(key, program);
    program.uses += 1;
    if (program.uses === limits.usesBeforeCompiling)
      program.compiled = compile(schema, settled.document(), args, onRefused);
    return program.compiled;
  };
  return async (args) => {
    const program = programFor(args);
    const result = await program?.query(args.rootValue, args.contextValue, args.variableValues);
    // Without data nothing was executed: the variables are wrong, and GraphQL.js words that better.
    if (result && 'data' in result) return result;
    return execute({ ...args, hideSuggestions: true, options: { maxCoercionErrors: 5 } });
  };
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  args: ExecutionArgs,
  onRefused: OnRefused,
): CompiledQuery | null {
  const compiled = compileQuery(schema, document, args.operationName ?? undefined, {
    disablingCapturingStackErrors: true,
  });
  if (isCompiledQuery(compiled)) return compiled;
  onRefused(compiled.errors ?? []);
  return null;
}
