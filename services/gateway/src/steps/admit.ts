import type { Refusal } from '@modelward/interfaces';
import type { Exchange, GatewayDeps } from '../exchange.ts';
import { limits } from '../limits.ts';

/** Headers that say who or what a request is; a second one would let two readers see two requests. */
const singular = [
  'authorization',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'origin',
  'cookie',
];

/** What can be said before anybody is identified: the right door, one reading of the head, a registry that is set up. */
export async function admit(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const { head, request, ticket } = exchange;
  exchange.source = deps.pseudonyms.source(deps.addressOf(request));
  if (ticket === undefined) return { reason: 'busy' };
  // The exact list is what stops DNS rebinding (CVE-2025-14279): a hostile name that resolves here is not served here.
  if (!deps.hosts.has((head.headers.host ?? '').toLowerCase())) return { reason: 'unknown-host' };
  if (!(await deps.isSetUp())) return { reason: 'not-set-up' };
  if (head.target.length > limits.targetCharacters)
    return { reason: 'malformed', detail: 'the request target is too long' };
  const doubled = singular.find((name) => timesSent(request.rawHeaders, name) > 1);
  if (doubled === 'authorization') return { reason: 'two-credentials' };
  if (doubled !== undefined) return { reason: 'malformed', detail: `header \`${doubled}\` came twice` };
  if (holdsSecret(head.target)) return { reason: 'credential-in-query' };
  return isForeignPage(head.headers, deps.origins) ? { reason: 'foreign-origin' } : undefined;
}

function timesSent(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length;
}

/** A page elsewhere that makes a browser call: it names its origin, or the browser says that the call crosses origins. */
function isForeignPage(headers: Readonly<Record<string, string>>, origins: ReadonlySet<string>): boolean {
  if (headers.origin !== undefined) return !origins.has(headers.origin);
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** A secret of ours anywhere in a URL, which is logged wherever it passes; hidden by percent-encoding it is still one. */
function holdsSecret(target: string): boolean {
  let text = target;
  for (let times = 0; times <= limits.decodings; times += 1) {
    if (/mw_(?:pat|ses|enr)_/i.test(text)) return true;
    text = text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return false;
}
