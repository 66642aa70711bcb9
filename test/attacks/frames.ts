/** A frame as a client writes it, right or wrong. */
export interface Frame {
  /** 1 by default: text. */
  readonly opcode?: number;
  readonly last?: boolean;
  /** The three bits that nobody has a use for here, 0 to 7. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** The length that it says to have, in this many bytes. */
  readonly says?: { readonly length: bigint; readonly bytes: 0 | 2 | 8 };
  readonly held?: Buffer | string;
}

/** Masks are for proxies; ours is always the same. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** The bytes of a frame (RFC 6455, section 5.2). */
export function frame({ opcode = 1, last = true, reserved = 0, masked = true, says, held = '' }: Frame): Buffer {
  const payload = Buffer.from(held as string);
  const { length, bytes } = says ?? { length: BigInt(payload.length), bytes: bytesFor(payload.length) };
  const head = Buffer.alloc(2 + bytes);
  head[0] = (last ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (bytes === 0 ? Number(length) : bytes === 2 ? 126 : 127);
  if (bytes === 2) head.writeUInt16BE(Number(length), 2);
  if (bytes === 8) head.writeBigUInt64BE(length, 2);
  if (!masked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, MASK, payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0))]);
}

function bytesFor(length: number): 0 | 2 | 8 {
  if (length < 126) return 0;
  return length < 65_536 ? 2 : 8;
}

/** A close with that code. */
export function closing(code: number, reason: Buffer | string = ''): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame({ opcode: 8, held: Buffer.concat([head, Buffer.from(reason as string)]) });
}

/** A request to become a websocket, but for what `headers` replace; null takes one away. */
export function handshake(
  headers: Readonly<Record<string, string | readonly string[] | null>> = {},
  first = 'GET /graphql HTTP/1.1',
): Buffer {
  const all = {
    host: 'parley.test',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': 'graphql-transport-ws',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    values === null ? [] : [values].flat().map((value) => `${name}: ${value}`),
  );
  return Buffer.from([first, ...lines, '', ''].join('\r\n'), 'latin1');
}

/** A frame as a server writes it. */
export interface Told {
  readonly opcode: number;
  readonly held: Buffer;
}

/** Frames of a server, as far as they have come in whole. */
export function framesIn(bytes: Buffer): readonly Told[] {
  const found: Told[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (at + head + length > bytes.length) break;
    found.push({ opcode: (bytes[at] ?? 0) & 0x0f, held: bytes.subarray(at + head, at + head + length) });
    at += head + length;
  }
  return found;
}
