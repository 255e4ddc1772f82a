import { BlockList, isIP } from 'node:net';
import { familyOf, parseAddressRange } from './addresses.ts';
import type { Settings } from './schema.ts';

export type TrustedProxies = { readonly isTrustedProxy: (address: string) => boolean };

/** Whose `Forwarded` and `X-Forwarded-*` headers are believed. With none named, nobody's are. */
export function createTrustedProxies({ trustedProxies }: Pick<Settings, 'trustedProxies'>): TrustedProxies {
  const trusted = new BlockList();
  for (const text of trustedProxies) {
    const range = parseAddressRange(text);
    if (range === undefined) throw new TypeError(`\`${text}\` passed the schema and is not an address range`);
    trusted.addSubnet(range.address, range.prefix, range.family);
  }
  return { isTrustedProxy: (address) => contains(trusted, address) };
}

function contains(trusted: BlockList, address: string): boolean {
  // A link-local peer comes with the name of its network card, which no range has.
  const bare = address.replace(/%.*$/, '');
  return isIP(bare) !== 0 && trusted.check(bare, familyOf(bare));
}
