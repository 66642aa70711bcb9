import { describe, expect, it } from 'vitest';
import { testApp } from '../helpers/app.ts';
import { keptLog } from './telling.ts';

const WORDS = 'Dear Ana, the key is under the mat';

/** The lines that tell of operations. */
function operationsIn(lines: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] {
  return lines.filter(({ msg }) => msg === 'an operation was answered');
}

describe('the log', () => {
  it('has one line an operation: who, what and how it went, and nothing of what was said', async () => {
    const { log, lines } = keptLog();
    const t = await testApp({ idle: true, app: { log } });
    const query = 'query Find($text: String) { conversations(filter: { text: $text }) { nodes { id } } }';
    const answer = await t.post(JSON.stringify({ query, variables: { text: WORDS } }), { 'x-request-id': 'r-1.a_B' });
    expect(answer.headers.get('x-request-id')).toBe('r-1.a_B');
    const told = operationsIn(lines());
    const { id: tokenId } = await t.db.prisma.token.findFirstOrThrow();
    expect(told).toEqual([
      {
        ...{ level: 'info', time: expect.any(String), msg: 'an operation was answered' },
        ...{ requestId: 'r-1.a_B', operation: 'Find', kind: 'query', outcome: 'ok', ms: expect.any(Number) },
        ...{ cost: expect.any(Number), tokenId },
      },
    ]);
    expect(JSON.stringify(lines())).not.toContain('Ana');
  });

  it('tells refused operations too, with their codes', async () => {
    const { log, lines } = keptLog();
    const t = await testApp({ idle: true, app: { log } });
    await t.ask('{ nothingLikeThis }');
    await t.ask('{ viewer { scopes } }', {}, 'no-such-token');
    await t.ask('query Wrong($id: ID!) { node(id: $id) { id } }', {});
    await t.post('{', {});
    const told = operationsIn(lines()).map(({ kind, outcome, codes }) => ({ kind, outcome, codes }));
    expect(told).toEqual([
      { kind: 'unknown', outcome: 'refused', codes: ['BAD_USER_INPUT'] },
      { kind: 'unknown', outcome: 'refused', codes: ['UNAUTHENTICATED'] },
      { kind: 'query', outcome: 'refused', codes: ['BAD_USER_INPUT'] },
      { kind: 'unknown', outcome: 'refused', codes: ['BAD_USER_INPUT'] },
    ]);
  });

  it('makes a request id where the caller’s is not well-formed, and answers it', async () => {
    const { log, lines } = keptLog();
    const t = await testApp({ idle: true, app: { log } });
    const given = ['x'.repeat(65), 'two words', 'a"b', ''];
    for (const id of given) {
      const answer = await t.post(JSON.stringify({ query: '{ viewer { scopes } }' }), { 'x-request-id': id });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(new Set(operationsIn(lines()).map(({ requestId }) => requestId)).size).toBe(given.length);
  });

  it('names the requests that a provider was asked for it, by the provider’s own ids', async () => {
    const { log, lines } = keptLog();
    const t = await testApp({ provider: 'bookingsync', size: 1, app: { log } });
    await t.connect();
    const [connecting] = operationsIn(lines());
    const calls = lines().filter(({ msg }) => msg === 'a provider was called');
    const upstream = connecting?.['upstream'] as readonly string[];
    expect(upstream.length).toBeGreaterThan(0);
    expect(calls.map(({ requestId }) => requestId)).toEqual(expect.arrayContaining([...upstream]));
  });

  it('has a line for what comes by websocket, and one for a subscription that has begun', async () => {
    const { log, lines } = keptLog();
    const t = await testApp({ idle: true, app: { log } });
    const { url } = await t.listen();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const acknowledged = Promise.withResolvers<void>();
    socket.addEventListener('message', ({ data }) => {
      if (String(data).includes('connection_ack')) acknowledged.resolve();
    });
    socket.addEventListener('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${t.token}` } })),
    );
    await acknowledged.promise;
    const ask = (id: string, query: string): void =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
    ask('1', 'query Who { viewer { scopes } }');
    ask('2', 'subscription News { messageAdded { cursor } }');
    ask('3', '{ nothingLikeThis }');
    await expect.poll(() => operationsIn(lines()).length, { timeout: 10_000 }).toBe(3);
    socket.close();
    const told = operationsIn(lines()).map(({ operation, kind, outcome }) => [operation, kind, outcome]);
    expect(told).toContainEqual(['Who', 'query', 'ok']);
    expect(told).toContainEqual(['News', 'subscription', 'ok']);
    expect(told).toContainEqual([null, 'unknown', 'refused']);
  });

  it('keeps its lines within a bound, whatever is told', () => {
    const { log, lines } = keptLog();
    log.info({ path: 'p'.repeat(100_000), list: Array.from({ length: 10_000 }, () => 'item') }, 'something long');
    log.info(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`field${at}`, at])), 'something wide');
    for (const line of lines()) expect(JSON.stringify(line).length).toBeLessThan(16_384);
    expect(lines()[0]).toMatchObject({ level: 'info', msg: 'something long', path: 'p'.repeat(200) });
    expect(lines()[0]).toHaveProperty('cutFrom');
    expect(lines()[1]).toMatchObject({ level: 'info', msg: 'something wide' });
  });
});
