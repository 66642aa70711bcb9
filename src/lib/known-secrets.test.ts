import { describe, expect, it } from 'vitest';
import { createKnownSecrets } from './known-secrets.ts';
import { createLog } from './log.ts';

const isKnown = (secrets: ReturnType<typeof createKnownSecrets>, value: string): boolean =>
  !secrets.clear(`said ${value} again`).includes(value);

describe('secrets that are known', () => {
  it('are in no line that is logged from then on', () => {
    const lines: string[] = [];
    const secrets = createKnownSecrets();
    const log = createLog({ level: 'info', destination: { write: (line) => lines.push(line) }, secrets });
    log.info({ said: 'wrong: s3cret-value' }, 'before');
    secrets.keep(['s3cret-value']);
    log.info({ said: 'wrong: s3cret-value', err: new Error('s3cret-value') }, 'refused s3cret-value');
    expect(lines.map((line) => line.includes('s3cret-value'))).toEqual([true, false]);
  });

  it('do not pile up while tokens are renewed: the present ones are known, and those before them', () => {
    const secrets = createKnownSecrets();
    for (let n = 0; n < 1_000; n += 1)
      for (const place of ['memory', 'memory']) secrets.know('account', place, [`access-${n}`, `refresh-${n}`]);
    const known = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => isKnown(secrets, `access-${n}`));
    expect(known).toEqual([998, 999]);
    expect(isKnown(secrets, 'refresh-998')).toBe(true);
  });

  it('stay known for one who has them when another has them no more', () => {
    const secrets = createKnownSecrets();
    secrets.know('one', 'credentials', ['shared-secret']);
    secrets.know('other', 'credentials', ['shared-secret']);
    for (const own of ['own-secret-1', 'own-secret-2']) secrets.know('other', 'credentials', [own]);
    expect(isKnown(secrets, 'shared-secret')).toBe(true);
    for (const own of ['own-secret-3', 'own-secret-4']) secrets.know('one', 'credentials', [own]);
    expect(isKnown(secrets, 'shared-secret')).toBe(false);
  });

  it('of owners that are told of are kept, and those of the process for ever, where there are very many', () => {
    const secrets = createKnownSecrets(100);
    secrets.keep(['the-master-key']);
    for (let n = 0; n < 1_000; n += 1) {
      secrets.know(`account ${n}`, 'credentials', [`secret-of-${n}.`]);
      secrets.know('account 0', 'memory', [`token-${n}.`]);
    }
    expect(isKnown(secrets, 'the-master-key')).toBe(true);
    expect(isKnown(secrets, 'secret-of-0.')).toBe(true);
    expect(isKnown(secrets, 'secret-of-999.')).toBe(true);
    expect(isKnown(secrets, 'secret-of-1.')).toBe(false);
  });
});
