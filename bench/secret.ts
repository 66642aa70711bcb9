/** Seals the credentials of the benchmark's accounts, which hold nothing. */
export const benchKey = new Uint8Array(32).fill(7);
