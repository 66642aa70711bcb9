import {
  BREAK,
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
  validateSubscriptionArgs,
  visit,
} from 'graphql';
import type { Meters } from '../telemetry/contract.ts';
import type { Session } from './authentication.ts';
import type { Execute } from './compile.ts';
import type { Surroundings } from './context.ts';
import type { CostBudgets } from './cost-budget.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { isFeedSource } from './feed-reader.ts';
import { beginOperation } from './operation.ts';
import type { Results } from './results.ts';
import { createAnswerGroups } from './shared-answers.ts';
import type { Vigil } from './vigil.ts';

/** Begins a subscription for that session: its stream, or why there is none. Never throws for a caller's fault. */
export type Subscribe = (args: ExecutionArgs, session: Session) => Promise<EventStream | ExecutionResult>;

export interface SubscribeParts {
  readonly surroundings: Surroundings;
  readonly execute: Execute;
  readonly vigil: Vigil;
  readonly results: Results;
  readonly meters: Meters;
  readonly budgets: CostBudgets;
}

/**
 * Subscriptions whose events are executed with a fresh context each, once for all equal subscribers: those of one tenant and the
 * same scopes (and the same token, where addresses of files are selected), with the same document and the same variables, but for the
 * cursor they began after.
 */
export function createSubscribe(parts: SubscribeParts): Subscribe {
  const { surroundings, execute, vigil, results, meters, budgets } = parts;
  const groups = createAnswerGroups();
  meters.gauge('subscriptions', () => groups.members);
  const documents = new WeakMap<object, { readonly number: number; readonly personal: boolean }>();
  let documentsSeen = 0;

  const groupKey = (args: ExecutionArgs, operation: OperationDefinitionNode, { caller }: Session): string => {
    const known = documents.get(args.document);
    const document = known ?? { number: documentsSeen++, personal: selectsAddresses(args.document) };
    if (!known) documents.set(args.document, document);
    const whose = document.personal ? [caller.actor, caller.expiresAt] : null;
    const scopes = [...caller.scopes].sort();
    const variables = variablesBesideCursor(operation, args.variableValues ?? {});
    return JSON.stringify([
      caller.scope.tenantId,
      whose,
      scopes,
      document.number,
      args.operationName ?? null,
      variables,
    ]);
  };
  const answersTo = (args: ExecutionArgs, session: Session, events: readonly object[]) => {
    const operation = beginOperation(surroundings, session.caller);
    const { context } = operation;
    const answers = events.map((event) =>
      execute({ ...args, rootValue: event, contextValue: context }).then((result) =>
        results.finish(result, context.trouble),
      ),
    );
    void Promise.allSettled(answers).then(() => operation.end());
    return answers;
  };
  return async ({ schema, document, variableValues, operationName }, session) => {
    // Kept as long as the subscription: without the context that the operation came with.
    const args = { schema, document, variableValues, operationName };
    const opening = beginOperation(surroundings, session.caller);
    try {
      const checked = validateSubscriptionArgs({ ...args, contextValue: opening.context, hideSuggestions: true });
      if (!('schema' in checked)) return results.finish({ errors: checked });
      // Paid once, for its beginning: an event is answered once for all who follow it, in one text that cannot tell each their own.
      const bill = budgets.charge(session.caller.actor, { ...args, variables: args.variableValues });
      if (bill.error)
        return results.finish({ errors: [bill.error], ...(bill.extensions && { extensions: bill.extensions }) });
      const source = await createSourceEventStream(checked);
      if (!(Symbol.asyncIterator in source)) return results.finish(source);
      if (!isFeedSource(source)) throw new Error('A subscription must read a feed.');
      const group = groups.join(groupKey(args, checked.operation, session));
      const eventArgs = { ...args, variableValues: variablesOfEvents(checked.operation, args.variableValues ?? {}) };
      return createEventStream({
        source,
        group,
        session,
        vigil,
        results,
        meters,
        answersTo: (events) => answersTo(eventArgs, session, events),
      });
    } finally {
      opening.end();
    }
  };
}

/** Whether answers may hold addresses of files, which are good by the rights of the token that asked, and of no other. */
function selectsAddresses(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      if (name.value !== 'url') return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

type Variables = { readonly [name: string]: unknown };

const CURSOR = 'EventCursor';

/** The variables that answers depend on, in the order in which they are declared. */
function variablesBesideCursor(operation: OperationDefinitionNode, values: Variables): unknown {
  const names = (operation.variableDefinitions ?? [])
    .filter(({ type }) => namedType(type) !== CURSOR)
    .map(({ variable }) => variable.name.value);
  return names.map((name) => [name, values[name] ?? null, Object.hasOwn(values, name)]);
}

/** The variables that events are executed with: where the subscription began is nothing to them, and need not be read for each. */
function variablesOfEvents({ variableDefinitions = [] }: OperationDefinitionNode, values: Variables): Variables {
  const cursors = variableDefinitions.filter(({ type }) => type.kind === Kind.NAMED_TYPE && type.name.value === CURSOR);
  const names = new Set(cursors.map(({ variable }) => variable.name.value));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
