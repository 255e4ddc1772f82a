import type { IncomingMessage } from 'node:http';

/**
 * The address that a request came from. `X-Forwarded-For` is believed only when the connection is from a trusted proxy,
 * and then read from its end: each proxy adds the address it saw, and what stands before the first untrusted one was
 * written by the client (RFC 7239 section 8.1 names the danger).
 */
export function addressFrom(isTrustedProxy: (address: string) => boolean) {
  return (request: IncomingMessage): string => {
    const direct = request.socket.remoteAddress ?? '';
    if (!isTrustedProxy(direct)) return direct;
    const header = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((hop) => hop.trim());
    return hops.findLast((hop) => hop !== '' && !isTrustedProxy(hop)) ?? direct;
  };
}
