import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, fetch as rawFetch } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';
import { createResolver, hidden, loopback, startCanary } from '../../test/helpers/hidden-addresses.ts';
import { createAddressCheck, isAddressRefused, isPrivate, type Resolve } from './outbound.ts';
import { createCheckedLookup, createOutboundFetch } from './outbound-fetch.ts';

const served: Server[] = [];
afterAll(() => Promise.all(served.map((server) => new Promise((done) => server.close(done)))));

/** Says a word, at an address of this machine. */
async function provider(say: (path: string) => { status?: number; headers?: Record<string, string>; body?: string }) {
  const server = createServer((request, response) => {
    const { status = 200, headers = {}, body = '' } = say(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  served.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const rules = (): { allowPrivate: false; ports: null; resolve: Resolve } => ({
  ...{ allowPrivate: false, ports: null },
  resolve: createResolver(),
});

/** Calls an address by whatever way, and tells what came of it. */
const outcome = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('an address that somebody gives us to call', () => {
  it('reaches nothing of this machine or network, in any of 70 spellings', async () => {
    const canary = await startCanary();
    const fetch = createOutboundFetch(rules());
    const all = hidden(canary.port);
    expect(all.length).toBeGreaterThanOrEqual(70);
    const reached: string[] = [];
    for (const url of all) {
      const before = canary.hits;
      const failed = await outcome(() => fetch(url, {}));
      if (canary.hits > before || !isAddressRefused(failed)) reached.push(url);
    }
    expect([canary.hits, reached]).toEqual([0, []]);
  });

  it('is looked up again when it is called: a name that was public a moment ago gains nothing', async () => {
    const canary = await startCanary();
    const same = rules();
    expect(await createAddressCheck(same)(`https://rebinding.test:${canary.port}/`)).toBeNull();
    const failed = await outcome(() => createOutboundFetch(same)(`https://rebinding.test:${canary.port}/`, {}));
    expect([canary.hits, isAddressRefused(failed)]).toEqual([0, true]);
  });

  it('is refused by its form already: other schemes, ports and user names', async () => {
    const check = createAddressCheck({
      allowPrivate: false,
      resolve: async () => [{ address: '93.184.216.34', family: 4 }],
    });
    for (const good of ['https://example.com', 'https://example.com:443/v1', 'https://93.184.216.34/'])
      expect(await check(good)).toBeNull();
    for (const bad of ['http://example.com', 'https://example.com:22/', 'https://me@example.com/', 'ftp://example.com'])
      expect(await check(bad)).toMatch(/must/);
  });

  it('would be reached if only look-ups were checked, or nothing at all: this test can fail', async () => {
    const canary = await startCanary();
    const reachedBy = async (agent: Agent): Promise<number> => {
      let reached = 0;
      for (const url of loopback(canary.port).slice(0, 14)) {
        const before = canary.hits;
        await outcome(() => rawFetch(url, { dispatcher: agent }));
        if (canary.hits > before) reached += 1;
      }
      await agent.destroy();
      return reached;
    };
    const lookupOnly = new Agent({ connect: { timeout: 200, lookup: createCheckedLookup(rules()) } });
    expect(await reachedBy(lookupOnly)).toBeGreaterThan(8);
    expect(await reachedBy(new Agent({ connect: { timeout: 200 } }))).toBeGreaterThan(8);
  });
});

describe('an address that may be called', () => {
  it('is, with its redirects not followed', async () => {
    const canary = await startCanary();
    const port = await provider((path) =>
      path === '/away' ? { status: 302, headers: { location: `http://127.0.0.1:${canary.port}/` } } : { body: 'hello' },
    );
    const fetch = createOutboundFetch({ allowPrivate: true });
    expect(await (await fetch(`http://127.0.0.1:${port}/`, {})).text()).toBe('hello');
    const away = await fetch(`http://127.0.0.1:${port}/away`, { redirect: 'follow' });
    expect([away.status, away.headers.get('location'), canary.hits]).toEqual([
      ...[302, `http://127.0.0.1:${canary.port}/`, 0],
    ]);
  });

  it('is the one that was looked up, and is not looked up again in between', async () => {
    const port = await provider(() => ({ body: 'the right one' }));
    let looks = 0;
    const resolve: Resolve = async () => {
      looks += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const fetch = createOutboundFetch({ allowPrivate: true, resolve });
    expect(await (await fetch(`http://provider.test:${port}/`, {})).text()).toBe('the right one');
    expect(looks).toBe(1);
  });

  it('fails in words where its name stands for nothing', async () => {
    const fetch = createOutboundFetch({ allowPrivate: false, resolve: async () => [] });
    const failed = await outcome(() => fetch('https://nowhere.test/', {}));
    expect(failed).toMatchObject({ cause: { code: 'ENOTFOUND' } });
  });
});

describe('public addresses', () => {
  it('are told from all others', () => {
    for (const address of ['8.8.8.8', '93.184.216.34', '172.32.0.1', '2a00:1450::1', '2606:4700::1111'])
      expect([address, isPrivate(address)]).toEqual([address, false]);
    for (const address of ['127.0.0.1', '::1', '::ffff:8.8.8.8', 'not an address', '2001:db8::1'])
      expect([address, isPrivate(address)]).toEqual([address, true]);
  });
});
