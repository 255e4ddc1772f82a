import { isIP } from 'node:net';
import { isEveryAddress } from './addresses.ts';
import type { Settings } from './schema.ts';

/** What listens: each has a host name of its own, because ports do not separate cookies. */
export type InterfaceName = 'control' | 'mlflow';
export const interfaceNames: readonly InterfaceName[] = ['control', 'mlflow'];

/** The one spelling that browsers are sent to, such as `http://localhost:8080`. No slash at the end. */
export function originOf(config: Settings, name: InterfaceName): string {
  return config[name].publicUrl ?? listenerOrigin(config, name);
}

/**
 * Every Host header that the interface answers to, lower case, as clients spell it: the default port left out, IPv6 in
 * brackets. The first is the one in originOf.
 */
export function allowedHosts(config: Settings, name: InterfaceName): readonly string[] {
  const origins = [originOf(config, name)];
  if (!isEveryAddress(config[name].host)) origins.push(listenerOrigin(config, name));
  return [...new Set(origins.map((origin) => new URL(origin).host))];
}

function listenerOrigin(config: Settings, name: InterfaceName): string {
  const { host, port } = config[name];
  const scheme = config.tls === undefined ? 'http' : 'https';
  return new URL(`${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`).origin;
}
