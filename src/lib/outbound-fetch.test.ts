import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server as SocketServer } from 'node:net';
import { Agent, fetch as rawFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAddressCheck, isAddressRefused, isPrivate, type Resolve } from './outbound.ts';
import { createCheckedLookup, createOutboundFetch } from './outbound-fetch.ts';

/** Listens where nothing should come: every connection is a hit. */
const canary: { hits: number; servers: SocketServer[]; port: number } = { hits: 0, servers: [], port: 0 };

beforeAll(async () => {
  for (const host of ['0.0.0.0', '::1']) {
    const server = createSocketServer((socket) => {
      canary.hits += 1;
      socket.on('error', () => undefined).destroy();
    });
    await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(canary.port, host, resolve));
    if (!server.listening) continue;
    canary.port = (server.address() as AddressInfo).port;
    canary.servers.push(server);
  }
});
afterAll(() => Promise.all([...canary.servers, ...served].map((server) => new Promise((done) => server.close(done)))));

const served: Server[] = [];

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

// What names stand for here; a name with two meanings changes from look to look.
const names: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'inside.test': [['127.0.0.1']],
  'inside6.test': [['::1']],
  'mapped.test': [['::ffff:127.0.0.1']],
  'metadata.test': [['169.254.169.254']],
  'network.test': [['10.0.0.7']],
  'any.test': [['0.0.0.0']],
  'both.test': [['93.184.216.34', '127.0.0.1']],
  'rebinding.test': [['93.184.216.34'], ['127.0.0.1']],
};
const family = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

function resolver(): Resolve {
  const looks = new Map<string, number>();
  return async (host) => {
    const meanings = names[host] ?? (/localhost\.?$/.test(host) ? [['127.0.0.1', '::1']] : []);
    const look = looks.get(host) ?? 0;
    looks.set(host, look + 1);
    return (meanings[Math.min(look, meanings.length - 1)] ?? []).map((address) => ({
      address,
      family: family(address),
    }));
  };
}

const loopback = (port: number): readonly string[] =>
  [
    ...[
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '127.255.255.254',
      '127.0.0.1.',
      '0x7f.0.0.1',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
    ],
    ...['017700000001', '2130706433', '127.0.0x1', '１２７.０.０.１', '127。0。0。1', '0', '0.0.0.0', '[::1]', '[::]'],
    ...[
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[0000::ffff:0:0:7f00:1]',
      '%31%32%37.0.0.1',
    ],
  ].map((host) => `https://${host}:${port}/`);

const special: readonly string[] = [
  ...[
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
  ],
  ...['198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
  ...['[64:ff9b::7f00:1]', '[64:ff9b:1::1]', '[100::1]', '[2001::1]', '[2001:db8::1]', '[2002:7f00:1::]', '[3fff::1]'],
  ...['[fc00::1]', '[fd12:3456::1]', '[fe80::1]', '[fec0::1]', '[ff02::1]', '[5f00::1]', '[::ffff:8.8.8.8]'],
].map((host) => `https://${host}/`);

const named = (port: number): readonly string[] => [
  ...Object.keys(names)
    .filter((name) => name !== 'rebinding.test')
    .map((name) => `https://${name}:${port}/`),
  ...['localhost', 'LOCALHOST', 'localhost.', 'x.localhost'].map((name) => `https://${name}:${port}/`),
];

const forms = (port: number): readonly string[] => [
  ...[`http://127.0.0.1:${port}/`, `https://user:pw@127.0.0.1:${port}/`, `https://a@inside.test:${port}/`],
  ...[`https:127.0.0.1:${port}`, `https:\\\\127.0.0.1:${port}\\`, `https://example.com@127.0.0.1:${port}/`],
  ...['file:///etc/passwd', 'gopher://127.0.0.1:70/', 'data:text/plain,hello', 'ftp://127.0.0.1/', 'not a url', ''],
];

const rules = (): { allowPrivate: false; ports: null; resolve: Resolve } => ({
  ...{ allowPrivate: false, ports: null },
  resolve: resolver(),
});

/** Calls an address by whatever way, and tells what came of it. */
const outcome = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('an address that somebody gives us to call', () => {
  it('reaches nothing of this machine or network, in any of 70 spellings', async () => {
    const fetch = createOutboundFetch(rules());
    const all = [...loopback(canary.port), ...special, ...named(canary.port), ...forms(canary.port)];
    expect(all.length).toBeGreaterThanOrEqual(70);
    canary.hits = 0;
    const reached: string[] = [];
    for (const url of all) {
      const before = canary.hits;
      const failed = await outcome(() => fetch(url, {}));
      if (canary.hits > before || !isAddressRefused(failed)) reached.push(url);
    }
    expect([canary.hits, reached]).toEqual([0, []]);
  });

  it('is looked up again when it is called: a name that was public a moment ago gains nothing', async () => {
    const same = rules();
    expect(await createAddressCheck(same)(`https://rebinding.test:${canary.port}/`)).toBeNull();
    canary.hits = 0;
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
    const port = await provider((path) =>
      path === '/away' ? { status: 302, headers: { location: `http://127.0.0.1:${canary.port}/` } } : { body: 'hello' },
    );
    const fetch = createOutboundFetch({ allowPrivate: true });
    expect(await (await fetch(`http://127.0.0.1:${port}/`, {})).text()).toBe('hello');
    canary.hits = 0;
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
