import type { Chance } from '../../src/simulator/chance.ts';
import type { Site } from './attack.ts';
import { closing, frame, handshake } from './frames.ts';

/** Nothing that a part holds: Node's parser takes a boundary without its dashes for one, too. */
export const BOUNDARY = 'parley-7f3a1c';

/** Makes one malformed thing after the other. */
export interface FuzzCases {
  /** What is written to a connection of TCP. */
  http(): Buffer;
  /** One frame of a websocket, or what should be one. */
  frame(): Buffer;
  /** A body of `multipart/form-data` with the boundary below. */
  multipart(): Buffer;
}

/** Cases from that chance: the same for the same seed. */
export function createFuzzCases(chance: Chance, site: Site): FuzzCases {
  const { between, pick, happens } = chance;
  const mutated = (bytes: Buffer, scraps: readonly string[]): Buffer => {
    let whole = bytes;
    for (let left = between(1, 4); left > 0; left -= 1) whole = mutate(chance, whole, scraps);
    return whole;
  };
  const requests = requestsOf(site);
  return {
    http: () => {
      const first = pick(requests);
      const whole = happens(0.2) ? Buffer.concat([first, pick(requests)]) : first;
      return happens(0.02) ? noise(chance) : mutated(whole, httpScraps);
    },
    frame() {
      const text = Buffer.from(pick(messages));
      const held = happens(0.7) ? mutated(text, messageScraps) : text;
      if (happens(0.05)) return closing(between(0, 65_535), held.subarray(0, between(0, 130)));
      if (happens(0.5)) return frame({ held });
      const whole = frame({
        ...{ held, opcode: between(0, 15), last: happens(0.7), masked: happens(0.9) },
        ...(happens(0.2) && { reserved: between(1, 7) }),
        ...(happens(0.2) && { says: { length: BigInt(between(0, 70_000)), bytes: 8 as const } }),
      });
      return happens(0.3) ? mutated(whole, messageScraps) : whole;
    },
    multipart: () => (happens(0.02) ? noise(chance) : mutated(formOf(chance, site), formScraps)),
  };
}

/** Turns, takes away, doubles or adds some of it. */
function mutate({ between, pick }: Chance, bytes: Buffer, scraps: readonly string[]): Buffer {
  const at = between(0, bytes.length);
  const to = Math.min(bytes.length, at + between(1, 12));
  const [before, within, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (between(0, 5)) {
    case 0:
      return Buffer.concat([before, within.map((byte) => byte ^ (1 << between(0, 7))), after]);
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, within, within, after]);
    case 3:
      return Buffer.concat([before, Buffer.from([between(0, 255)]), within, after]);
    case 4:
      return between(0, 4) === 0 ? Buffer.from(before) : Buffer.concat([before, within.toReversed(), after]);
    default:
      return Buffer.concat([before, Buffer.from(pick(scraps), 'latin1'), within, after]);
  }
}

function noise({ between }: Chance): Buffer {
  return Buffer.from(Array.from({ length: between(0, 2_000) }, () => between(0, 255)));
}

const QUERY = JSON.stringify({
  query: 'query ($n: Int) { conversations(first: $n) { totalCount } }',
  variables: { n: 1 },
});
const UPLOAD = 'mutation ($i: UploadAttachmentInput!) { uploadAttachment(input: $i) { errors { code } } }';

function requestsOf({ token }: Site): readonly Buffer[] {
  const usual = ['host: parley.test', `authorization: Bearer ${token}`, 'content-type: application/json'];
  const written = (first: string, headers: readonly string[], body = ''): Buffer =>
    Buffer.from([first, ...usual, ...headers, '', ''].join('\r\n') + body);
  const chunks = `10\r\n${QUERY.slice(0, 16)}\r\n${(QUERY.length - 16).toString(16)}\r\n${QUERY.slice(16)}\r\n0\r\n\r\n`;
  return [
    written('POST /graphql HTTP/1.1', [`content-length: ${QUERY.length}`], QUERY),
    written('POST /graphql HTTP/1.1', ['transfer-encoding: chunked', 'accept: text/event-stream'], chunks),
    written('GET /graphql?query=%7BeventCursor%7D&variables=%7B%7D HTTP/1.1', ['x-parley-client: test']),
    written('OPTIONS /graphql HTTP/1.1', ['origin: https://a.test', 'access-control-request-method: POST']),
    written('GET /readyz HTTP/1.1', []),
    handshake(),
  ];
}

const httpScraps: readonly string[] = [
  ...['\r\n', '\n', '\r', '\r\n\r\n', '\0', ':', ' ', '\t', '%', '%00', '\xff\xfe', '__proto__'],
  ...[
    'content-length: 5\r\n',
    'content-length: 99999999999999999999\r\n',
    'transfer-encoding: chunked\r\n',
    '0\r\n\r\n',
  ],
  ...[
    'ffffffffffffffff\r\n',
    'HTTP/1.1',
    'host: x\r\n',
    'expect: 100-continue\r\n',
    'connection: upgrade\r\n',
    '{',
    '"',
  ],
  ...['content-encoding: gzip\r\n', 'upgrade: websocket\r\n', 'x'.repeat(9_000), '../', '\\', '?', '#', '@', '[::1'],
];

const messages: readonly string[] = [
  '{"type":"ping","payload":{"a":1}}',
  '{"type":"pong"}',
  '{"type":"complete","id":"1"}',
  '{"type":"connection_init","payload":{"authorization":"Bearer x"}}',
  `{"type":"subscribe","id":"1","payload":${QUERY}}`,
  '{"type":"subscribe","id":"2","payload":{"query":"subscription { messageAdded { cursor } }"}}',
];

const messageScraps: readonly string[] = [
  ...['{', '}', '[', ']', '"', ',', ':', '\\', '\\ud800', '\\u0000', 'null', '1e999', '-0', '__proto__', '\xff'],
  ...['"id":"2",', '"type":"subscribe",', '{"0":'.repeat(200), '['.repeat(500), 'x'.repeat(5_000), '@skip', '...F'],
];

function formOf({ between, pick }: Chance, { conversationId }: Site): Buffer {
  const operations = JSON.stringify({ query: UPLOAD, variables: { i: { conversationId, file: null } } });
  const part = (headers: string, held: string): string =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; ${headers}\r\n\r\n${held}\r\n`;
  const parts = [
    part('name="operations"', operations),
    part('name="map"', '{"0":["variables.i.file"]}'),
    // Not one of the types that files may have: it is refused where the rest is right.
    part('name="0"; filename="a.txt"\r\ncontent-type: text/x-nothing', 'x'.repeat(between(0, 3_000))),
  ];
  return Buffer.from(
    `${pick([parts, parts.toReversed(), parts.slice(1), [...parts, ...parts]]).join('')}--${BOUNDARY}--\r\n`,
  );
}

const formScraps: readonly string[] = [
  ...[
    '\r\n',
    `--${BOUNDARY}`,
    `--${BOUNDARY}--`,
    '--',
    BOUNDARY,
    '\0',
    '"',
    ';',
    '=',
    'name=',
    "filename*=UTF-8''%ff",
    'filename="../../a"',
    '\xff',
  ],
  ...['content-type: multipart/mixed; boundary=x\r\n', 'content-transfer-encoding: base64\r\n', 'x'.repeat(20_000)],
  ...['"__proto__"', 'variables.', '{', '[', 'null', '\r\n\r\n', ': '],
];
