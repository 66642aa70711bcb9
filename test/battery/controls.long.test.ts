import { describe, expect, it } from 'vitest';
import { ingestHistory } from './ingest.ts';
import { sendsHistory } from './sends.ts';

/*
 * Servers with a known fault must be found out, or the battery would prove nothing.
 */

const LONG = { timeout: 300_000 };
const base = { kind: 'embedded', servers: 1, seed: 1, conversations: 8 } as const;

describe('the battery finds out a server', () => {
  it('that acknowledges what it has not stored', LONG, async () => {
    const size = { messages: 40, kills: 0, troubled: 0, patience: 5 };
    const findings = await ingestHistory({ ...base, variant: 'confirm-before-commit' }, size);
    expect(findings.lost).not.toEqual([]);
  });

  it('that repeats an acknowledgement which counts from the head of the queue', LONG, async () => {
    const size = { messages: 80, kills: 0, troubled: 0, patience: 5 };
    const findings = await ingestHistory({ ...base, variant: 'confirm-again' }, size);
    expect(findings.doubled).not.toEqual([]);
  });

  it('that sends again what may have gone out', LONG, async () => {
    const size = { sends: 60, kills: 0, troubled: 0.3 };
    const { findings } = await sendsHistory({ ...base, variant: 'blind-retry' }, size);
    expect(findings.doubled.filter((key) => key.startsWith('guest'))).not.toEqual([]);
  });
});
