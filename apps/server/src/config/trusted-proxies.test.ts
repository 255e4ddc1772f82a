import { describe, expect, it } from 'vitest';
import { createTrustedProxies } from './trusted-proxies.ts';

const { isTrustedProxy } = createTrustedProxies({
  trustedProxies: ['10.1.0.0/16', '192.168.1.7', 'fd00::/16', 'fe80::1'],
});

describe('trusted proxies', () => {
  it.each([
    ['10.1.2.3', true],
    ['10.2.0.1', false],
    ['192.168.1.7', true],
    ['192.168.1.8', false],
    ['::ffff:10.1.2.3', true],
    ['::ffff:10.2.2.3', false],
    ['fd00::1234', true],
    ['fd01::1', false],
    ['fe80::1%eth0', true],
    ['127.0.0.1', false],
    ['', false],
    ['10.1.2.3, 10.1.2.4', false],
    ['ward.example.com', false],
  ])('%s: %s', (address, expected) => {
    expect(isTrustedProxy(address)).toBe(expected);
  });

  it('trusts nobody when nobody is named', () => {
    const none = createTrustedProxies({ trustedProxies: [] });
    expect(['127.0.0.1', '::1', '10.0.0.1'].map(none.isTrustedProxy)).toEqual([false, false, false]);
  });
});
