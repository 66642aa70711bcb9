import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileName } from './file-name.ts';

describe('the name of a file', () => {
  it.each([
    ['map.png', 'map.png'],
    ['MAP.PNG', 'MAP.PNG'],
    ['../../etc/passwd', 'passwd.png'],
    ['C:\\temp\\floor plan.png', 'floor plan.png'],
    ['..', 'file.png'],
    ['.htaccess', 'htaccess.png'],
    ['', 'file.png'],
    [null, 'file.png'],
    ['a\r\nset-cookie: x.png', 'a set-cookie_ x.png'],
    ['annex\u202egnp.exe', 'annexgnp.exe.png'],
    ['zero\u200bwidth\u0000.png', 'zerowidth.png'],
    ['日本の地図.png', '日本の地図.png'],
    ['half\ud800.png', 'half.png'],
    ['what?.png', 'what_.png'],
  ])('%j is kept as %j', (given, kept) => {
    expect(fileName(given, 'image/png')).toBe(kept);
  });

  it('ends as its sender said where nothing is known of its type', () => {
    expect(fileName('notes.txt', null)).toBe('notes.txt');
    expect(fileName(null, null)).toBe('file');
  });

  it('is never longer than 255 characters, and keeps its ending', () => {
    const name = fileName(`${'😀'.repeat(200)}.jpeg`, 'image/jpeg');
    expect(name.length).toBeLessThanOrEqual(255);
    expect(name.isWellFormed()).toBe(true);
    expect(name).toMatch(/😀\.jpeg$/u);
  });

  it('is always one that can be stored and saved under', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const name = fileName(given, 'application/pdf');
        expect(name).toMatch(/^[^/\\\p{Cc}\p{Cf}]+\.pdf$/iu);
        expect(name.length).toBeLessThanOrEqual(255);
        expect(fileName(name, 'application/pdf')).toBe(name);
      }),
    );
  });
});
