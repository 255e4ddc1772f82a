import type { IncomingMessage } from 'node:http';
import { limits } from './limits.ts';
import { type ControlRefusal, malformed } from './refusal.ts';

type Door = {
  /** Exact `Host` values, lower case, with their port. */
  readonly hosts: ReadonlySet<string>;
  /** Exact `Origin` values whose pages may ask for changes. */
  readonly origins: ReadonlySet<string>;
  readonly publicUrl: string;
};

/** What is refused from its head alone, before anybody is identified. */
export function admit(request: IncomingMessage, door: Door): ControlRefusal | undefined {
  return (
    checkTarget(request.url ?? '') ??
    checkSingle(request) ??
    checkHost(request, door) ??
    checkOrigin(request, door) ??
    checkSecret(request.url ?? '') ??
    checkBody(request)
  );
}

function checkTarget(target: string): ControlRefusal | undefined {
  if (target.length > limits.targetCharacters) return malformed('the address is longer than any that exists here');
  if (!target.startsWith('/')) return malformed('the request line names no path');
  const [path = ''] = target.split('?');
  const isPlain = !hasControls(decodeLoosely(path)) && !decodeLoosely(path).split(/[/\\]/).some(isDots);
  return isPlain ? undefined : malformed('the path holds `..`, or something that is not seen');
}

/** Percent-encoding undone as often as somebody may have done it, so that nothing is hidden below a second layer. */
function decodeLoosely(text: string): string {
  const decoded = text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decoded === text ? text : decodeLoosely(decoded);
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..';
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** Node keeps the first of two; another program in the path may keep the last. So there may only be one. */
function checkSingle({ rawHeaders }: IncomingMessage): ControlRefusal | undefined {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const count = (name: string) => names.filter((one) => one === name).length;
  if (count('authorization') > 1) return twoCredentials;
  return ['host', 'origin', 'content-type'].some((name) => count(name) > 1)
    ? malformed('a header came twice that may come once')
    : undefined;
}

export const twoCredentials: ControlRefusal = {
  code: 'two-credentials',
  message: 'the request carries two credentials, and it cannot be told which one speaks',
  next: 'send exactly one',
};

/** An exact list: a page on another name that resolves here (DNS rebinding) gets nothing. */
function checkHost({ headers }: IncomingMessage, { hosts, publicUrl }: Door): ControlRefusal | undefined {
  if (hosts.has((headers.host ?? '').toLowerCase())) return undefined;
  return {
    code: 'unknown-host',
    message: 'this server does not answer to the host name that was asked for',
    next: `use ${publicUrl}; if that is not where people reach it, set \`control.publicUrl\` in modelward.yaml`,
  };
}

/** A browser says where a request comes from, by `Origin` or by the site; a program that is none says neither. */
function checkOrigin({ headers, method }: IncomingMessage, { origins }: Door): ControlRefusal | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const { origin, 'sec-fetch-site': site = 'same-origin' } = headers;
  if (origin === undefined ? ['same-origin', 'none'].includes(String(site)) : origins.has(origin)) return undefined;
  return {
    code: 'foreign-origin',
    message: 'a page of another origin asked for a change',
    next: 'use the pages of this server, or a program that sends no `Origin`',
  };
}

/** Addresses end up in logs, histories and referrers: a secret there is a leaked secret. */
function checkSecret(target: string): ControlRefusal | undefined {
  if (!/mw_(pat|ses|enr)_/i.test(decodeLoosely(target))) return undefined;
  return {
    code: 'credential-in-query',
    message: 'the address holds a secret, and addresses end up in logs',
    next: 'revoke that secret, and send the next one in the `Authorization` header',
  };
}

/** A body that is not read here may be read by another program in the path, as a request of its own. */
function checkBody({ headers, method }: IncomingMessage): ControlRefusal | undefined {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && method !== 'POST' ? malformed('the request has a body where none belongs') : undefined;
}
