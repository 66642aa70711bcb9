import type { ExecutionResult } from 'graphql';
import type { Client, SubscribePayload } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/domain/limits.ts';
import type { Cost } from '../../src/graphql/cost-budget.ts';
import type { Database } from '../../src/store/database.ts';
import { allScopes } from '../../src/store/tokens.ts';
import { testDatabase } from '../helpers/database.ts';
import { type PostOptions, type Served, serve } from '../helpers/transport.ts';

let db: Database;
let served: Served;

beforeAll(async () => {
  db = await testDatabase('embedded');
});
afterAll(() => db.close());
afterEach(() => served.close());

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: { readonly cost: Cost };
}

async function ask(query: string, options?: PostOptions): Promise<Answer & { response: Response }> {
  const response = await served.post(query, options);
  return { ...((await response.json()) as Answer), response };
}

async function only(socket: Client, payload: SubscribePayload): Promise<ExecutionResult> {
  const { value } = await socket.iterate(payload).next();
  return value as ExecutionResult;
}

/** A budget of ten such questions, refilled by one of them a second. */
const PAGE = 'query($n: Int) { conversations(first: $n) { nodes { id subject } } }';
const small = { costBudget: 1_000, costRefill: 100 };
const budgeted = async (limits = small): Promise<void> => {
  served = await serve(db, { limits: { ...defaultLimits, ...limits } });
};

describe('what an operation costs', () => {
  it('is told with its answer, by POST, websocket and as an event stream', async () => {
    await budgeted();
    const { extensions } = await ask(PAGE, { variables: { n: 10 } });
    const requested = extensions?.cost.requested ?? 0;
    expect(requested).toBeGreaterThan(10);
    expect(extensions).toEqual({ cost: { requested, remaining: 1_000 - requested, limit: 1_000, refill: 100 } });

    const socket = served.socket();
    const told = await only(socket, { query: PAGE, variables: { n: 10 } });
    expect(told?.extensions).toMatchObject({ cost: { requested, remaining: 1_000 - 2 * requested } });
    await socket.dispose();

    const stream = await served.post(PAGE, { variables: { n: 10 }, headers: { accept: 'text/event-stream' } });
    expect(await stream.text()).toContain(`"cost":{"requested":${requested},"remaining":${1_000 - 3 * requested},`);
  });

  it('comes back with time, up to the whole budget and no further', async () => {
    await budgeted();
    const first = await ask(PAGE, { variables: { n: 40 } });
    const { requested = 0, remaining = 0 } = first.extensions?.cost ?? {};
    served.clock.advance(1_000);
    expect((await ask('{ __typename }')).extensions?.cost.remaining).toBeGreaterThanOrEqual(remaining + 99);
    served.clock.advance(3_600_000);
    expect((await ask(PAGE, { variables: { n: 40 } })).extensions?.cost.remaining).toBe(1_000 - requested);
  });

  it('is a token’s own, and not its neighbour’s', async () => {
    await budgeted();
    for (let i = 0; i < 10; i += 1) await ask(PAGE, { variables: { n: 100 } });
    const other = await served.tokenFor(allScopes);
    expect((await ask(PAGE, { token: other, variables: { n: 10 } })).errors).toBeUndefined();
  });
});

describe('a budget that is spent', () => {
  it('is told as RATE_LIMITED, with 429 and when to come back, and nothing is done', async () => {
    await budgeted();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(PAGE, { variables: { n: 100 } })));
    const good = answers.filter(({ errors }) => !errors);
    const cost = good[0]?.extensions?.cost.requested ?? 0;
    expect(good).toHaveLength(Math.floor(1_000 / cost));
    const refused = answers.find(({ errors }) => errors);
    expect(refused?.response.status).toBe(429);
    const wait = Number(refused?.response.headers.get('retry-after'));
    expect(refused?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: wait } }]);
    expect(refused).not.toHaveProperty('data');

    const plain = await served.post(PAGE, { variables: { n: 100 }, headers: { accept: 'application/json' } });
    expect(plain.status).toBe(429);
    served.clock.advance(wait * 1000);
    expect((await ask(PAGE, { variables: { n: 100 } })).errors).toBeUndefined();
  });

  it('is told on a websocket to queries and subscriptions alike, and the socket stays', async () => {
    await budgeted({ costBudget: 30, costRefill: 1 });
    const socket = served.socket();
    while (!(await ask('{ eventCursor }')).errors);
    const limited = { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } }] };
    const query = await only(socket, { query: '{ eventCursor }' });
    expect(query).toMatchObject(limited);
    const subscription = 'subscription { messageAdded { message { body } } }';
    const refused = await only(socket, { query: subscription });
    expect(refused).toMatchObject(limited);
    expect(refused?.errors?.[0]?.extensions).not.toHaveProperty('http');
    served.clock.advance(30_000);
    const answer = await only(socket, { query: '{ eventCursor }' });
    expect(answer?.data).toBeTruthy();
    await socket.dispose();
  });
});

describe('one operation is judged by the variables it comes with', () => {
  const verdict = async (query: string, variables: object = {}) => {
    const { errors, extensions } = await ask(query, { variables });
    return { requested: extensions?.cost.requested, refused: errors?.[0]?.extensions['code'] ?? null };
  };
  const pages =
    'conversations(first: $n) { nodes { messages(first: $n) { nodes { conversation { messages(first: $n) { nodes { id } } } } } } }';

  it('so the same document may first be cheap and then too dear, a hundred times', async () => {
    await budgeted({ costBudget: 100_000_000, costRefill: 1 });
    const query = `query($n: Int) { ${pages} }`;
    for (let i = 0; i < 100; i += 1) {
      expect((await verdict(query, { n: 1 })).refused).toBeNull();
      expect((await verdict(query, { n: 100 })).refused).toBe('COST_EXCEEDED');
    }
  });

  it.each(['1', '100', '0', '-1', '101', '2147483647', '1000000000', 'null'])(
    'so %s asked for literally, as a variable, by default, in a fragment or under a condition is the same',
    async (first) => {
      await budgeted({ costBudget: 100_000_000, costRefill: 1 });
      const literal = await verdict(`{ conversations(first: ${first}) { nodes { id subject } } }`);
      const fields = 'conversations(first: $n) { nodes { id subject } }';
      const n = JSON.parse(first) as number | null;
      const ways: [string, object?][] = [
        [`query($n: Int) { ${fields} }`, { n }],
        [`query($n: Int = ${first}) { ${fields} }`],
        [`query($n: Int) { ...F } fragment F on Query { ${fields} }`, { n }],
        [`query($n: Int, $x: Boolean!) { ... @include(if: $x) { ${fields} } }`, { n, x: true }],
      ];
      for (const [query, variables] of ways) expect(await verdict(query, variables)).toEqual(literal);
      if (Number(first) > 100 || Number(first) < 0) expect(literal.refused).toBe('BAD_USER_INPUT');
    },
  );

  it('so a page of pages that is too dear is refused before anything runs', async () => {
    await budgeted({ costBudget: 100_000_000, costRefill: 1 });
    const dear = `{ ${pages.replaceAll('$n', '100')} }`;
    const { errors, data, extensions } = await ask(dear);
    expect(errors?.[0]?.extensions['code']).toBe('COST_EXCEEDED');
    expect(data).toBeUndefined();
    expect(extensions?.cost.remaining).toBe(100_000_000);
  });
});
