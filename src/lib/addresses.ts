import { BlockList, isIP } from 'node:net';

/** Tells the address of whoever asks, by the connection's peer and the X-Forwarded-For that came by it. */
export type AddressOf = (peer: string | undefined, forwardedFor: string | undefined) => string;

/**
 * Each proxy adds whom it was asked by at the right, so the rightmost address that is no trusted proxy's is the caller's: what stands
 * left of it is whatever the caller likes. What is no address ends the walk. IPv6 addresses count by their first 64 bits: a caller
 * has all of these to itself.
 */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const trusted = rangesOf(trustedProxies);
  const isTrusted = (address: string): boolean => trusted.check(address, family(address));
  return (peer, forwardedFor) => {
    let address = plain(peer ?? '');
    if (forwardedFor === undefined || trustedProxies.length === 0) return callerAt(address);
    for (const part of forwardedFor.split(',').reverse().slice(0, MOST_PROXIES)) {
      const next = plain(part.trim());
      if (isIP(address) === 0 || !isTrusted(address) || isIP(next) === 0) break;
      address = next;
    }
    return callerAt(address);
  };
}

/** A header is as long as its sender likes; no chain of proxies is. */
const MOST_PROXIES = 20;

function rangesOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  return list;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Without a port, brackets or zone, and an IPv4 address as itself where it is written as IPv6. */
function plain(text: string): string {
  const [, inBrackets] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, beforePort] = /^([\d.]+):\d+$/.exec(text) ?? [];
  const address = (inBrackets ?? beforePort ?? text).split('%')[0] ?? '';
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}

function callerAt(address: string): string {
  return isIP(address) === 6 ? network64(address) : address;
}

function network64(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  // An IPv4 address at the end stands for two groups.
  const groups = left.length + right.length + (address.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups }, () => '0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
