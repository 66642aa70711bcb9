import { type AddressInfo, createServer, type Server } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Resolve } from '../../src/lib/outbound.ts';

/* What the tests of outgoing calls stand on: addresses that nobody may make us call, and somebody who would notice. */

/** Listens where nothing should come: on all of this machine's addresses. */
export interface Canary {
  readonly port: number;
  /** Connections so far. */
  hits: number;
}

/** It ends with its test. */
export async function startCanary(): Promise<Canary> {
  const canary: Canary = { port: 0, hits: 0 };
  const servers: Server[] = [];
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  });
  const hear = (host: string, port: number): Promise<Server> => {
    const server = createServer((socket) => {
      canary.hits += 1;
      socket.on('error', () => undefined).destroy();
    });
    // A machine may have no IPv6.
    return new Promise((resolve) => {
      server.once('error', () => resolve(server)).listen(port, host, () => resolve(server));
    });
  };
  const first = await hear('0.0.0.0', 0);
  const { port } = first.address() as AddressInfo;
  servers.push(first, await hear('::1', port));
  return Object.assign(canary, { port });
}

// What names stand for here; a name with two meanings changes from look to look.
const names: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'inside.test': [['127.0.0.1']],
  'inside6.test': [['::1']],
  'mapped.test': [['::ffff:127.0.0.1']],
  'translated.test': [['64:ff9b::7f00:1']],
  'metadata.test': [['169.254.169.254']],
  'network.test': [['10.0.0.7']],
  'any.test': [['0.0.0.0']],
  'both.test': [['93.184.216.34', '127.0.0.1']],
  'rebinding.test': [['93.184.216.34'], ['127.0.0.1']],
};
const family = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

/** A resolver of its own memory: a name that changes its mind does so for each. */
export function createResolver(): Resolve {
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

/** This machine, in every way that a URL has to write it. */
export const loopback = (port: number): readonly string[] =>
  `127.0.0.1 127.1 127.0.1 127.255.255.254 127.0.0.1. 0x7f.0.0.1 0x7f000001 0x7f.1 0177.0.0.1 017700000001 2130706433 127.0.0x1
  １２７.０.０.１ 127。0。0。1 ①②⑦.⓪.⓪.① 0 0.0.0.0 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
  [0000::ffff:0:0:7f00:1] %31%32%37.0.0.1`
    .split(/\s+/)
    .map((host) => `https://${host}:${port}/`);

/** One of each range that is not for public use. */
export const special: readonly string[] =
  `10.0.0.1 100.64.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1
  224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 192.88.99.1 [64:ff9b::7f00:1] [64:ff9b::169.254.169.254] [64:ff9b:1::1] [100::1]
  [2001::1] [2001:db8::1] [2002:7f00:1::] [3fff::1] [fc00::1] [fd12:3456::1] [fe80::1] [fec0::1] [ff02::1] [5f00::1] [::ffff:8.8.8.8]`
    .split(/\s+/)
    .map((host) => `https://${host}/`);

/** Names that stand for nothing public by the resolver of this file. */
export const named = (port: number): readonly string[] =>
  [
    ...Object.keys(names).filter((name) => name !== 'rebinding.test'),
    ...['localhost', 'LOCALHOST', 'localhost.', 'localhost。', 'x.localhost'],
  ].map((name) => `https://${name}:${port}/`);

/** All of them. */
export const hidden = (port: number): readonly string[] => [
  ...loopback(port),
  ...special,
  ...named(port),
  ...forms(port),
];

/** Other schemes, and other ways to hide a host in a URL. */
export const forms = (port: number): readonly string[] => [
  ...[`http://127.0.0.1:${port}/`, `https://user:pw@127.0.0.1:${port}/`, `https://a@inside.test:${port}/`],
  ...[`https:127.0.0.1:${port}`, `https:\\\\127.0.0.1:${port}\\`, `https://example.com@127.0.0.1:${port}/`],
  ...[`https://127.0.0.1:${port}\\@example.com/`, `https://127.0.0.1:${port}#@example.com/`],
  ...['file:///etc/passwd', 'gopher://127.0.0.1:70/', 'data:text/plain,hello', 'ftp://127.0.0.1/', 'not a url', ''],
];
