import { Failure } from '../values/value.ts';

type Bits = number | bigint;

/** An address with the length of its network prefix: one address, or all of a network. Bits of IPv4 are numbers, of IPv6 bigints. */
export class IpAddress {
  readonly version: 4 | 6;
  readonly address: Bits;
  readonly prefix: number;
  /** The lowest and the highest address of the network. */
  readonly first: Bits;
  readonly last: Bits;

  constructor(version: 4 | 6, address: Bits, prefix: number) {
    this.version = version;
    this.address = address;
    this.prefix = prefix;
    const hosts = 2n ** BigInt(widths[version] - prefix);
    const first = BigInt(address) - (BigInt(address) % hosts);
    this.first = version === 4 ? Number(first) : first;
    this.last = version === 4 ? Number(first + hosts - 1n) : first + hosts - 1n;
  }

  isInRange(of: IpAddress): boolean {
    return this.version === of.version && of.first <= this.first && this.last <= of.last;
  }

  isLoopback(): boolean {
    return this.isInRange(this.version === 4 ? loopback4 : loopback6);
  }

  isMulticast(): boolean {
    return this.isInRange(this.version === 4 ? multicast4 : multicast6);
  }

  toString(): string {
    const whole = this.prefix === widths[this.version] ? '' : `/${this.prefix}`;
    return `ip("${this.version === 4 ? text4(Number(this.address)) : text6(BigInt(this.address))}${whole}")`;
  }
}

const widths = { 4: 32, 6: 128 } as const;
const loopback4 = new IpAddress(4, 0x7f00_0000, 8);
const loopback6 = new IpAddress(6, 1n, 128);
const multicast4 = new IpAddress(4, 0xe000_0000, 4);
const multicast6 = new IpAddress(6, 0xffn << 120n, 8);

/** The longest form: eight groups of four digits and `/128`. */
const longest = 43;
const prefixForm = /^(0|[1-9][0-9]{0,2})$/;

export function parseIpAddress(text: string): IpAddress | Failure {
  const refusal = new Failure(`\`${text.slice(0, longest + 1)}\` is not a well-formed IP address or network`);
  if (text.length > longest) return refusal;
  const [host = '', prefixText, ...more] = text.split('/');
  if (more.length > 0 || (prefixText !== undefined && !prefixForm.test(prefixText))) return refusal;
  const version = host.includes(':') ? 6 : 4;
  const address = version === 4 ? parse4(host) : parse6(host);
  const prefix = prefixText === undefined ? widths[version] : Number(prefixText);
  return address === undefined || prefix > widths[version] ? refusal : new IpAddress(version, address, prefix);
}

/** Four numbers without leading zeros, which some would read as octal. */
function parse4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!prefixForm.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

/** Without an embedded IPv4 address: Cedar takes none. */
function parse6(text: string): bigint | undefined {
  const [before = '', after, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const head = groupsOf(before);
  const tail = after === undefined ? [] : groupsOf(after);
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  // `::` stands for at least one group.
  if (after === undefined ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...Array<bigint>(8 - given).fill(0n), ...tail];
  return groups.reduce((address, group) => (address << 16n) | group, 0n);
}

function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part)) ? parts.map((part) => BigInt(`0x${part}`)) : undefined;
}

function text4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function text6(address: bigint): string {
  return Array.from({ length: 8 }, (_, at) => ((address >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(':');
}
