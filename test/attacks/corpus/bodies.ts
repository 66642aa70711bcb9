import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { Attack, Posted } from '../attack.ts';

const asked = JSON.stringify({ query: '{ eventCursor }' });
const json = 'application/json';
const MB = 1_000_000;

/** Nothing, much of it, packed; once each, as that takes long. */
const packed = {
  gzip: once(() => gzipSync(Buffer.alloc(200 * MB), { level: 1 })),
  deflate: once(() => deflateSync(Buffer.alloc(200 * MB), { level: 1 })),
  br: once(() => brotliCompressSync(Buffer.alloc(50 * MB), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })),
};

const refused = (name: string, posted: () => Posted): Attack => ({
  name: `body: ${name}`,
  expected: 'refused',
  make: () => ({ kind: 'posted', posted: posted() }),
});
const answered = (name: string, posted: () => Posted): Attack => ({ ...refused(name, posted), expected: 'answered' });
const typed = (type: string | readonly string[], body: string | Buffer = asked): Posted => ({
  headers: { 'content-type': type },
  body,
});
const encoded = (encoding: string, body: string | Buffer = asked): Posted => ({
  headers: { 'content-type': json, 'content-encoding': encoding },
  body,
});

/** Bodies that say that they are something else, are too much, or are wrapped. */
export const bodies: readonly Attack[] = [
  refused('no type', () => ({ body: asked })),
  ...[
    ...['', 'text/plain', 'text/plain; charset=utf-8', 'text/html', 'application/xml', 'application/graphql'],
    ...['application/x-www-form-urlencoded', 'application/octet-stream', 'application/jsonp', 'application/json5'],
    ...['text/plain, application/json', 'application/*', '*/*', 'message/x', 'json', ';', '/', '__proto__'],
    ...['multipart/mixed; boundary=x', 'multipart/form-data'],
  ].map((type) => refused(`of the type ${JSON.stringify(type)}`, () => typed(type))),
  refused('of two types', () => typed(['text/plain', json])),
  refused('of a type of 10,000 letters', () => typed(`application/${'x'.repeat(10_000)}`)),
  answered('of a type with 5,000 parameters', () => typed(`${json}${';a=b'.repeat(2_500)}`)),
  answered('of another charset', () => typed(`${json}; charset=utf-7`)),
  answered('of a charset that is none', () => typed(`${json}; charset="`)),
  refused('in UTF-16', () => typed(json, Buffer.from(asked, 'utf16le'))),
  refused('in Latin-1 with a byte that is no UTF-8', () => typed(json, Buffer.from('{"query":"{ \xe9 }"}', 'latin1'))),
  refused('of bytes that are no UTF-8', () => typed(json, Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]))),
  refused('of NULs', () => typed(json, Buffer.alloc(1_000))),
  refused('of 64 KB of chance', () =>
    typed(json, Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * 7919) >> 3))),
  ),
  refused('one byte over 1 MB', () => typed(json, asked.padEnd(MB + 1))),
  refused('of 26 MB', () => typed(json, Buffer.alloc(26 * MB, ' '))),
  refused('of 1.2 MB in chunks, its length unsaid', () => ({ ...typed(json, asked.padEnd(1_200_000)), chunked: true })),
  answered('in chunks, its length unsaid', () => ({ ...typed(json), chunked: true })),
  ...[
    ...['gzip', 'deflate', 'br', 'zstd', 'compress', 'gzip, gzip', 'identity, gzip', 'chunked', 'x', '*', '__proto__'],
  ].map((encoding) => refused(`under the encoding ${encoding}`, () => encoded(encoding))),
  refused('that is 200 MB once it is unpacked by gzip', () => encoded('gzip', packed.gzip())),
  refused('that is 200 MB once it is inflated', () => encoded('deflate', packed.deflate())),
  refused('that is 50 MB once it is unpacked by brotli', () => encoded('br', packed.br())),
  answered('that wants to be another method', () => ({
    headers: { 'content-type': json, 'x-http-method-override': 'DELETE', 'x-method-override': 'PUT' },
    body: asked,
  })),
  answered('whose answer is asked for in 2,000 forms', () => ({
    headers: { 'content-type': json, accept: Array.from({ length: 700 }, (_, at) => `a/b${at};q=0.1`).join(',') },
    body: asked,
  })),
  refused('whose answer may have no form', () => ({
    headers: { 'content-type': json, accept: 'image/png' },
    body: asked,
  })),
  refused('with a token of 8,000 letters', () => ({
    headers: { 'content-type': json, authorization: `Bearer ${'x'.repeat(8_000)}` },
    body: asked,
  })),
  refused('with a token of SQL', () => ({
    headers: { 'content-type': json, authorization: "Bearer ' OR 1=1; --" },
    body: asked,
  })),
  refused('with a JWT that says it needs no signature', () => ({
    headers: { 'content-type': json, authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.' },
    body: asked,
  })),
  answered('with an id of a request that is a page', () => ({
    headers: { 'content-type': json, 'x-request-id': '<script>'.repeat(200) },
    body: asked,
  })),
  answered('with a trace that is none', () => ({
    headers: { 'content-type': json, traceparent: '00-zz-zz-zz', tracestate: 'x'.repeat(5_000) },
    body: asked,
  })),
];

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
