import { randomBytes } from 'node:crypto';

/** Opcodes of RFC 6455, section 5.2. */
export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Reads whole frames of a server out of what arrived; `take` is given each. Returns what is left: the beginning of the next frame. */
export function readFrames(bytes: Buffer, take: (opcode: number, payload: Buffer) => void): Buffer {
  let at = 0;
  for (;;) {
    const frame = frameAt(bytes, at);
    if (!frame) return bytes.subarray(at);
    take(frame.opcode, bytes.subarray(frame.start, frame.end));
    at = frame.end;
  }
}

/** A frame as a client must send it: whole and masked. Short texts only. */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const long = payload.length > 125;
  const header = Buffer.from([
    0x80 | opcode,
    0x80 | (long ? 126 : payload.length),
    ...(long ? [payload.length >> 8, payload.length & 255] : []),
  ]);
  return Buffer.concat([header, mask, payload.map((byte, place) => byte ^ (mask[place % 4] ?? 0))]);
}

function frameAt(bytes: Buffer, at: number): { opcode: number; start: number; end: number } | null {
  if (bytes.length < at + 2) return null;
  const short = bytes.readUInt8(at + 1) & 127;
  if (short === 127) throw new Error('a frame is longer than anything that is told here');
  const start = at + (short === 126 ? 4 : 2);
  if (bytes.length < start) return null;
  const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
  return bytes.length < end ? null : { opcode: bytes.readUInt8(at) & 15, start, end };
}
