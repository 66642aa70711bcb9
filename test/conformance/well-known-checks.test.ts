import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLError,
  MaxIntrospectionDepthRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rawSocket } from './raw-socket.ts';
import { serving } from './serving.ts';
import { type Answered, type AskJson, findingsByHttp, findingsIn } from './well-known-checks.ts';

/** Asks by websocket. What closes the socket instead is answered by nothing. */
function bySocket(url: string, token: string | null): AskJson {
  return async (payload) => {
    const raw = await rawSocket({ url });
    raw.say({ type: 'connection_init', payload: token === null ? {} : { authorization: `Bearer ${token}` } });
    await raw.next();
    raw.say({ type: 'subscribe', id: '1', payload });
    const told = await raw.next().catch(() => null);
    raw.socket.terminate();
    return told?.type === 'error'
      ? { errors: told.payload as Answered['errors'] & object }
      : ((told?.payload ?? {}) as Answered);
  };
}

const by = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the well-known checks find nothing', () => {
  const usual = serving({ graphiql: false });
  const closed = serving({ graphiql: false, introspection: 'off' });

  it('that a stranger could use, by HTTP or by websocket', async () => {
    expect(await findingsByHttp(usual.served.url, {})).toEqual([]);
    expect(await findingsIn(bySocket(usual.served.url, null))).toEqual([]);
  });

  it('that a caller could use, where introspection is off', async () => {
    const { url, token } = closed.served;
    expect(await findingsByHttp(url, by(token))).toEqual([]);
    expect(await findingsIn(bySocket(url, token))).toEqual([]);
  });

  it('but that a caller is told the schema, where it is on for them', async () => {
    const { url, token } = usual.served;
    expect(await findingsByHttp(url, by(token))).toEqual(['introspection']);
    expect(await findingsIn(bySocket(url, token))).toEqual(['introspection']);
  });
});

const schema = buildSchema('type Query { a: Int } type Mutation { a: Int }');

/** Answers whatever is asked, as a server does that was never looked after. */
async function answerOf(asked: IncomingMessage): Promise<string> {
  const { searchParams } = new URL(asked.url ?? '', 'http://x');
  const query = searchParams.get('query');
  if (asked.method === 'GET' && query === null) return '<title>GraphiQL</title>';
  const body = await text(asked);
  if (query !== null || body.startsWith('query='))
    return JSON.stringify(await answerTo(query ?? new URLSearchParams(body).get('query') ?? ''));
  const payload = JSON.parse(body) as { query: string } | { query: string }[];
  return JSON.stringify(
    await (Array.isArray(payload) ? Promise.all(payload.map((one) => answerTo(one.query))) : answerTo(payload.query)),
  );
}

// Newer GraphQL.js has a rule against circles of introspection; older servers have not.
const rules = specifiedRules.filter((rule) => rule !== MaxIntrospectionDepthRule);

async function answerTo(source: string) {
  const { data, errors } = await answerWithin(source);
  const inDetail = ({ message, stack }: GraphQLError) => ({
    message,
    extensions: { exception: stack, tracing: { version: 1 } },
  });
  return { data, ...(errors && { errors: errors.map(inDetail) }) };
}

async function answerWithin(source: string): Promise<ExecutionResult> {
  try {
    const document = parse(source);
    const errors = validate(schema, document, rules);
    return errors.length > 0 ? { errors } : await execute({ schema, document });
  } catch (error) {
    return { errors: [error as GraphQLError] };
  }
}

it('the well-known checks, all thirteen, find everything of a server that was never looked after', async () => {
  const server = createServer(async (asked, answer) => answer.end(await answerOf(asked)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  expect((await findingsByHttp(url, {})).toSorted()).toEqual([
    'alias overloading',
    'an IDE',
    'batch queries',
    'circular introspection',
    'directive overloading',
    'field duplication',
    'field suggestions',
    'introspection',
    'mutations by GET',
    'queries by GET',
    'queries in forms',
    'trace mode',
    'unhandled errors',
  ]);
});
