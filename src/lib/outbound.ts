import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Which addresses may be called. */
export interface OutboundRules {
  /** An operator's word that anything may be, as in the demo: private hosts, plain http and any port. */
  readonly allowPrivate: boolean;
  /** Ports other than 443: for tests. Null: all. */
  readonly ports?: readonly string[] | null;
  /** Stands in for the system's resolver: for tests. */
  readonly resolve?: Resolve;
}

/** All addresses of a host; none where it cannot be found. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Why an address must not be called, or null where it may be. Looks names up. */
export type AddressCheck = (url: string) => Promise<string | null>;

/** An address must not be called. Nothing was sent. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
  readonly code = 'ERR_ADDRESS_REFUSED';
}

/** Whether a failure, or what caused it, is that the address must not be called. */
export function isAddressRefused(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1)
    if (at instanceof AddressRefusedError) return true;
  return false;
}

// What is not for public use (IANA's registries of special-purpose addresses). Of IPv6 only 2000::/3 is given out at all.
const notPublic = {
  ipv4: `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
    192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3`,
  ipv6: '::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20',
} as const;
// One each: a list of both would hold every IPv4 address for one of ::/3.
const ranges = { ipv4: rangesOf('ipv4'), ipv6: rangesOf('ipv6') } as const;

function rangesOf(family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [address = '', prefix] of notPublic[family].split(/\s+/).map((range) => range.split('/')))
    list.addSubnet(address, Number(prefix), family);
  return list;
}

/**
 * Judges addresses that people or providers give us to call, as far as they can be judged now: names are looked up once more when they
 * are called. Only https to public hosts, without user information, on the usual port.
 */
export function createAddressCheck(rules: OutboundRules): AddressCheck {
  const resolve = rules.resolve ?? resolveBySystem;
  return async (text) => {
    const fault = faultOfUrl(text, rules);
    if (fault || rules.allowPrivate) return fault;
    const host = hostOf(new URL(text));
    if (isIP(host)) return null;
    const addresses = await resolve(host);
    if (addresses.length === 0) return 'names a host that cannot be found';
    return addresses.some(({ address }) => isPrivate(address)) ? PRIVATE : null;
  };
}

const PRIVATE = 'names a private host (PARLEY_ALLOW_PRIVATE_HOSTS allows that)';

/** What can be said against an address by its text alone; null where that is nothing. */
export function faultOfUrl(text: string, { allowPrivate, ports = ['', '443'] }: OutboundRules): string | null {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an http or https address';
  if (url.username || url.password) return 'must not carry a user name or password';
  if (allowPrivate) return null;
  if (url.protocol !== 'https:') return 'must be https (PARLEY_ALLOW_PRIVATE_HOSTS allows others)';
  // The parser has made every spelling of a number one of its own: 0x7f.1, 2130706433 and 127.1 are all 127.0.0.1 here.
  const host = hostOf(url);
  if (isIP(host) && isPrivate(host)) return PRIVATE;
  if (ports && !ports.includes(url.port)) return 'must be on port 443 (PARLEY_ALLOW_PRIVATE_HOSTS allows others)';
  return null;
}

/** Whether an IP address is one of this machine, of a private network, or of none that is in public use. */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return ranges.ipv4.check(address, 'ipv4');
  return family === 0 || ranges.ipv6.check(address, 'ipv6');
}

/** Asks the system, as a connection would. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true }).catch(() => []);

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
