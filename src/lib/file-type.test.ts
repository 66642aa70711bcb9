import { describe, expect, it } from 'vitest';
import { pictureOf } from '../simulator/pictures.ts';
import { declaredType, harmlessType, typeOfContent } from './file-type.ts';

const bytes = (...parts: (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))));

describe('what a file is', () => {
  it.each([
    ['image/png', pictureOf({ width: 8, height: 8, colour: [1, 2, 3] })],
    ['image/jpeg', bytes(0xff, 0xd8, 0xff, 0xe0, 'rest')],
    ['image/gif', bytes('GIF87a...')],
    ['image/gif', bytes('GIF89a...')],
    ['image/webp', bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 ')],
    ['application/pdf', bytes('%PDF-1.7\n')],
  ])('%s is told by how it begins', (type, content) => {
    expect(typeOfContent(content)).toBe(type);
  });

  it.each([
    ['nothing', bytes()],
    ['a page', bytes('<html><img src="x.png">')],
    ['a drawing that can hold scripts', bytes('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['a sound in the same wrapping as a picture', bytes('RIFF', 1, 2, 3, 4, 'WAVEfmt ')],
    ['a picture cut off within its mark', bytes(0x89, 'PNG')],
    ['a program', bytes('MZ', 0x90)],
  ])('%s is none of the known types', (_title, content) => {
    expect(typeOfContent(content)).toBeNull();
  });

  it('is declared by many names, some of which say nothing', () => {
    expect(declaredType('IMAGE/JPG; charset=x')).toBe('image/jpeg');
    expect(declaredType('application/octet-stream')).toBeNull();
    expect(declaredType('')).toBeNull();
    expect(declaredType(null)).toBeNull();
  });

  it('is handed out as only where a browser would not run it', () => {
    expect(harmlessType('image/png')).toBe('image/png');
    for (const type of ['text/html', 'image/svg+xml', 'toString', null]) expect(harmlessType(type)).toBeNull();
  });
});
