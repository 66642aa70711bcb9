import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { askForEvents } from './event-stream.ts';
import { CANARY, createFaultySchema, failReads } from './planted-faults.ts';
import { rawRequest } from './raw-request.ts';
import { serving } from './serving.ts';

const faulty = createFaultySchema();
const api = serving({ graphiql: false, schema: faulty.schema });
afterEach(() => {
  faulty.failing = null;
  vi.unstubAllEnvs();
});

/** Has something fail; what is returned mends it. */
type Plant = () => () => void;

const reads =
  (of: string): Plant =>
  () =>
    failReads(api, of);
const part =
  (failing: typeof faulty.failing): Plant =>
  () => {
    faulty.failing = failing;
    return () => {
      faulty.failing = null;
    };
  };

/** Where something of ours may throw, and what is asked for it to. */
const places: readonly (readonly [string, string, Plant])[] = [
  ['as the caller is looked up', '{ eventCursor }', reads('FROM token')],
  ['as a field is read', '{ accounts { id } }', reads('FROM account')],
  ['as a value is written out', '{ conversations(first: 1) { nodes { lastMessageAt } } }', part('serialize')],
  ['as a subscription begins', 'subscription { events { cursor } }', part('subscribe')],
  ['as the feed of a subscription is read', 'subscription { events { cursor } }', reads('feed')],
  ['as an event is resolved', 'subscription { events { cursor } }', part('resolve')],
  ['as a value of an event is written out', 'subscription { messageAdded { message { sentAt } } }', part('serialize')],
  [
    'as something behind an event is read',
    'subscription { messageAdded { conversation { id } } }',
    reads('FROM conversation'),
  ],
];

/** Everything that is told of an operation by some way, once an error was. */
type Way = (query: string, token: string) => Promise<string>;

const hasError = (text: string): boolean => text.includes('INTERNAL_SERVER_ERROR');

const ways: Readonly<Record<string, Way>> = {
  async 'by POST'(query, token) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await rawRequest(api.served.url, { headers, body: JSON.stringify({ query }) });
    return JSON.stringify([answer.headers, answer.text]);
  },
  async 'as server-sent events'(query, token) {
    const events = await askForEvents(api.served.url, { query }, { authorization: `Bearer ${token}` });
    onTestFinished(() => events.leave());
    await goOn(query, () => hasError(events.text));
    await events.until(({ text }) => hasError(text));
    events.leave();
    return JSON.stringify([events.headers, events.text]);
  },
  async 'by websocket'(query, token) {
    const raw = await api.greeted(token);
    raw.subscribe('1', query);
    const told = (): boolean => hasError(JSON.stringify(raw.received));
    await goOn(query, told);
    await raw.until(told);
    raw.socket.close(1000);
    return JSON.stringify([await raw.closed, raw.received]);
  },
};

/** Has something happen as soon as somebody follows, unless that was refused. */
async function goOn(query: string, refused: () => boolean): Promise<void> {
  if (!query.startsWith('subscription')) return;
  while (api.served.transport.feeds.readers === 0 && !refused()) await api.served.post('{ __typename }');
  await api.served.say('something');
}

describe.each(['test', 'production'])('with NODE_ENV %s, nobody is told what went wrong inside', (environment) => {
  it.each(places)('%s', async (_title, query, plant) => {
    vi.stubEnv('NODE_ENV', environment);
    // The second time it is asked for, a document is compiled.
    for (let time = 0; time < 3; time += 1)
      for (const [name, way] of Object.entries(ways)) {
        if (name === 'by POST' && query.startsWith('subscription')) continue;
        const token = await api.served.tokenFor(['messages:read', 'accounts:read', 'accounts:manage']);
        await api.readers(0);
        const mend = plant();
        const told = await way(query, token);
        mend();
        expect([name, hasError(told)]).toEqual([name, true]);
        for (const word of [...CANARY.split(' '), 'planted-faults', 'node_modules']) expect(told).not.toContain(word);
        expect(told).not.toMatch(/\bat .{1,80}:\d+:\d+|\\"stack\\"|originalError/);
      }
  });
});
