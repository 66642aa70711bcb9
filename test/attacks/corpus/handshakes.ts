import type { Attack } from '../attack.ts';
import { frame, handshake } from '../frames.ts';

type Headers = Parameters<typeof handshake>[0];

const tried = (
  name: string,
  expected: Attack['expected'],
  headers: Headers,
  first?: string,
  more: Buffer = Buffer.alloc(0),
): Attack => ({
  name: `handshake: ${name}`,
  expected,
  make: () => ({ kind: 'handshake', bytes: Buffer.concat([handshake(headers, first), more]) }),
});
const refused = (name: string, headers: Headers, first?: string): Attack => tried(name, 'refused', headers, first);
const answered = (name: string, headers: Headers, first?: string): Attack => tried(name, 'answered', headers, first);
const PROTOCOL = 'graphql-transport-ws';

/** Requests to become a websocket. */
export const handshakes: readonly Attack[] = [
  refused('no key', { 'sec-websocket-key': null }),
  refused('an empty key', { 'sec-websocket-key': '' }),
  refused('a short key', { 'sec-websocket-key': 'eA==' }),
  refused('a long key', { 'sec-websocket-key': 'A'.repeat(1_000) }),
  refused('a key of no base64', { 'sec-websocket-key': '"><script>alert(1)</script>' }),
  refused('two keys', { 'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='] }),
  refused('no version', { 'sec-websocket-version': null }),
  refused('version 99', { 'sec-websocket-version': '99' }),
  refused('version 0', { 'sec-websocket-version': '0' }),
  refused('two versions', { 'sec-websocket-version': ['13', '8'] }),
  refused('no protocol', { 'sec-websocket-protocol': null }),
  refused('the protocol of old', { 'sec-websocket-protocol': 'graphql-ws' }),
  refused('an empty protocol', { 'sec-websocket-protocol': '' }),
  refused('commas for a protocol', { 'sec-websocket-protocol': ',,,,' }),
  refused('a protocol twice', { 'sec-websocket-protocol': `${PROTOCOL}, ${PROTOCOL}` }),
  refused('a protocol of 10 KB of spaces', { 'sec-websocket-protocol': `a${' '.repeat(10_000)}b` }),
  refused('a protocol of 16 KB of spaces', { 'sec-websocket-protocol': `a${' '.repeat(16_384)}b` }),
  refused('1,000 protocols', {
    'sec-websocket-protocol': Array.from({ length: 1_000 }, (_, at) => `p${at}`).join(','),
  }),
  refused('a protocol that is inherited', { 'sec-websocket-protocol': '__proto__' }),
  answered('extensions that nobody has', { 'sec-websocket-extensions': 'x; y=z' }),
  answered('compression in 500 ways', {
    'sec-websocket-extensions': Array.from({ length: 300 }, () => 'permessage-deflate; client_max_window_bits').join(
      ',',
    ),
  }),
  answered('compression by a window of nothing', {
    'sec-websocket-extensions': 'permessage-deflate; server_max_window_bits=0',
  }),
  answered('an extension whose quotes never end', { 'sec-websocket-extensions': 'permessage-deflate; a="' }),
  answered('an extension that is inherited', { 'sec-websocket-extensions': '__proto__; constructor=1' }),
  answered('an extension of 10 KB of spaces', { 'sec-websocket-extensions': `x${' '.repeat(10_000)}y` }),
  refused('an upgrade to version 2 of HTTP', { upgrade: 'h2c' }),
  refused('an upgrade to something else', { upgrade: 'x' }),
  refused('an upgrade to two things', { upgrade: 'websocket, h2c' }),
  refused('no upgrade', { upgrade: null }),
  refused('a connection that stays', { connection: 'keep-alive' }),
  refused('another place', {}, 'GET /nowhere HTTP/1.1'),
  refused('a place above', {}, 'GET /graphql/.. HTTP/1.1'),
  refused('a place with half an escape', {}, 'GET /% HTTP/1.1'),
  refused('a place of two slashes', {}, 'GET //graphql HTTP/1.1'),
  refused('a place of 100 KB', {}, `GET /graphql?${'x'.repeat(100_000)} HTTP/1.1`),
  refused('the method POST', {}, 'POST /graphql HTTP/1.1'),
  refused('the method DELETE', {}, 'DELETE /graphql HTTP/1.1'),
  refused('version 1.0', {}, 'GET /graphql HTTP/1.0'),
  refused('a foreign origin', { origin: 'https://evil.test' }),
  refused('an origin of nothing', { origin: 'null' }),
  refused('an empty origin', { origin: '' }),
  refused('an origin that is none', { origin: '::::' }),
  refused('an origin that begins as ours', { origin: 'http://parley.test.evil.test' }),
  refused('two origins', { origin: ['http://parley.test', 'https://evil.test'] }),
  refused('2,000 headers', Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`h${at}`, 'x']))),
  refused('a header of 16 KB', { a: 'b'.repeat(16_384) }),
  refused('no host', { host: null, origin: 'https://evil.test' }),
  tried('messages in the same breath', 'refused', {}, undefined, frame({ held: 'hello' })),
  tried('a body', 'refused', { 'content-length': '5' }, undefined, Buffer.from('hello')),
];
