import type { GraphQLField, GraphQLLeafType, GraphQLSchema } from 'graphql';
import { onTestFinished } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.ts';
import type { Serving } from './serving.ts';

/** What must never be told to anybody. */
export const CANARY = 'canary-4711 postgres://parley:hunter2@db/parley';

/** An error that has it everywhere. */
export function canaryError(): Error {
  const error = new AggregateError([new Error(CANARY)], CANARY, { cause: new Error(CANARY) });
  return Object.assign(error, { code: CANARY, detail: CANARY, extensions: { code: CANARY, detail: CANARY } });
}

/** Has reads of that fail until the test is over, or what is returned is called. */
export function failReads(api: Serving, of: string): () => void {
  const mend = api.onReads(async (sql) => {
    if (sql.includes(of)) throw canaryError();
  });
  onTestFinished(mend);
  return mend;
}

/** A schema of which parts fail for as long as they are named: all beginnings and events of `events`, and all times. */
export interface FaultySchema {
  readonly schema: GraphQLSchema;
  failing: 'subscribe' | 'resolve' | 'serialize' | null;
}

export function createFaultySchema(): FaultySchema {
  const schema = buildSchema();
  const faulty: FaultySchema = { schema, failing: null };
  const fail = (part: FaultySchema['failing']): void => {
    if (faulty.failing === part) throw canaryError();
  };
  const events = schema.getSubscriptionType()?.getFields()['events'] as GraphQLField<unknown, unknown>;
  const { subscribe, resolve } = events;
  events.subscribe = (...args) => {
    fail('subscribe');
    return subscribe?.(...args);
  };
  events.resolve = (...args) => {
    fail('resolve');
    return resolve?.(...args);
  };
  const time = schema.getType('DateTime') as GraphQLLeafType;
  const { serialize, coerceOutputValue } = time;
  time.serialize = (value: unknown) => {
    fail('serialize');
    return serialize(value);
  };
  time.coerceOutputValue = (value: unknown) => {
    fail('serialize');
    return coerceOutputValue(value);
  };
  return faulty;
}
