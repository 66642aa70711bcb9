import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, fetch } from 'undici';
import { AddressRefusedError, faultOfUrl, isPrivate, type OutboundRules, resolveBySystem } from './outbound.ts';

/** The way out, as adapters are given it. */
type Fetch = (url: string, init: RequestInit) => Promise<Response>;

// How long a provider may take to be reached, to begin its answer, and between two pieces of it. In all, a call's own signal bounds it.
const CONNECT_MS = 5_000;
const SILENT_MS = 20_000;
// More than the largest file that any provider takes. What is read whole is capped lower where it is read.
const MOST_BYTES = 100_000_000;
const MOST_HEADER_BYTES = 64 * 1024;

/**
 * A fetch that reaches only what may be called. An address is judged by its text before anything is done, and by what its name stands for
 * when the connection is made: the address that was judged is the one that is called, so a name that changes its mind gains nothing.
 * Redirects are never followed. Rejects with AddressRefusedError.
 */
export function createOutboundFetch(rules: OutboundRules): Fetch {
  const dispatcher = createAgent(rules);
  return async (url, init) => {
    const fault = faultOfUrl(url, rules);
    if (fault) throw new AddressRefusedError(fault);
    // The library's own fetch, for its agent: the platform's may be of another version. Their types differ in name only.
    const options = { ...init, redirect: 'manual', dispatcher } as unknown as Parameters<typeof fetch>[1];
    return (await fetch(url, options)) as unknown as Response;
  };
}

/** Looks hosts up for a connection, and refuses those that stand for a private address, be it one of several. */
export function createCheckedLookup({ allowPrivate, resolve = resolveBySystem }: OutboundRules): LookupFunction {
  return (host, options, answer) => {
    const found = (addresses: readonly LookupAddress[]): void => {
      const family = familyOf(options.family);
      const wanted = addresses.filter((one) => family === 0 || one.family === family);
      const [first] = wanted;
      if (!allowPrivate && addresses.some(({ address }) => isPrivate(address)))
        answer(new AddressRefusedError('names a private host'), '', 0);
      else if (!first) answer(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), '', 0);
      else if (options.all) answer(null, [...wanted]);
      else answer(null, first.address, first.family);
    };
    resolve(host).then(found, (error: NodeJS.ErrnoException) => answer(error, '', 0));
  };
}

function createAgent(rules: OutboundRules): Dispatcher {
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: createCheckedLookup(rules), allowH2: false });
  return new Agent({
    // Sockets are not asked to look an address up that is one already.
    connect: (options, answer) => {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (!rules.allowPrivate && isIP(host) && isPrivate(host))
        answer(new AddressRefusedError('names a private host'), null);
      else connect(options, answer);
    },
    headersTimeout: SILENT_MS,
    bodyTimeout: SILENT_MS,
    maxHeaderSize: MOST_HEADER_BYTES,
    maxResponseSize: MOST_BYTES,
  });
}

function familyOf(family: number | 'IPv4' | 'IPv6' | undefined): number {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : (family ?? 0);
}
