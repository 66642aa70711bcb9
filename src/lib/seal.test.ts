import { describe, expect, it } from 'vitest';
import { createSealer, parseSecretKey, SealError } from './seal.ts';

const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const otherKey = new Uint8Array(32).fill(7);
const place = 'account:acc_x:credentials';
const text = '{"clientSecret":"grüß 👋"}';

// Made with Python's `cryptography`, by the layout in seal.ts alone: data key 64..83 (hex), nonces 01… and 02….
const knownAnswer = Buffer.from(
  '0161aa5fbb78895ca501010101010101010101010113a6835200ec020db8390977681620abbf1bf9ace9fa6ca78fa679931d887cb29b10df4f' +
    'f873a91531b31dce1eeb724f02020202020202020202020249a5315aed33cf9009985d892fd8f22818ee4235d51fd82c17d58115b769e5981c' +
    'c06114b5a1520da75fe1dd4a82',
  'hex',
);

describe('a sealed value', () => {
  it('opens to what was sealed, whatever the text', () => {
    const sealer = createSealer({ current: key });
    for (const plain of ['', text, 'x'.repeat(100_000)]) {
      expect(sealer.open(sealer.seal(plain, place), place)).toBe(plain);
    }
  });

  it('stays readable over versions of this program: what was stored once opens for ever', () => {
    expect(createSealer({ current: key }).open(knownAnswer, place)).toBe(text);
  });

  it('begins as the stored ones do, and has their length', () => {
    const sealed = createSealer({ current: key }).seal(text, place);
    expect(Buffer.from(sealed.subarray(0, 9))).toEqual(knownAnswer.subarray(0, 9));
    expect(sealed.length).toBe(knownAnswer.length);
  });

  it('is another one each time, and shows nothing of the text or the key', () => {
    const sealer = createSealer({ current: key });
    const [one, two] = [sealer.seal(text, place), sealer.seal(text, place)];
    expect(Buffer.from(one).equals(two)).toBe(false);
    expect(Buffer.from(one).includes('clientSecret')).toBe(false);
    expect(Buffer.from(one).includes(key.subarray(0, 8))).toBe(false);
  });

  it('opens nowhere but in its own place', () => {
    const sealer = createSealer({ current: key });
    expect(() => sealer.open(knownAnswer, 'account:acc_y:credentials')).toThrow(SealError);
    expect(() => sealer.open(knownAnswer, '')).toThrow(SealError);
  });

  it('does not open once any single bit of it is changed', () => {
    const sealer = createSealer({ current: key });
    for (let index = 0; index < knownAnswer.length; index++) {
      const altered = Uint8Array.from(knownAnswer);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => sealer.open(altered, place)).toThrow(SealError);
    }
  });

  it('does not open cut short or made longer', () => {
    const sealer = createSealer({ current: key });
    for (let length = 0; length < knownAnswer.length; length++) {
      expect(() => sealer.open(knownAnswer.subarray(0, length), place)).toThrow(SealError);
    }
    expect(() => sealer.open(Buffer.concat([knownAnswer, Uint8Array.of(0)]), place)).toThrow(SealError);
  });

  it('does not open with the data key of another value', () => {
    const sealer = createSealer({ current: key });
    const [one, two] = [sealer.seal(text, place), sealer.seal(text, place)];
    const mixed = Buffer.concat([one.subarray(0, 69), two.subarray(69)]);
    expect(() => sealer.open(mixed, place)).toThrow('altered');
  });
});

describe('a change of keys', () => {
  it('leaves old values readable while the old key is held, and seals new ones with the new key', () => {
    const rotated = createSealer({ current: otherKey, previous: [key] });
    expect(rotated.open(knownAnswer, place)).toBe(text);
    const sealed = rotated.seal(text, place);
    expect(createSealer({ current: otherKey }).open(sealed, place)).toBe(text);
    expect(() => createSealer({ current: key }).open(sealed, place)).toThrow('a key that is not among the given ones');
  });

  it('is refused with a key of the wrong length', () => {
    expect(() => createSealer({ current: new Uint8Array(16) })).toThrow(SealError);
    expect(() => createSealer({ current: key, previous: [new Uint8Array(33)] })).toThrow(SealError);
  });
});

describe('a secret key as text', () => {
  const bytes = new Uint8Array(32).fill(0xfb);
  const written = Buffer.from(bytes);

  it.each([
    ['hex', written.toString('hex')],
    ['hex in capitals', written.toString('hex').toUpperCase()],
    ['base64', written.toString('base64')],
    ['base64 without its end', written.toString('base64').replace('=', '')],
    ['base64 for URLs', written.toString('base64url')],
    ['base64 with a line end', `${written.toString('base64')}\n`],
  ])('is read as %s', (_, given) => {
    expect(parseSecretKey(given)).toEqual(bytes);
  });

  it.each(['', 'changeme', 'f'.repeat(63), 'g'.repeat(64), 'A'.repeat(44), `${'A'.repeat(42)}!=`])(
    'is refused where it is none: %j',
    (given) => {
      expect(() => parseSecretKey(given)).toThrow(SealError);
    },
  );

  it('is not shown by its refusal', () => {
    expect(() => parseSecretKey('my-secret')).toThrow(/^(?!.*my-secret)/);
  });
});
