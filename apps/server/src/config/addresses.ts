import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach the host. A name other than `localhost` may resolve to anything, so it is not. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (bare.toLowerCase() === 'localhost') return true;
  return isIP(bare) !== 0 && loopback.check(bare, familyOf(bare));
}

/** Every address of the machine: something to listen on, but not a name that anybody could ask for. */
export function isEveryAddress(host: string): boolean {
  const everyAddress = new BlockList();
  everyAddress.addAddress('0.0.0.0', 'ipv4');
  everyAddress.addAddress('::', 'ipv6');
  return isIP(host) !== 0 && everyAddress.check(host, familyOf(host));
}

export type AddressRange = { readonly address: string; readonly family: 'ipv4' | 'ipv6'; readonly prefix: number };

export function isAddressRange(text: string): boolean {
  return parseAddressRange(text) !== undefined;
}

/** `10.0.0.0/8`, or one address as a range of itself. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return undefined;
  const family = familyOf(address);
  const longest = family === 'ipv4' ? 32 : 128;
  if (prefixText === undefined) return { address, family, prefix: longest };
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText) || Number(prefixText) > longest) return undefined;
  return { address, family, prefix: Number(prefixText) };
}

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
