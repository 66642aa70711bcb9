const TEXT = 0x81;
const [BYTES_2, BYTES_8] = [126, 127];
const CLOSING_BRACE = 0x7d;

/** The beginning of an object's JSON, up to where a value of it stands. */
export interface Opening {
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

/** How long the frame of such a message is, in bytes. */
export function frameLength({ bytes }: Opening, value: Buffer): number {
  const length = bytes + value.length + 1;
  return length + headerLength(length);
}

/**
 * Writes a server's whole text message (RFC 6455, section 5.2), an object whose last value is given as JSON in UTF-8. Returns where
 * its frame ends. `ws` would make each receiver's frame of its text, and hand it to the system in two pieces.
 */
export function writeFrame(to: Buffer, at: number, opening: Opening, value: Buffer): number {
  const length = opening.bytes + value.length + 1;
  const start = at + headerLength(length);
  to[at] = TEXT;
  if (length < BYTES_2) to[at + 1] = length;
  else if (length < 0x1_0000) {
    to[at + 1] = BYTES_2;
    to.writeUInt16BE(length, at + 2);
  } else {
    to[at + 1] = BYTES_8;
    to.writeBigUInt64BE(BigInt(length), at + 2);
  }
  to.write(opening.text, start);
  value.copy(to, start + opening.bytes);
  to[start + length - 1] = CLOSING_BRACE;
  return start + length;
}

function headerLength(length: number): number {
  if (length < BYTES_2) return 2;
  return length < 0x1_0000 ? 4 : 10;
}
