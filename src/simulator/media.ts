const marks: Readonly<Record<string, readonly number[]>> = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/jpg': [0xff, 0xd8, 0xff],
};

/** Whether a file begins as its media type says. Types that nothing is known of match nothing. */
export function matchesType(bytes: Uint8Array, contentType: string): boolean {
  return marks[contentType]?.every((byte, index) => bytes[index] === byte) ?? false;
}
