import { Problem } from './problem.ts';

const usual = 'http://localhost:8080';

/** The origin of the control API. Plain http only to this machine: anywhere else it would show the credential to the network. */
export function serverAddress(named: string | undefined): string {
  const text = named === undefined || named === '' ? usual : named;
  if (!URL.canParse(text)) throw notAnAddress(text);
  const url = new URL(text);
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!isBare || !['http:', 'https:'].includes(url.protocol)) throw notAnAddress(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Problem(
      `\`${url.origin}\` would carry your credential over the network in the clear`,
      'use its https address',
      2,
    );
  }
  return url.origin;
}

function notAnAddress(text: string): Problem {
  return new Problem(`\`${text}\` is no server address`, `write it as ${usual}: scheme, host and port only`, 2);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
