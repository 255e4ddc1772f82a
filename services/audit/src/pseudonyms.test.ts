import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPseudonyms, networkOf } from './pseudonyms.ts';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2'],
    ['192.0.2.254', '192.0.2'],
    ['::ffff:192.0.2.9', '192.0.2'],
    ['::FFFF:c000:0209', '192.0.2'],
    ['0:0:0:0:0:ffff:192.0.2.9', '192.0.2'],
    ['2001:db8:1:2::3', '2001:db8:1'],
    ['2001:0DB8:0001:ffff:1:2:3:4', '2001:db8:1'],
    ['2001:db8::1', '2001:db8:0'],
    ['fe80::1%eth0', 'fe80:0:0'],
    ['::1', '0:0:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0'],
    ['', 'unknown'],
    ['not an address', 'unknown'],
    ['1.2.3.4.5', 'unknown'],
    [`${'a'.repeat(100_000)}`, 'unknown'],
  ])('%.40s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('a pseudonym', () => {
  const { source, reference } = createPseudonyms(createSecretKey(Buffer.alloc(32, 1)));
  const other = createPseudonyms(createSecretKey(Buffer.alloc(32, 2)));

  it('is the same for all of a network, and another for every other network, name and key', () => {
    expect(source('192.0.2.1')).toBe(source('192.0.2.200'));
    expect(source('192.0.2.1')).toMatch(/^src_[\w-]{22}$/);
    const all = [
      source('192.0.2.1'),
      source('192.0.3.1'),
      reference('Model', 'a'),
      reference('Run', 'a'),
      reference('Model', 'b'),
    ];
    expect(new Set([...all, other.source('192.0.2.1'), other.reference('Model', 'a')]).size).toBe(7);
  });
});
