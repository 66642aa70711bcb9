import { describe, expect, it } from 'vitest';
import { createKnownSecrets } from './known-secrets.ts';
import { createLog } from './log.ts';

describe('secrets that are known', () => {
  it('are in no line that is logged from then on', () => {
    const lines: string[] = [];
    const secrets = createKnownSecrets();
    const log = createLog({ level: 'info', destination: { write: (line) => lines.push(line) }, secrets: secrets.all });
    log.info({ said: 'wrong: s3cret-value' }, 'before');
    secrets.know(['s3cret-value']);
    log.info({ said: 'wrong: s3cret-value', err: new Error('s3cret-value') }, 'refused s3cret-value');
    expect(lines.map((line) => line.includes('s3cret-value'))).toEqual([true, false]);
  });

  it('do not pile up without end: the oldest are forgotten', () => {
    const secrets = createKnownSecrets();
    secrets.know(Array.from({ length: 30_000 }, (_, n) => `secret ${n}`));
    expect(secrets.all()).toHaveLength(20_000);
    expect(secrets.all()).toContain('secret 29999');
  });
});
