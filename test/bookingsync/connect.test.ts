import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { authorizeUrl, codeIn } from '../../src/providers/bookingsync/authorizing.ts';
import { bookingsync } from '../../src/providers/bookingsync/index.ts';
import { createSimulator } from '../../src/providers/bookingsync/simulator.ts';
import { serveOnLoopback } from '../../src/simulator/loopback.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { callOf, createMemoryJar } from '../contract/bench.ts';

/** A BookingSync on loopback, and the command line talking to it. */
async function desk() {
  const clock = createManualClock(new Date('2026-03-02T09:00:00Z'));
  const simulator = createSimulator({ world: createWorld({ seed: 7, clock, size: 0 }), clock });
  const loopback = await serveOnLoopback(simulator.fetch);
  onTestFinished(() => loopback.close());
  const { clientId, clientSecret, redirectUri } = simulator.credentials;
  const args = ['--client-id', String(clientId), '--redirect-uri', String(redirectUri), '--base-url', loopback.url];
  const run = async (secret: string, answer: (url: URL) => Promise<string>) => {
    const child = spawn(process.execPath, ['src/providers/bookingsync/connect.ts', ...args]);
    child.stdin.write(`${secret}\n`);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      said += part;
      const [, url] = /^ {2}(http\S+)\n/m.exec(said) ?? [];
      if (url && !child.stdin.writableEnded) void answer(new URL(url)).then((code) => child.stdin.end(`${code}\n`));
    });
    const [out, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { out, said, status };
  };
  return { clock, simulator, loopback, clientSecret: String(clientSecret), run };
}

/** What a browser would be sent to after a yes. */
async function yes(url: URL): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' });
  return answer.headers.get('location') ?? '';
}

describe('npm run connect:bookingsync', () => {
  it('walks from an authorize address to credentials that connect an account', async () => {
    const { clock, loopback, clientSecret, run } = await desk();
    const { out, status } = await run(clientSecret, yes);
    expect(status).toBe(0);
    const credentials = bookingsync.credentials.parse(JSON.parse(out));
    expect(credentials.baseUrl).toBe(loopback.url);
    const deps = { fetch, now: () => clock.now(), memory: createMemoryJar() };
    expect((await bookingsync.connect(credentials, deps).verify(callOf())).identity).toMatch(/^\d+$/);
  });

  it('says what went wrong where a code is not good, and never shows the secret', async () => {
    const { clientSecret, run } = await desk();
    for (const answer of [async () => 'not-a-code', async () => 'https://elsewhere.example/?code=x&state=other']) {
      const { out, said, status } = await run(clientSecret, answer);
      expect([out, status]).toEqual(['', 1]);
      expect(said).toMatch(/refused \(401\)|no code of this request/);
      expect(said).not.toContain(clientSecret);
    }
  });
});

describe('an authorize address', () => {
  const application = {
    clientId: 'id',
    clientSecret: 'hush',
    redirectUri: 'https://a.example/x',
    baseUrl: 'https://b.example',
  };

  it('names the application, what it asks for and where to come back to, but no secret', () => {
    const url = new URL(authorizeUrl(application, 'st'));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      ...{ client_id: 'id', redirect_uri: 'https://a.example/x', response_type: 'code', state: 'st' },
      scope: expect.stringContaining('inbox_write'),
    });
    expect(url.href).not.toContain('hush');
  });

  it('is answered by a code, bare or in an address with the same state', () => {
    expect(codeIn(' abc ', 'st')).toBe('abc');
    expect(codeIn('https://a.example/x?code=abc&state=st', 'st')).toBe('abc');
    for (const other of ['', 'https://a.example/x?code=abc&state=another', 'https://a.example/x?error=denied&state=st'])
      expect(codeIn(other, 'st')).toBeNull();
  });
});
