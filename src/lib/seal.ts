import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/*
 * Layout of a sealed value; lengths in bytes, all encryption AES-256-GCM:
 *
 *   version 1 | key id 8 | nonce 12 | wrapped data key 32 | tag 16 | nonce 12 | text n | tag 16
 *   `------ header ----´   `---- under the master key ----´   `- under the data key -´
 *
 * Each value has a random data key of its own. Both encryptions authenticate the header and what the value is bound to.
 */

/** Encrypts texts at rest. */
export interface Sealer {
  /** `boundTo` names the place of the value, such as `account:acc_x:credentials`: it opens nowhere else. */
  seal(plain: string, boundTo: string): Uint8Array<ArrayBuffer>;
  /** Throws SealError where the key is not held, the value was altered, or it is bound to something else. */
  open(sealed: Uint8Array, boundTo: string): string;
  /** The id of the key that new values take. */
  readonly currentKeyId: string;
  /** The ids of all keys held, the current one first. */
  readonly keyIds: readonly string[];
}

/** Master keys, 32 bytes each. New values take `current`; `previous` ones still open what they sealed. */
export interface MasterKeys {
  readonly current: Uint8Array;
  readonly previous?: readonly Uint8Array[];
}

/** Why a value cannot be opened, or a key not be used. Never holds a key or a text. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

const VERSION = 1;
const KEY_ID_BYTES = 8;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** Throws SealError where a key is not 32 bytes long. */
export function createSealer(keys: MasterKeys): Sealer {
  const byId = new Map([keys.current, ...(keys.previous ?? [])].map((key) => [keyId(key).toString('hex'), key]));
  const header = Buffer.concat([Uint8Array.of(VERSION), keyId(keys.current)]);
  return {
    currentKeyId: header.toString('hex', 1),
    keyIds: [...byId.keys()],
    seal(plain, boundTo) {
      const context = contextOf(header, boundTo);
      const dataKey = randomBytes(KEY_BYTES);
      const wrapped = encrypt(keys.current, dataKey, context);
      return new Uint8Array(Buffer.concat([header, wrapped, encrypt(dataKey, Buffer.from(plain), context)]));
    },
    open(sealed, boundTo) {
      if (sealed[0] !== VERSION || sealed.length < HEADER_BYTES + WRAPPED_BYTES + NONCE_BYTES + TAG_BYTES) {
        throw new SealError('This is not a sealed value of a known version.');
      }
      const start = Buffer.from(sealed.subarray(0, HEADER_BYTES));
      const master = byId.get(start.toString('hex', 1));
      if (!master) throw new SealError('Sealed with a key that is not among the given ones.');
      const context = contextOf(start, boundTo);
      const dataKey = decrypt(master, sealed.subarray(HEADER_BYTES, HEADER_BYTES + WRAPPED_BYTES), context);
      return decrypt(dataKey, sealed.subarray(HEADER_BYTES + WRAPPED_BYTES), context).toString('utf8');
    },
  };
}

/** The id of the key that a value was sealed under, as it says itself. */
export function keyIdOf(sealed: Uint8Array): string {
  return Buffer.from(sealed.subarray(1, HEADER_BYTES)).toString('hex');
}

/** Reads a master key: 32 bytes as 64 hex digits or as base64 (either alphabet). Throws SealError, without the text. */
export function parseSecretKey(text: string): Uint8Array<ArrayBuffer> {
  const given = text.trim();
  if (/^[0-9a-f]{64}$/i.test(given)) return new Uint8Array(Buffer.from(given, 'hex'));
  if (/^[\w+/-]{43}=?$/.test(given)) return new Uint8Array(Buffer.from(given, 'base64'));
  throw new SealError('A secret key is 32 bytes, written as 64 hex digits or as base64.');
}

/** Tells keys apart without telling anything of them. */
function keyId(key: Uint8Array): Buffer {
  if (key.length !== KEY_BYTES) throw new SealError(`A master key has ${KEY_BYTES} bytes.`);
  return createHash('sha256').update('parley master key id\0').update(key).digest().subarray(0, KEY_ID_BYTES);
}

function contextOf(header: Uint8Array, boundTo: string): Buffer {
  return Buffer.concat([header, Buffer.from(boundTo)]);
}

function encrypt(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, part: Uint8Array, context: Uint8Array): Buffer {
  const nonce = part.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(context);
  decipher.setAuthTag(part.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(part.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SealError('The value was altered, or is bound to something else.', { cause });
  }
}
