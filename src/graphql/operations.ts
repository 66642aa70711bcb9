import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Meters } from '../telemetry/contract.ts';
import type { Session } from './authentication.ts';
import { createExecute } from './compile.ts';
import type { Surroundings } from './context.ts';
import { costError } from './cost.ts';
import type { EventStream } from './event-stream.ts';
import { beginOperation } from './operation.ts';
import type { Sighting } from './operation-watch.ts';
import type { Results } from './results.ts';
import { createSubscribe } from './subscription.ts';
import type { Vigil } from './vigil.ts';

/** What the transports hand to an operation: who asks, and the connection that ends with them. */
export interface Request {
  readonly session: Session;
  readonly client?: AbortSignal;
  /** Of this operation. Absent where nobody looks. */
  readonly sighting?: Sighting;
}

/** Carries out operations, whatever they came by. */
export interface Operations {
  /** Has yoga's envelope execute and subscribe by us. */
  readonly plugin: Plugin<Partial<Request>>;
  /** The stream that a subscription with that context was given; undefined where it was refused. */
  streamOf(context: object): EventStream | undefined;
}

/** Each operation gets a fresh context with its deadline; queries are compiled, equal subscriptions share their answers. */
export function createOperations(
  schema: GraphQLSchema,
  surroundings: Surroundings,
  { results, vigil, meters }: { readonly results: Results; readonly vigil: Vigil; readonly meters: Meters },
): Operations {
  const execute = createExecute(schema, (errors) => {
    surroundings.log.warn({ errors }, 'A document could not be compiled. It is executed all the same, only slower.');
  });
  const subscribe = createSubscribe({ surroundings, execute, vigil, results, meters });
  const streams = new WeakMap<object, EventStream>();

  const run = async (args: ExecutionArgs, { session, client, sighting }: Request): Promise<ExecutionResult> => {
    const refused = costError({ ...args, schema, variables: args.variableValues }, (cost) => sighting?.costs(cost));
    if (refused) return results.finish({ errors: [refused] });
    const operation = beginOperation(surroundings, session.caller, client);
    try {
      const result = await execute({ ...args, contextValue: operation.context });
      return results.finish(result, operation.context.trouble);
    } catch (error) {
      return results.finish({ errors: [results.mask(error)] });
    } finally {
      operation.end();
    }
  };
  return {
    streamOf: (context) => streams.get(context),
    plugin: {
      onExecute({ setExecuteFn }) {
        setExecuteFn((args: ExecutionArgs) => {
          const request = requestOf(args);
          return seen(request.sighting, args, () => run(args, request));
        });
      },
      onSubscribe({ setSubscribeFn }) {
        setSubscribeFn(async (args: ExecutionArgs) => {
          const { session, sighting } = requestOf(args);
          const answer = await seen(sighting, args, () => subscribe(args, session));
          if (isStream(answer)) streams.set(contextOf(args), answer);
          return answer;
        });
      },
    },
  };
}

function contextOf({ contextValue }: ExecutionArgs): Partial<Request> {
  return contextValue as Partial<Request>;
}

function requestOf(args: ExecutionArgs): Request {
  const { session, client, sighting } = contextOf(args);
  if (!session) throw new Error('An operation came to be executed without a caller.');
  return { session, ...(client && { client }), ...(sighting && { sighting }) };
}

function seen<Answer extends object>(
  sighting: Sighting | undefined,
  args: ExecutionArgs,
  work: () => Promise<Answer>,
): Promise<Answer> {
  return sighting ? sighting.execute(args, work) : work();
}

function isStream(answer: EventStream | ExecutionResult): answer is EventStream {
  return 'poll' in answer;
}
