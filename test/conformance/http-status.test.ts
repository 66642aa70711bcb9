import { describe, expect, it } from 'vitest';
import { type RawRequest, rawRequest } from './raw-request.ts';
import { serving } from './serving.ts';

const api = serving({ graphiql: false });

const json = { 'content-type': 'application/json' };
const own = { 'x-parley-client': 'test' };
const query = '{ viewer { tenant { id } } }';
const body = JSON.stringify({ query });
const mutation = JSON.stringify({
  query: 'mutation { disconnectAccount(input: { accountId: "x" }) { errors { code } } }',
});
const asQuery = (text: string, more = ''): string => `?query=${encodeURIComponent(text)}${more}`;
const post = (text: string | Buffer, headers: RawRequest['headers'] = json): RawRequest => ({ headers, body: text });
const form = (text: string): RawRequest => ({
  headers: { ...own, 'content-type': 'multipart/form-data; boundary=x' },
  body: `${text.trim().replaceAll('\n', '\r\n')}\r\n`,
});
const part = (name: string, value: string): string =>
  `--x\ncontent-disposition: form-data; name="${name}"\n\n${value}\n`;
const typed = (type: string | readonly string[]): RawRequest => post(body, { 'content-type': type });

/** What is asked, and the status of the answer. Every row is somebody's mistake, or the way it should be. */
const table: readonly (readonly [string, number, RawRequest])[] = [
  ['a query', 200, post(body)],
  ['a query that wants application/json', 200, post(body, { ...json, accept: 'application/json' })],
  ['a query that wants anything', 200, post(body, { ...json, accept: '*/*' })],
  ['a query that wants nothing that we have', 406, post(body, { ...json, accept: 'text/plain' })],
  ['a charset beside the type', 200, typed('application/json; charset=utf-8')],
  ['a charset that is not UTF-8', 200, typed('application/json; charset=utf-16')],
  ['the type in capitals', 200, typed('APPLICATION/JSON')],
  ['the type with a space behind', 200, typed('application/json ')],
  ['no type', 415, post(body, {})],
  ['an empty type', 415, typed('')],
  ['text/plain', 415, typed('text/plain')],
  ['application/graphql', 415, typed('application/graphql')],
  ['a form', 415, post(`query=${encodeURIComponent(query)}`, { 'content-type': 'application/x-www-form-urlencoded' })],
  ['two types in one header', 415, typed('text/plain, application/json')],
  ['another type behind a semicolon', 415, typed('text/plain; application/json')],
  ['a type of a family like ours', 415, typed('application/jsonp')],
  ['no body', 400, { headers: json }],
  ['an empty body', 400, post('')],
  ['spaces', 400, post('   ')],
  ['a body that is cut short', 400, post(body.slice(0, -1))],
  ['null', 400, post('null')],
  ['a list', 400, post('[]')],
  ['a list of operations', 400, post(`[${body}]`)],
  ['a number', 400, post('1')],
  ['a text', 400, post('""')],
  ['true', 400, post('true')],
  ['an object without a query', 400, post('{}')],
  ['a query that is null', 400, post('{"query":null}')],
  ['a query that is a number', 400, post('{"query":1}')],
  ['a query that is a list', 400, post('{"query":["{ a }"]}')],
  ['an empty query', 400, post('{"query":""}')],
  ['a query that cannot be parsed', 400, post('{"query":"{"}')],
  ['an empty selection', 400, post('{"query":"{ }"}')],
  ['an empty selection of a fragment', 400, post('{"query":"{ ... on Query { } }"}')],
  ['an empty selection of a subscription', 400, post('{"query":"subscription { }"}')],
  ['a query that is not valid', 400, post('{"query":"{ nothing }"}')],
  ['variables that are a text', 400, post('{"query":"{ eventCursor }","variables":"x"}')],
  ['variables that are a list', 400, post('{"query":"{ eventCursor }","variables":[]}')],
  ['variables that are null', 200, post('{"query":"{ eventCursor }","variables":null}')],
  ['an operation name that is a number', 400, post('{"query":"{ eventCursor }","operationName":1}')],
  ['an operation name of nobody', 400, post('{"query":"{ eventCursor }","operationName":"X"}')],
  ['extensions that are a list', 400, post('{"query":"{ eventCursor }","extensions":[]}')],
  ['a key twice: the last one counts', 200, post('{"query":"{ nothing }","query":"{ eventCursor }"}')],
  ['a key that nobody knows', 400, post('{"query":"{ eventCursor }","querry":"x"}')],
  ['a key __proto__', 400, post('{"query":"{ eventCursor }","__proto__":{"a":1}}')],
  ['a byte order mark before the JSON', 200, post(`\ufeff${body}`)],
  ['bytes that are no UTF-8', 400, post(Buffer.concat([Buffer.from('{"query":"{ \xff'), Buffer.from([0xff, 0xfe])]))],
  ['UTF-16', 400, post(Buffer.from(body, 'utf16le'))],
  [
    'JSON nested ten thousand deep',
    400,
    post(`{"query":"{ eventCursor }","variables":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
  ],
  ['a compressed body', 415, post(Buffer.from('1f8b0800', 'hex'), { ...json, 'content-encoding': 'gzip' })],
  ['a mutation by POST', 200, post(mutation)],
  ['a subscription that wants one answer', 406, post('{"query":"subscription { messageAdded { cursor } }"}')],
  ['a GET without our header', 400, { method: 'GET', search: asQuery(query) }],
  ['a GET', 200, { method: 'GET', headers: own, search: asQuery(query) }],
  ['a GET without a query', 400, { method: 'GET', headers: own }],
  ['a GET of a mutation', 405, { method: 'GET', headers: own, search: asQuery(JSON.parse(mutation).query as string) }],
  ['a GET with broken variables', 400, { method: 'GET', headers: own, search: asQuery(query, '&variables=%7B') }],
  ['a GET with a query twice', 200, { method: 'GET', headers: own, search: asQuery(query, '&query=%7B') }],
  ['a GET whose escapes are broken', 400, { method: 'GET', headers: own, search: '?query=%E0%A4%A' }],
  ['a HEAD', 405, { method: 'HEAD', headers: own, search: asQuery(query) }],
  ['a PUT', 405, { ...post(body), method: 'PUT' }],
  ['a PATCH', 405, { ...post(body), method: 'PATCH' }],
  ['a DELETE', 405, { headers: json, method: 'DELETE' }],
  ['a TRACE', 405, { method: 'TRACE', headers: own }],
  ['multipart without our header', 415, post('--x--', { 'content-type': 'multipart/form-data; boundary=x' })],
  ['multipart without a boundary', 400, post('--x--', { ...own, 'content-type': 'multipart/form-data' })],
  ['multipart that is empty', 400, form('--x--')],
  ['multipart whose operations are null', 400, form(`${part('operations', 'null')}${part('map', '{}')}--x--`)],
  ['multipart whose map is null', 400, form(`${part('operations', body)}${part('map', 'null')}--x--`)],
  ['multipart without a map', 400, form(`${part('operations', body)}--x--`)],
  [
    'multipart whose map leads nowhere',
    400,
    form(`${part('operations', body)}${part('map', '{"0":["variables.x"]}')}--x--`),
  ],
  ['multipart whose operations are a list', 400, form(`${part('operations', `[${body}]`)}${part('map', '{}')}--x--`)],
  ['multipart without a file', 200, form(`${part('operations', body)}${part('map', '{}')}--x--`)],
];

describe('over HTTP', () => {
  it.each(table)('%s: %i', async (_title, status, request) => {
    const authorization = `Bearer ${api.served.token}`;
    const answer = await rawRequest(api.served.url, {
      ...request,
      headers: { authorization, accept: 'application/graphql-response+json', ...request.headers },
    });
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([
      status,
      answer.status === 200 ? '' : expect.anything(),
    ]);
    expect(answer.text).not.toMatch(/ at .+:\d+|node_modules|INTERNAL_SERVER_ERROR/);
  });
});
