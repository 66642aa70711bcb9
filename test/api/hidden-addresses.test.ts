import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, fetch as rawFetch } from 'undici';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createKeySet } from '../../src/lib/key-set.ts';
import { createCheckedLookup, createOutboundFetch } from '../../src/lib/outbound-fetch.ts';
import attachments from '../../src/providers/bookingsync/fixtures/attachments.json' with { type: 'json' };
import {
  call,
  credentials,
  listed,
  only,
  scriptedBookingsync,
} from '../../src/providers/bookingsync/fixtures/scripted-bookingsync.ts';
import { bookingsync } from '../../src/providers/bookingsync/index.ts';
import type { Fetch } from '../../src/providers/contract.ts';
import { providers } from '../../src/providers/registry.ts';
import { openBench, subjectOf } from '../contract/bench.ts';
import { ConnectAccountDocument } from '../generated/operations.ts';
import { testApp } from '../helpers/app.ts';
import { rowCounts } from '../helpers/desk.ts';
import { type Canary, createResolver, hidden, loopback, startCanary } from '../helpers/hidden-addresses.ts';

const strict = { allowPrivate: false, ports: null } as const;
/** The way out as it is, where any port would do: else the canary's would be all that is against an address. */
const guarded = (): Fetch => createOutboundFetch({ ...strict, resolve: createResolver() });

const agent = new Agent({
  connect: { timeout: 200, lookup: createCheckedLookup({ ...strict, resolve: createResolver() }) },
});
afterAll(() => agent.destroy());
/** A way out that judges names alone, as sockets ask for no look-up of what is an address already. */
const byNameAlone: Fetch = async (url, init) =>
  (await rawFetch(url, { ...init, dispatcher: agent } as never)) as unknown as Response;

/** Which addresses were called, or did not fail as they should. */
async function reached(canary: Canary, urls: readonly string[], ask: (url: string) => Promise<unknown>) {
  const found: string[] = [];
  for (const url of urls) {
    const before = canary.hits;
    const kind = await ask(url).then(
      () => 'answered',
      (error: unknown) => (error instanceof Error && 'kind' in error ? String(error.kind) : String(error)),
    );
    if (canary.hits > before || !['invalid', 'protocol'].includes(kind)) found.push(`${url} ${kind}`);
  }
  return found;
}

const asUrl = (url: string): boolean => /^https?:/.test(url);

describe.each(providers.map((module) => [module.id, module] as const))('an address given for %s', (id, module) => {
  it('of this machine or network is refused in each spelling before anybody is called, and nothing is kept of it', async () => {
    const canary = await startCanary();
    const calls: string[] = [];
    const fetch: Fetch = (url, init) => {
      calls.push(url);
      return createOutboundFetch({ allowPrivate: false })(url, init);
    };
    const t = await testApp({ app: { allowPrivateHosts: false, fetch }, idle: true });
    const before = await rowCounts(t);
    const given = t.simulator(id).credentials;
    for (const baseUrl of hidden(canary.port)) {
      // What each costs is given back in the meantime.
      t.clock.advance(60_000);
      const input = { provider: id, credentials: { ...given, baseUrl } };
      const { data, errors } = await t.gql(ConnectAccountDocument, { input });
      expect([baseUrl, errors]).toEqual([baseUrl, []]);
      expect([baseUrl, data.connectAccount.errors]).toMatchObject([
        baseUrl,
        [{ code: 'INVALID', path: ['credentials', 'baseUrl'] }],
      ]);
    }
    expect([canary.hits, calls]).toEqual([0, []]);
    expect(await rowCounts(t)).toEqual(before);
  });

  it('is not called either where it was let through when it was given', async () => {
    const canary = await startCanary();
    const bench = openBench(await subjectOf(module));
    const verify = (fetch: Fetch) => (baseUrl: string) => {
      const credentials = { ...(bench.credentials as object), baseUrl };
      return bench.connect({ credentials, fetch }).verify(call);
    };
    const urls = [...hidden(canary.port).filter(asUrl), `https://rebinding.test:${canary.port}/`];
    const resolve = createResolver();
    await resolve('rebinding.test');
    const fetch = createOutboundFetch({ ...strict, resolve });
    expect(urls.length).toBeGreaterThan(60);
    expect(await reached(canary, urls, verify(fetch))).toEqual([]);
    expect(canary.hits).toBe(0);
    // The same addresses by a way out that judges names alone: this test can fail.
    expect((await reached(canary, loopback(canary.port).slice(0, 14), verify(byNameAlone))).length).toBeGreaterThan(8);
    expect(canary.hits).toBeGreaterThan(8);
  });
});

describe('an address that a provider gives for a file', () => {
  /** A provider with one file, which lies there; what its own hosts answer is scripted, all else goes the way given. */
  const download = async (url: string, outside: Fetch, store?: string): Promise<unknown> => {
    const provider = scriptedBookingsync(() => listed('attachments', [{ ...only(attachments.attachments), url }]));
    const fetch: Fetch = (to, init) => {
      if (to.startsWith(credentials.baseUrl)) return provider.deps.fetch(to, init);
      if (to === 'https://store.test/file') return Promise.resolve(redirectTo(store ?? ''));
      return outside(to, init);
    };
    const adapter = bookingsync.connect(credentials, { ...provider.deps, fetch });
    return adapter.download?.('31' as never, { externalId: '70' as never, address: {} }, call);
  };
  // A header holds no letters beyond the first 256.
  const redirectTo = (to: string): Response => {
    const location = to.replace(/[^ -~]/gu, encodeURIComponent);
    return new Response(null, { status: 302, headers: { location } });
  };

  it('is not called where it is one of this machine or network, nor where it is led to', async () => {
    const canary = await startCanary();
    const urls = [...hidden(canary.port).filter((url) => url !== ''), `//127.0.0.1:${canary.port}/file`].filter(
      // What is no address by itself is a place at the provider's own host.
      (url) => URL.parse(url, credentials.baseUrl)?.origin !== credentials.baseUrl,
    );
    expect(urls.length).toBeGreaterThan(60);
    expect(await reached(canary, urls, (url) => download(url, guarded()))).toEqual([]);
    expect(await reached(canary, urls, (url) => download('https://store.test/file', guarded(), url))).toEqual([]);
    expect(canary.hits).toBe(0);
    const some = loopback(canary.port).slice(0, 14);
    expect((await reached(canary, some, (url) => download(url, byNameAlone))).length).toBeGreaterThan(8);
  });
});

describe('the address of an identity provider’s keys', () => {
  const keysAt = async (url: string, allowPrivate: boolean): Promise<unknown> => {
    const faults: unknown[] = [];
    const keys = createKeySet({
      ...{ url, clock: systemClock, check: async () => null, onFault: (fault) => void faults.push(fault) },
      fetch: createOutboundFetch({ ...strict, allowPrivate, resolve: createResolver() }),
    });
    const header = { alg: 'ES256', kid: 'one' };
    const look = async () => keys(header, { payload: '', signature: '' });
    await expect(look()).rejects.toMatchObject({ name: 'KeySetUnavailableError' });
    return faults[0];
  };

  it('is called neither where it is one of this machine, nor where it leads there', async () => {
    const canary = await startCanary();
    for (const url of hidden(canary.port).filter(asUrl))
      expect([url, await keysAt(url, false)]).toMatchObject([url, { name: expect.stringMatching(/Error/) }]);
    const leading = createServer((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${canary.port}/` }).end();
    });
    onTestFinished(() => void leading.close());
    await new Promise<void>((resolve) => leading.listen(0, '127.0.0.1', resolve));
    const { port } = leading.address() as AddressInfo;
    expect(await keysAt(`http://127.0.0.1:${port}/keys`, true)).toMatchObject({
      message: expect.stringContaining('302'),
    });
    expect(canary.hits).toBe(0);
  });
});
