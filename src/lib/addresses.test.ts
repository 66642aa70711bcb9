import { describe, expect, it } from 'vitest';
import { createAddressOf } from './addresses.ts';

describe('the address of a caller', () => {
  const behind = createAddressOf(['10.0.0.0/8', '192.168.1.1', 'fd00::/8']);

  it.each([
    ['is the connection’s own without proxies', '203.0.113.7', undefined, '203.0.113.7'],
    ['is what the proxy says', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['is the rightmost that is no proxy', '10.0.0.1', '1.1.1.1, 203.0.113.7, 10.2.3.4, 192.168.1.1', '203.0.113.7'],
    ['cannot be made up by whoever is no proxy', '203.0.113.7', '1.1.1.1', '203.0.113.7'],
    ['cannot be made up left of the true one', '10.0.0.1', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['is the proxy’s where the header is garbage', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['is the last good one where garbage follows', '10.0.0.1', '<script>, 10.9.9.9', '10.9.9.9'],
    ['is found with a port', '10.0.0.1', '203.0.113.7:5123', '203.0.113.7'],
    ['is found in brackets', '10.0.0.1', '[2001:db8:1:2::5]:443', '2001:db8:1:2'],
    ['is the same for an IPv4 address that is written as IPv6', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['counts IPv6 by the network', '2001:db8:1:2:aaaa::1', undefined, '2001:db8:1:2'],
    ['counts short IPv6 by the network', '2001:db8::1', undefined, '2001:db8:0:0'],
    ['trusts proxies by IPv6', 'fd00::1', '203.0.113.7', '203.0.113.7'],
  ])('%s', (_title, peer, forwarded, expected) => {
    expect(behind(peer, forwarded)).toBe(expected);
  });

  it('believes no header where no proxy is trusted', () => {
    expect(createAddressOf([])('127.0.0.1', '203.0.113.7')).toBe('127.0.0.1');
  });
});
