import { malformed } from '../../conformance/malformed-messages.ts';
import type { Assault, Attack } from '../attack.ts';

const QUERY = '{ eventCursor }';
const subscribe = (id: unknown, payload: unknown = { query: QUERY }): string =>
  JSON.stringify({ id, type: 'subscribe', payload });

type To = Extract<Assault, { readonly kind: 'messages' }>['to'];

const said = (
  name: string,
  expected: Attack['expected'],
  messages: () => readonly (string | Buffer)[],
  to: To = 'known',
): Attack => ({ name: `message: ${name}`, expected, make: () => ({ kind: 'messages', messages: messages(), to }) });
const refused = (name: string, ...messages: readonly string[]): Attack => said(name, 'refused', () => messages);
const answered = (name: string, ...messages: readonly string[]): Attack => said(name, 'answered', () => messages);
const introduced = (name: string, ...messages: readonly string[]): Attack =>
  said(name, 'refused', () => messages, 'new');
const repeated = (count: number, one: (at: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, at) => one(at));

/** What clients of graphql-transport-ws do not say, or not like that. */
export const socketMessages: readonly Attack[] = [
  ...malformed.map(([name, message]) =>
    said(
      name,
      'refused',
      () => [typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)],
      'both',
    ),
  ),
  answered('an id __proto__', subscribe('__proto__')),
  answered('an id constructor', subscribe('constructor')),
  answered('an id of quotes', subscribe('"},{"id":"2')),
  answered('an id of a NUL', subscribe('\u0000')),
  answered('an id of half a pair', subscribe('\ud800')),
  answered('an id of emoji', subscribe('😀')),
  answered('an id that looks like one of ours', subscribe('1 0 2')),
  answered('an id of 60,000 letters', subscribe('x'.repeat(60_000))),
  refused('an id twice at once', subscribe('1', { query: 'subscription { messageAdded { cursor } }' }), subscribe('1')),
  refused(
    'an id of 60,000 letters twice',
    ...repeated(2, () => subscribe('x'.repeat(60_000), { query: 'subscription { messageAdded { cursor } }' })),
  ),
  refused('an id that is a list', subscribe(['1'])),
  refused('an id that is an object', subscribe({ toString: '1' })),
  said('65 KiB', 'refused', () => [subscribe('1', { query: `{ eventCursor ${' '.repeat(65 * 1024)}}` })]),
  said('1 MB', 'refused', () => [subscribe('1', { query: `{ eventCursor ${' '.repeat(1_000_000)}}` })]),
  said('lists 30,000 deep', 'refused', () => ['['.repeat(30_000) + ']'.repeat(30_000)]),
  said('lists 30,000 deep in a payload', 'refused', () => [
    `{"type":"subscribe","id":"1","payload":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  ]),
  said('objects 10,000 deep in a ping', 'refused', () => [
    `{"type":"ping","payload":{"a":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}}`,
  ]),
  said('objects by number 10,000 deep in a ping', 'refused', () => [
    `{"type":"ping","payload":{"a":${'{"0":'.repeat(10_000)}1${'}'.repeat(10_000)}}}`,
  ]),
  answered('a ping with __proto__', '{"type":"ping","payload":{"__proto__":{"type":"x"}}}'),
  refused('__proto__ for a type', '{"__proto__":{"type":"ping"}}'),
  refused('a type in capitals', '{"type":"PING"}'),
  refused('a type of the protocol of old', '{"type":"start","id":"1","payload":{}}'),
  refused('an end of the protocol of old', '{"type":"connection_terminate"}'),
  answered('the end of something that never began', '{"type":"complete","id":"nobody"}'),
  answered('200 ends of the same', ...repeated(100, () => '{"type":"complete","id":"1"}')),
  refused('to introduce itself twice', '{"type":"connection_init"}', '{"type":"connection_init"}'),
  said('101 subscriptions', 'refused', () =>
    repeated(101, (at) => subscribe(`${at}`, { query: 'subscription { messageAdded { cursor } }' })),
  ),
  said('20,000 subscriptions', 'refused', () => repeated(20_000, (at) => subscribe(`${at}`))),
  said('300 pings', 'refused', () => repeated(300, () => '{"type":"ping"}')),
  answered('headers that are a text', subscribe('1', { query: QUERY, extensions: { headers: 'x' } })),
  answered('headers that are a list', subscribe('1', { query: QUERY, extensions: { headers: ['authorization'] } })),
  answered(
    'headers that are inherited',
    '{"type":"subscribe","id":"1","payload":{"query":"{ eventCursor }","extensions":{"headers":{"__proto__":{"authorization":"Bearer x"}}}}}',
  ),
  answered(
    'an authorization that is an object',
    subscribe('1', { query: QUERY, extensions: { headers: { authorization: {} } } }),
  ),
  answered(
    'a trace that is none',
    subscribe('1', {
      query: QUERY,
      extensions: { headers: { traceparent: 'x'.repeat(10_000), 'x-request-id': '\r\n' } },
    }),
  ),
];

/** How a client introduces itself: before anything else, on a socket of its own. */
export const introductions: readonly Attack[] = [
  introduced('an introduction of 9 KB', JSON.stringify({ type: 'connection_init', payload: { a: 'x'.repeat(9_000) } })),
  introduced('an introduction that is a text', '{"type":"connection_init","payload":"x"}'),
  introduced('an introduction that is a list', '{"type":"connection_init","payload":["x"]}'),
  introduced(
    'an introduction by a token that is none',
    '{"type":"connection_init","payload":{"authorization":"Bearer x"}}',
    subscribe('1'),
  ),
  introduced(
    'an introduction by an object',
    '{"type":"connection_init","payload":{"authorization":{"$ne":null}}}',
    subscribe('1'),
  ),
  introduced(
    'an introduction by what is inherited',
    '{"type":"connection_init","payload":{"__proto__":{"authorization":"x"}}}',
    subscribe('1'),
  ),
  introduced(
    'an introduction by two tokens',
    '{"type":"connection_init","payload":{"authorization":"Bearer a","Authorization":"Bearer b"}}',
    subscribe('1'),
  ),
  introduced('to ask before it has introduced itself', subscribe('1')),
  introduced('the end of something before it has introduced itself', '{"type":"complete","id":"1"}', subscribe('1')),
];
