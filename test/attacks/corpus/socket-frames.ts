import type { Attack } from '../attack.ts';
import { closing, type Frame, frame } from '../frames.ts';

const PING = 9;
const BINARY = 2;
const MORE = 0;
const text = JSON.stringify({ type: 'ping' });

const sent = (name: string, expected: Attack['expected'], bytes: () => Buffer): Attack => ({
  name: `frames: ${name}`,
  expected,
  make: () => ({ kind: 'frames', bytes: bytes() }),
});
const refused = (name: string, ...frames: readonly Frame[]): Attack =>
  sent(name, 'refused', () => Buffer.concat(frames.map(frame)));
const answered = (name: string, ...frames: readonly Frame[]): Attack =>
  sent(name, 'answered', () => Buffer.concat(frames.map(frame)));
const closed = (name: string, code: number, reason: Buffer | string = ''): Attack =>
  sent(`a close with ${name}`, 'refused', () => closing(code, reason));
const repeated = (count: number, one: Frame): Buffer => Buffer.concat(Array.from({ length: count }, () => frame(one)));

/** Bytes that no client of websockets writes. */
export const socketFrames: readonly Attack[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((reserved) => refused(`the reserved bits ${reserved}`, { held: text, reserved })),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => refused(`the opcode ${opcode}`, { held: text, opcode })),
  refused('no mask', { held: text, masked: false }),
  refused('a length of 2^63', { says: { length: 2n ** 63n, bytes: 8 }, held: 'x' }),
  refused('a length of 2^64 - 1', { says: { length: 2n ** 64n - 1n, bytes: 8 }, held: 'x' }),
  refused('a length of 2^53', { says: { length: 2n ** 53n, bytes: 8 }, held: 'x' }),
  refused('a length of 65 KiB', { held: 'x'.repeat(65 * 1024) }),
  refused('a length of 2 MB', { held: 'x'.repeat(2_000_000) }),
  refused('a length that never comes', { says: { length: 60_000n, bytes: 2 }, held: 'x' }),
  answered('a length in more bytes than it needs', { says: { length: BigInt(text.length), bytes: 2 }, held: text }),
  answered('a length in 8 bytes that needs none', { says: { length: BigInt(text.length), bytes: 8 }, held: text }),
  refused('a ping of 126 bytes', { opcode: PING, held: 'x'.repeat(126) }),
  refused('a ping in parts', { opcode: PING, last: false, held: 'x' }),
  refused('a pong of 1,000 bytes', { opcode: 10, held: 'x'.repeat(1_000) }),
  answered('a pong that nobody asked for', { opcode: 10, held: 'x' }),
  refused('a part of nothing', { opcode: MORE, held: text }),
  refused('a text within another', { held: '{', last: false }, { held: text }),
  refused('bytes within a text', { held: '{', last: false }, { opcode: BINARY, held: 'x' }),
  refused('a text that is bytes', { opcode: BINARY, held: text }),
  refused('an empty text', { held: '' }),
  refused('a text that is no UTF-8', { held: Buffer.from([0xc3, 0x28]) }),
  refused('a text of half a letter', { held: Buffer.from([0xe2, 0x82]) }),
  refused('a text of a surrogate', { held: Buffer.from([0xed, 0xa0, 0x80]) }),
  refused('a letter that is too long', { held: Buffer.from([0xc0, 0x80]) }),
  answered('a text in parts', { held: text.slice(0, 5), last: false }, { opcode: MORE, held: text.slice(5) }),
  sent('10,000 parts that hold nothing and never end', 'refused', () =>
    Buffer.concat([frame({ held: '', last: false }), repeated(10_000, { opcode: MORE, held: '', last: false })]),
  ),
  sent('20,000 parts of one byte', 'refused', () =>
    Buffer.concat([frame({ held: 'x', last: false }), repeated(20_000, { opcode: MORE, held: 'x', last: false })]),
  ),
  sent('70,000 parts of one byte', 'refused', () =>
    Buffer.concat([frame({ held: 'x', last: false }), repeated(70_000, { opcode: MORE, held: 'x', last: false })]),
  ),
  sent('1,000 pings', 'refused', () => repeated(1_000, { opcode: PING, held: 'x' })),
  sent('2,000 messages', 'refused', () => repeated(2_000, { held: text })),
  sent('a request of HTTP', 'refused', () => Buffer.from('GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n')),
  sent('1 MB of NULs', 'refused', () => Buffer.alloc(1_000_000)),
  sent('1 MB of 0xff', 'refused', () => Buffer.alloc(1_000_000, 0xff)),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) => closed(`the code ${code}`, code)),
  ...[1000, 1001, 3000, 4999].map((code) => closed(`the code ${code}`, code)),
  closed('a reason that is no UTF-8', 1000, Buffer.from([0xc3, 0x28])),
  closed('a reason of 124 bytes', 1000, 'x'.repeat(124)),
  closed('a reason of a page', 1000, '<script>alert(1)</script>'),
  refused('a close with half a code', { opcode: 8, held: 'x' }),
  refused('a close and then a message', { opcode: 8, held: Buffer.from([3, 232]) }, { held: text }),
];
