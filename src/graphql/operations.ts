import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Meters } from '../telemetry/contract.ts';
import type { Session } from './authentication.ts';
import { createExecute } from './compile.ts';
import type { Surroundings } from './context.ts';
import type { CostBudgets } from './cost-budget.ts';
import type { EventStream } from './event-stream.ts';
import { type Load, overloaded, type Place } from './load.ts';
import { beginOperation } from './operation.ts';
import type { Sighting } from './operation-watch.ts';
import type { Results } from './results.ts';
import { steppingAside } from './stepping-aside.ts';
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
  parts: {
    readonly results: Results;
    readonly vigil: Vigil;
    readonly meters: Meters;
    readonly budgets: CostBudgets;
    readonly load: Load;
  },
): Operations {
  const { results, vigil, meters, budgets, load } = parts;
  const execute = createExecute(schema, (errors) => {
    surroundings.log.warn({ errors }, 'A document could not be compiled. It is executed all the same, only slower.');
  });
  const subscribe = createSubscribe({ surroundings, execute, vigil, results, budgets, meters });
  const streams = new WeakMap<object, EventStream>();

  const run = async (args: ExecutionArgs, request: Request, place: Place): Promise<ExecutionResult> => {
    const { session, client, sighting } = request;
    const { error, extensions } = budgets.charge(session.caller.actor, {
      ...args,
      schema,
      variables: args.variableValues,
    });
    if (extensions) sighting?.costs(extensions.cost.requested);
    if (error) return results.finish({ errors: [error], ...(extensions && { extensions }) });
    const mine = { ...surroundings, gateway: steppingAside(surroundings.gateway, place) };
    const operation = beginOperation(mine, session.caller, client);
    try {
      const result = await execute({ ...args, contextValue: operation.context });
      return results.finish({ ...result, ...(extensions && { extensions }) }, operation.context.trouble);
    } catch (fault) {
      return results.finish({ errors: [results.mask(fault)] });
    } finally {
      operation.end();
    }
  };
  /** Subscriptions are not counted: they only wait, and sockets are held to how many they may have, and how often they may ask. */
  const runInTurn = async (args: ExecutionArgs, request: Request): Promise<ExecutionResult> => {
    const begun = load.begin(request.client);
    const place = begun instanceof Promise ? await begun : begun;
    if (!place) return results.finish({ errors: [overloaded()] });
    try {
      return await run(args, request, place);
    } finally {
      place.end();
    }
  };
  return {
    streamOf: (context) => streams.get(context),
    plugin: {
      onExecute({ setExecuteFn }) {
        setExecuteFn((args: ExecutionArgs) => {
          const request = requestOf(args);
          return seen(request.sighting, args, () => runInTurn(args, request));
        });
      },
      onSubscribe({ setSubscribeFn }) {
        setSubscribeFn(async (args: ExecutionArgs) => {
          const { session, sighting, client } = requestOf(args);
          const answer = await seen(sighting, args, () => subscribe(args, session));
          if (!isStream(answer)) return answer;
          streams.set(contextOf(args), answer);
          if (client) endWith(client, answer);
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

/** A client that goes away while its stream is prepared never begins to read it, and nobody else would end it. */
function endWith(client: AbortSignal, stream: EventStream): void {
  if (client.aborted) stream.close();
  else client.addEventListener('abort', () => stream.close(), { once: true });
}

function isStream(answer: EventStream | ExecutionResult): answer is EventStream {
  return 'poll' in answer;
}
