import { createHmac, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

export type Pseudonyms = {
  /** `src_...` for the network that an address is of: the same for everybody there, and nobody can read it back. */
  readonly source: (address: string) => string;
  /** `ref_...` for what a request named, so that the same name can be recognised by who holds the key and read by nobody. */
  readonly reference: (type: string, name: string) => string;
};

/** Leaves of the log can never be changed, so what is personal in them is written under a key that can be destroyed. */
export function createPseudonyms(key: KeyObject): Pseudonyms {
  const pseudonym = (prefix: string, text: string) =>
    `${prefix}_${createHmac('sha256', key).update(text).digest('base64url').slice(0, 22)}`;
  return {
    source: (address) => pseudonym('src', `source\n${networkOf(address)}`),
    reference: (type, name) => pseudonym('ref', `reference\n${type}\n${name}`),
  };
}

/** The /24 of an IPv4 address or the /48 of an IPv6 one: what one customer of a network usually holds. */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) === 4) return bare.split('.').slice(0, 3).join('.');
  if (isIP(bare) !== 6) return 'unknown';
  const groups = expandGroups(bare);
  return groups.slice(0, 6).join(':') === mappedPrefix
    ? networkOf(mappedAddress(groups))
    : groups.slice(0, 3).join(':');
}

/** `::ffff:0:0/96`: an IPv4 address in the form in which a listener of both kinds shows it (RFC 4291 section 2.5.5.2). */
const mappedPrefix = '0:0:0:0:0:ffff';

function mappedAddress(groups: readonly string[]): string {
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
    .join('.');
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expandGroups(address: string): readonly string[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted !== null) {
    const [, before = '', ...bytes] = dotted;
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return expandGroups(`${before}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
  }
  const [head = '', tail] = address.split('::');
  const groupsOf = (text: string) => text.split(':').filter((group) => group !== '');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: missing }, () => '0'), ...after].map((group) =>
    group.toLowerCase().replace(/^0+(?=.)/, ''),
  );
}
