import type { Attack, Site } from '../attack.ts';

const body = JSON.stringify({ query: '{ eventCursor }' });
const line = (at: string, ...more: readonly string[]): string => [at, ...more, '', ''].join('\r\n');

/** A request by hand: its first line, its headers but for those of every request, and what follows. */
type Written = (site: Site) => string | Buffer;

const raw = (name: string, expected: Attack['expected'], written: Written): Attack => ({
  name: `HTTP: ${name}`,
  expected,
  make: (site) => ({ kind: 'bytes', bytes: Buffer.from(written(site) as string, 'latin1') }),
});
const refused = (name: string, written: Written): Attack => raw(name, 'refused', written);
const answered = (name: string, written: Written): Attack => raw(name, 'answered', written);

const usual = ({ token }: Site): readonly string[] => [
  'host: parley.test',
  'content-type: application/json',
  `authorization: Bearer ${token}`,
];
/** A good POST but for these headers and this body. */
const post =
  (headers: readonly string[], held = body, first = 'POST /graphql HTTP/1.1'): Written =>
  (site) =>
    line(first, ...usual(site), ...headers) + held;
const length = `content-length: ${body.length}`;
const chunked = 'transfer-encoding: chunked';
const chunk = (text: string, size = text.length.toString(16)): string => `${size}\r\n${text}\r\n`;
const get =
  (target: string): Written =>
  (site) =>
    line(`GET ${target} HTTP/1.1`, ...usual(site), 'x-parley-client: test');
const first =
  (text: string): Written =>
  () =>
    line(text, 'host: parley.test');

const headers: readonly Attack[] = [
  refused('a header of 16 KB', post([length, `a: ${'b'.repeat(16_384)}`])),
  refused('a header of 1 MB', post([length, `a: ${'b'.repeat(1_000_000)}`])),
  refused('a name of a header of 20 KB', post([length, `${'a'.repeat(20_000)}: b`])),
  refused('101 headers', post([length, ...Array.from({ length: 101 }, (_, at) => `h${at}: x`)])),
  refused('3,000 headers', post([length, ...Array.from({ length: 3_000 }, (_, at) => `h${at}: x`)])),
  refused('a header 3,000 times', post([length, ...Array.from({ length: 3_000 }, () => 'a:')])),
  refused('a header without a colon', post([length, 'nothing'])),
  refused('a space before the colon', post([length, 'a : b'])),
  refused('a header that goes on in the next line', post([length, 'a: b\r\n c'])),
  refused('a NUL in a header', post([length, 'a: b\u0000c'])),
  refused('a return alone in a header', post([length, 'a: b\rc: d'])),
  refused('a header without a name', post([length, ': b'])),
  refused('a name that is not ASCII', post([length, '\u00e9: b'])),
  answered('a value that is not ASCII', post([length, 'a: \u00e9\u00ff'])),
  answered('headers that are inherited', post([length, '__proto__: x', 'constructor: y', 'toString: z'])),
  refused(
    'no host',
    ({ token }) =>
      line('POST /graphql HTTP/1.1', 'content-type: application/json', `authorization: Bearer ${token}`, length) + body,
  ),
  refused('two hosts', post([length, 'host: evil.test'])),
  answered(
    'a host that is none',
    (site) => line('POST /graphql HTTP/1.1', ...usual(site).slice(1), 'host: ../@:/?#', length) + body,
  ),
  answered(
    'a host with a port beyond all ports',
    (site) => line('POST /graphql HTTP/1.1', ...usual(site).slice(1), 'host: a:999999', length) + body,
  ),
  answered('an empty host', (site) => line('POST /graphql HTTP/1.1', ...usual(site).slice(1), 'host:', length) + body),
  refused('an expectation that nobody has', post([length, 'expect: 200-maybe'])),
  answered('an expectation to go on', post([length, 'expect: 100-continue'])),
  answered('forwarded for 1,000 addresses', post([length, `x-forwarded-for: ${'1.1.1.1,'.repeat(1_000)}x`])),
  answered('two authorizations', post([length, 'authorization: Basic x'])),
];

const lengths: readonly Attack[] = [
  refused('a length and chunks', post([length, chunked], `${chunk(body)}0\r\n\r\n`)),
  refused('chunks and a length', post([chunked, 'content-length: 0'], `${chunk(body)}0\r\n\r\n`)),
  refused('chunks twice', post([chunked, chunked], `${chunk(body)}0\r\n\r\n`)),
  refused(
    'chunks that are not the last encoding',
    post(['transfer-encoding: chunked, identity'], `${chunk(body)}0\r\n\r\n`),
  ),
  refused('chunks spelt with a tab', post(['transfer-encoding: \tchunked\u000b'], `${chunk(body)}0\r\n\r\n`)),
  refused('an encoding that is none', post(['transfer-encoding: x'], body)),
  refused('two lengths', post([length, 'content-length: 1'])),
  refused('two lengths in one', post([`content-length: ${body.length}, ${body.length}`])),
  refused('a length below nothing', post(['content-length: -1'])),
  refused('a length with a sign', post([`content-length: +${body.length}`])),
  refused('a length in hex', post(['content-length: 0x1b'])),
  refused('a length of 2^64', post(['content-length: 18446744073709551616'])),
  refused('a length of 2^63, and an end before', post(['content-length: 9223372036854775807'])),
  refused('an empty length', post(['content-length:'])),
  refused('a length that is longer than the body', post([`content-length: ${body.length + 10}`])),
  refused('a length that is shorter than the body', post([`content-length: ${body.length - 2}`])),
  refused('a chunk that says it is longer', post([chunked], `${chunk(body, 'ff')}0\r\n\r\n`)),
  refused('a chunk that says it is shorter', post([chunked], `${chunk(body, '5')}0\r\n\r\n`)),
  refused('a chunk of -1', post([chunked], chunk(body, '-1'))),
  refused('a chunk of 2^64', post([chunked], chunk(body, '10000000000000000'))),
  refused('a chunk of no number', post([chunked], chunk(body, 'zz'))),
  refused(
    'a chunk that says 64 KB about itself',
    post([chunked], `${chunk(body, `1b;${'a=b;'.repeat(16_384)}`)}0\r\n\r\n`),
  ),
  refused('chunks that never end', post([chunked], chunk(body))),
  refused('2,000 headers behind the chunks', post([chunked], `${chunk(body)}0\r\n${'a: b\r\n'.repeat(20_000)}\r\n`)),
  answered(
    'a body in chunks of one byte',
    post([chunked], `${[...body].map((letter) => chunk(letter)).join('')}0\r\n\r\n`),
  ),
  refused(
    'another request hidden in the body',
    post(['content-length: 5', chunked], `0\r\n\r\nGET /graphql?query={eventCursor} HTTP/1.1\r\nhost: x\r\n\r\n`),
  ),
];

const targets: readonly Attack[] = [
  ...['CONNECT', 'TRACE', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'PROPFIND', 'PURGE', 'LOCK', 'QUERY'].map((method) =>
    refused(`the method ${method}`, post([length], body, `${method} /graphql HTTP/1.1`)),
  ),
  refused('the method FOO', post([length], body, 'FOO /graphql HTTP/1.1')),
  refused('a method in small letters', post([length], body, 'post /graphql HTTP/1.1')),
  refused('a method of 10,000 letters', post([length], body, `${'A'.repeat(10_000)} /graphql HTTP/1.1`)),
  refused('no target', first('GET HTTP/1.1')),
  refused('a target of 100 KB', get(`/graphql?query=${'x'.repeat(100_000)}`)),
  refused('a target with a NUL', get('/graphql\u0000')),
  refused('a target with a space', get('/graphql? query={a}')),
  refused('a target that is not ASCII', get('/graphql?query=\u00e9\u00ff')),
  refused('a target of a star', first('GET * HTTP/1.1')),
  answered('an asterisk asked for options', first('OPTIONS * HTTP/1.1')),
  refused('a target of two slashes', get('//graphql')),
  refused('a target of three slashes', get('///')),
  refused('a target that goes up', get('/graphql/../../../etc/passwd')),
  refused('a target with an encoded NUL', get('/graphql%00')),
  refused('a target with half an escape', get('/%')),
  refused('a target without a slash', get('graphql')),
  refused('a target of a backslash', get('\\graphql')),
  refused('a target of a port alone', get('http://:99999/')),
  refused('a target at an address that is none', get('http://[::1/graphql')),
  refused('a target at another host', get('http://evil.test/nothing')),
  answered('a target of another host', get('http://evil.test/graphql?query={eventCursor}')),
  refused('a target of another kind', get('file:///etc/passwd')),
  refused('a target of a script', get('javascript:alert(1)')),
  refused('a query with half an escape', get('/graphql?query=%E0%A4%A')),
  refused('a query that is asked 500 times', get(`/graphql?${'query=a&'.repeat(500)}`)),
  refused('variables that are no JSON', get('/graphql?query={eventCursor}&variables={')),
  refused('a mutation by GET', get('/graphql?query=mutation{disconnectAccount(input:{accountId:"x"}){errors{code}}}')),
  refused('a webhook of nobody', get('/webhooks/nothing/at-all')),
  refused('a file of nobody', get('/attachments/../../x')),
  refused('a signature that is none', get('/attachments/x?expires=1&signature=%00')),
];

const lines: readonly Attack[] = [
  refused('version 0.9', () => 'GET /graphql\r\n'),
  refused('version 2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('version 3', first('GET /graphql HTTP/3.0')),
  refused('a version that is none', first('GET /graphql HTTP/x')),
  refused('another protocol', first('GET /graphql FTP/1.1')),
  answered('version 1.0', (site) => line('POST /graphql HTTP/1.0', ...usual(site), length) + body),
  refused(
    'an upgrade to version 2',
    post([length, 'connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABk'], body),
  ),
  refused('a handshake of TLS', () => Buffer.from('16030100c8010000c40303', 'hex')),
  refused(
    'lines that end as on Unix',
    ({ token }) =>
      `POST /graphql HTTP/1.1\nhost: x\nauthorization: Bearer ${token}\ncontent-type: text/plain\n${length}\n\n${body}`,
  ),
  refused('lines that end with returns alone', () => 'GET /graphql HTTP/1.1\rhost: x\r\r'),
  refused('2,000 empty lines', () => `${'\r\n'.repeat(2_000)}x`),
  refused('32 KB of NULs', () => Buffer.alloc(32_768)),
  refused('32 KB of 0xff', () => Buffer.alloc(32_768, 0xff)),
  refused('a page of another server', () => 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  refused('SMTP', () => 'EHLO parley\r\nMAIL FROM:<a@b>\r\n'),
  refused('SSH', () => 'SSH-2.0-OpenSSH_9.0\r\n'),
  refused('half a line', () => 'GET /gra'),
  refused('half of the headers', () => 'GET /graphql HTTP/1.1\r\nhost: x\r\n'),
  answered('200 requests at once', (site) => (post([length])(site) as string).repeat(200)),
  refused('a good request and then none', (site) => `${post([length])(site)}\u0000\u0001\u0002 garbage\r\n\r\n`),
];

/** What the parser of HTTP meets. */
export const httpBytes: readonly Attack[] = [...headers, ...lengths, ...targets, ...lines];
