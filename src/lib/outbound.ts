import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Why an address must not be called, or null where it may be. Looks names up. */
export type AddressCheck = (url: string) => Promise<string | null>;

const privateRanges = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateRanges.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001::', 23],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateRanges.addSubnet(address, prefix, 'ipv6');

/**
 * Judges addresses that people give us to call. Only https to public hosts, without user information.
 * `allowPrivate` lets an operator use anything else, as the demo does.
 */
export function createAddressCheck(options: { readonly allowPrivate: boolean }): AddressCheck {
  return async (text) => {
    if (!URL.canParse(text)) return 'is not a URL';
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an http or https address';
    if (url.username || url.password) return 'must not carry a user name or password';
    if (options.allowPrivate) return null;
    if (url.protocol !== 'https:') return 'must be https (PARLEY_ALLOW_PRIVATE_HOSTS allows others)';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [host] : await addressesOf(host);
    if (addresses.length === 0) return 'names a host that cannot be found';
    return addresses.some(isPrivate) ? 'names a private host (PARLEY_ALLOW_PRIVATE_HOSTS allows that)' : null;
  };
}

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map((one) => one.address);
}
