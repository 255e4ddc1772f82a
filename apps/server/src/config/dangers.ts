import { isIP } from 'node:net';
import { relative, resolve, sep } from 'node:path';
import { isEveryAddress, isLoopbackHost, parseAddressRange } from './addresses.ts';
import type { ConfigFlaw } from './flaw.ts';
import { type InterfaceName, interfaceNames, originOf } from './origins.ts';
import type { Settings } from './schema.ts';

/** Everything that is fine alone and dangerous, or of no use, together. */
export function findDangers(config: Settings): ConfigFlaw[] {
  return [
    ...interfaceNames.flatMap((name) => listenerDangers.flatMap((find) => find(config, name))),
    ...houseDangers.flatMap((find) => find(config)),
  ];
}

const listenerDangers: readonly ((config: Settings, name: InterfaceName) => ConfigFlaw[])[] = [
  /** Tokens would cross the network in the clear. */
  function plainBeyondLoopback(config, name) {
    const { host, publicUrl } = config[name];
    if (isLoopbackHost(host) || config.tls !== undefined) return [];
    if (publicUrl?.startsWith('https:') && config.trustedProxies.length > 0) return [];
    return [
      {
        path: `${name}.host`,
        reason: `\`${host}\` can be reached from other machines, without TLS`,
        fix: `set \`tls\`, or name the TLS proxy in front of it (\`${name}.publicUrl\` with https, and \`trustedProxies\`), or listen on this machine only`,
      },
    ];
  },

  /** Nobody asks for 0.0.0.0, so there would be no Host header to accept. */
  function everyAddressWithoutName(config, name) {
    const { host, publicUrl } = config[name];
    if (!isEveryAddress(host) || publicUrl !== undefined) return [];
    const reason = `\`${host}\` is every address of this machine, and no name that a client could ask for`;
    return [{ path: `${name}.host`, reason, fix: `set \`${name}.publicUrl\` to the URL that clients use` }];
  },

  function plainPublicUrl(config, name) {
    const { publicUrl } = config[name];
    if (publicUrl === undefined || publicUrl.startsWith('https:')) return [];
    if (isLoopbackHost(new URL(publicUrl).hostname) && config.tls === undefined) return [];
    const reason = `\`${publicUrl}\` is not https, so tokens and cookies would cross the network in the clear`;
    return [{ path: `${name}.publicUrl`, reason, fix: 'write it with https' }];
  },

  /** Every client would look like the proxy: one person's wrong passwords would shut everybody out. */
  function unnamedProxy(config, name) {
    const { host, publicUrl } = config[name];
    if (!publicUrl?.startsWith('https:') || config.tls !== undefined || config.trustedProxies.length > 0) return [];
    if (!isLoopbackHost(host)) return [];
    const reason = 'is https, but nothing here speaks TLS and no proxy that does is named';
    return [
      { path: `${name}.publicUrl`, reason, fix: "add the TLS proxy's address to `trustedProxies`, or set `tls`" },
    ];
  },
];

const houseDangers: readonly ((config: Settings) => ConfigFlaw[])[] = [
  /** Measured: a `__Host-` cookie set by localhost:8080 is sent to localhost:5000, and can be overwritten from there. */
  function sharedHostName(config) {
    const [control, mlflow] = [browserHost(config, 'control'), browserHost(config, 'mlflow')];
    if (control !== mlflow) return [];
    const reason = `shares the host name \`${control}\` with \`control\`, and ports do not separate cookies: a page of one could act as the other`;
    const fix = isLoopbackHost(control)
      ? 'use `localhost` for `control.host` and `127.0.0.1` for `mlflow.host`'
      : 'give each a host name of its own in its `publicUrl`';
    return [{ path: config.mlflow.publicUrl === undefined ? 'mlflow.host' : 'mlflow.publicUrl', reason, fix }];
  },

  function sharedPort({ control, mlflow }) {
    if (control.port !== mlflow.port || areApart(control.host, mlflow.host)) return [];
    return [
      { path: 'mlflow.port', reason: `\`${mlflow.port}\` is the port of \`control\` too`, fix: 'choose another port' },
    ];
  },

  function upstreamAddress({ mlflow }) {
    const { upstream } = mlflow;
    if (upstream.kind !== 'mlflow') return [];
    const path = 'mlflow.upstream';
    if (upstream.url === undefined && upstream.socket === undefined) {
      return [{ path, reason: 'names no server', fix: 'set `mlflow.upstream.socket` or `mlflow.upstream.url`' }];
    }
    if (upstream.url !== undefined && upstream.socket !== undefined) {
      return [{ path, reason: 'names both a `url` and a `socket`', fix: 'keep one of the two' }];
    }
    return [];
  },

  function upstreamUrl(config) {
    const { upstream } = config.mlflow;
    if (upstream.kind !== 'mlflow' || upstream.url === undefined) return [];
    const path = 'mlflow.upstream.url';
    const { protocol, hostname, port } = new URL(upstream.url);
    if (protocol === 'http:' && !isLoopbackHost(hostname)) {
      const reason = `\`${upstream.url}\` is on another machine, without TLS`;
      return [{ path, reason, fix: 'use https, a socket, or an address of this machine' }];
    }
    const ownPorts = interfaceNames.map((name) => String(config[name].port));
    if (isLoopbackHost(hostname) && ownPorts.includes(port)) {
      const reason = `\`${upstream.url}\` is Modelward's own port`;
      return [{ path, reason, fix: 'move the MLflow server to another port, or `mlflow.port`' }];
    }
    return [];
  },

  /** Whoever could answer in its place would be the decision point. */
  function engineUrl({ policy }) {
    const { engine } = policy;
    if (engine.kind !== 'authzen') return [];
    if (engine.url === undefined)
      return [{ path: 'policy.engine', reason: 'names no server', fix: 'set `policy.engine.url`' }];
    const { protocol, hostname } = new URL(engine.url);
    if (protocol === 'https:' || isLoopbackHost(hostname)) return [];
    const reason = `\`${engine.url}\` is on another machine, without TLS`;
    return [{ path: 'policy.engine.url', reason, fix: 'use https, or an address of this machine' }];
  },

  /** Anyone in the range chooses the address that their requests are recorded and throttled under. */
  function wideProxyRange({ trustedProxies }) {
    const narrowest = 8;
    return trustedProxies.flatMap((text, index) => {
      const range = parseAddressRange(text);
      if (range === undefined || range.prefix >= narrowest) return [];
      const reason = `\`${text}\` believes forwarded headers from a large part of the internet`;
      return [{ path: `trustedProxies[${index}]`, reason, fix: "name the proxy's own addresses" }];
    });
  },

  /** A copy of the data folder, which backups make, must not hold the keys that sign the record. */
  function keysInData({ dataFolder, keyFolder }) {
    const way = relative(resolve(dataFolder), resolve(keyFolder));
    if (way === '..' || way.startsWith(`..${sep}`)) return [];
    return [{ path: 'keyFolder', reason: 'lies in `dataFolder`', fix: 'keep the keys in a folder of their own' }];
  },
];

/** Two different addresses can share a port; names may resolve to the same address. */
function areApart(left: string, right: string): boolean {
  const addresses = [left, right].filter((host) => isIP(host) !== 0 && !isEveryAddress(host));
  return addresses.length === 2 && left !== right;
}

/** The name that browsers keep cookies under. A dot at the end is another spelling of the same name. */
function browserHost(config: Settings, name: InterfaceName): string {
  return new URL(originOf(config, name)).hostname.replace(/\.$/, '');
}
