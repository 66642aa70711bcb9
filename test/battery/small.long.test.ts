import { describe, expect, it } from 'vitest';
import { databaseKinds, postgresUrl } from '../helpers/database.ts';
import { nothingWrong } from './history.ts';
import { idempotencyHistory } from './idempotency.ts';
import { ingestHistory } from './ingest.ts';
import { resumeHistory } from './resume.ts';
import { sendsHistory } from './sends.ts';

/*
 * Histories as `npm run battery` plays them, only shorter.
 */

const LONG = { timeout: 300_000 };
const base = { seed: 1, conversations: 8 };

describe.each(databaseKinds)('while servers are killed and the provider fails (%s)', (kind) => {
  // The embedded store has one process.
  const servers = kind === 'embedded' ? 1 : 2;

  it('what guests write is stored and told once, and acknowledged only then', LONG, async () => {
    const findings = await ingestHistory({ ...base, kind, servers }, { messages: 120, kills: 2, troubled: 0.12 });
    expect(findings).toEqual(nothingWrong);
  });

  it('what was accepted reaches the guest once and in order', LONG, async () => {
    const { findings, states } = await sendsHistory(
      { ...base, kind, servers },
      { sends: 60, kills: 2, troubled: 0.12 },
    );
    expect(findings).toEqual(nothingWrong);
    // A busy machine makes troubles of its own: how few may fail is for the long run to say.
    expect(states['ACCEPTED']).toBeGreaterThanOrEqual(54);
  });
});

describe.skipIf(postgresUrl === null)('over three processes', () => {
  it('a send asked for many times at once is one message, and another one under its key is refused', LONG, async () => {
    const report = await idempotencyHistory({ ...base, kind: 'postgres', servers: 3 }, { keys: 12, copies: 10 });
    expect(report).toEqual({ findings: nothingWrong, unlike: [], reused: [] });
  });

  it('whoever is cut off resumes at any of them, and is told everything once and in order', LONG, async () => {
    const size = { messages: 150, subscribers: 6, disconnects: 8, kills: 1 };
    expect(await resumeHistory({ ...base, kind: 'postgres', servers: 3 }, size)).toEqual(nothingWrong);
  });
});
