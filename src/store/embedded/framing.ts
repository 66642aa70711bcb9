/** What a client sends before its session begins: it has no type byte. */
export interface StartupPacket {
  readonly kind: 'startup';
  /** The protocol version asked for, or a request code (SSL, GSS, cancel). */
  readonly code: number;
}

/** One message of the frontend protocol, header included. */
export interface Message {
  readonly kind: 'message';
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a stream of bytes into packets, wherever its chunks happen to end. */
export interface Framing {
  /** The packets that `chunk` completes. Throws `ProtocolViolation` on bytes that are not the protocol. */
  read(chunk: Buffer): readonly (StartupPacket | Message)[];
}

/** The client does not speak the protocol; its connection has to be closed. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
export const requestCode = { cancel: 80877102, ssl: 80877103, gss: 80877104 } as const;

// PGlite ends its process on a type that it does not know, so none gets that far.
const frontendTypes = new Set('QPBDECHSFXdcf');
const LONGEST_STARTUP = 10_000;
const LONGEST_MESSAGE = 2 ** 30;

/** Framing for one connection, which starts with startup packets. */
export function createFraming(): Framing {
  const source = createByteQueue();
  let started = false;
  const next = (): StartupPacket | Message | null => {
    const packet = started ? readMessage(source) : readStartup(source);
    if (packet?.kind === 'startup' && packet.code >>> 16 === 3) started = true;
    return packet;
  };
  return {
    read(chunk) {
      source.push(chunk);
      const packets: (StartupPacket | Message)[] = [];
      for (let packet = next(); packet; packet = next()) packets.push(packet);
      return packets;
    },
  };
}

/** A message to PGlite: its type, its length, its body. */
export function message(type: string, ...body: readonly Uint8Array[]): Message {
  const length = body.reduce((sum, part) => sum + part.length, 4);
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeInt32BE(length, 1);
  return { kind: 'message', type, bytes: Buffer.concat([header, ...body]) };
}

/** Text as the protocol carries it: ended by a zero byte. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

/** The text at `offset` of a message, and where what follows it starts. */
export function readText(bytes: Buffer, offset: number): { readonly value: string; readonly end: number } {
  const zero = bytes.indexOf(0, offset);
  if (zero < 0) throw new ProtocolViolation('a text without an end');
  return { value: bytes.toString('utf8', offset, zero), end: zero + 1 };
}

function readStartup(source: ByteQueue): StartupPacket | null {
  const length = source.peekInt32(0);
  if (length === null) return null;
  if (length < 8 || length > LONGEST_STARTUP) throw new ProtocolViolation('not a startup packet');
  const bytes = source.take(length);
  return bytes && { kind: 'startup', code: bytes.readInt32BE(4) };
}

function readMessage(source: ByteQueue): Message | null {
  const length = source.peekInt32(1);
  if (length === null) return null;
  if (length < 4 || length > LONGEST_MESSAGE) throw new ProtocolViolation('a message of an impossible length');
  const bytes = source.take(length + 1);
  if (!bytes) return null;
  const type = String.fromCharCode(bytes[0] ?? 0);
  if (!frontendTypes.has(type)) throw new ProtocolViolation(`a message of unknown type ${JSON.stringify(type)}`);
  return { kind: 'message', type, bytes };
}

interface ByteQueue {
  push(chunk: Buffer): void;
  peekInt32(offset: number): number | null;
  take(length: number): Buffer | null;
}

// Chunks are joined only when a whole packet is there, so a long one is copied once.
function createByteQueue(): ByteQueue {
  let chunks: Buffer[] = [];
  let total = 0;
  let head: Buffer = Buffer.alloc(0);
  const join = (needed: number): boolean => {
    if (total < needed) return false;
    if (head.length < needed) {
      head = Buffer.concat(chunks);
      chunks = [head];
    }
    return true;
  };
  return {
    push(chunk) {
      chunks.push(chunk);
      total += chunk.length;
      if (chunks.length === 1) head = chunk;
    },
    peekInt32: (offset) => (join(offset + 4) ? head.readInt32BE(offset) : null),
    take(length) {
      if (!join(length)) return null;
      const taken = head.subarray(0, length);
      head = head.subarray(length);
      chunks[0] = head;
      total -= length;
      return taken;
    },
  };
}
