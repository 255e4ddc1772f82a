import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

/** The paths and reasons that a file is refused for. */
function flawsOf(text: string) {
  const loaded = loadConfig({ env: {}, readFile: () => new TextEncoder().encode(text) });
  return loaded.ok ? [] : loaded.reason;
}

const behindProxy = 'trustedProxies: [10.0.0.2]';
const tls = 'tls: { certificateFile: c, keyFile: k }';
const publicControl = 'publicUrl: https://ward.example.com';
const publicMlflow = 'publicUrl: https://mlflow.example.com';

describe('combinations that are safe', () => {
  it.each([
    ['nothing but the defaults', ''],
    ['another loopback address', 'mlflow: { host: 127.0.0.2 }'],
    ['IPv6 loopback', 'mlflow: { host: "::1" }'],
    [
      'behind a TLS proxy on this machine',
      `control: { ${publicControl} }\nmlflow: { ${publicMlflow} }\ntrustedProxies: [127.0.0.1]`,
    ],
    [
      'beyond loopback behind a named TLS proxy',
      `control: { host: 0.0.0.0, ${publicControl} }\nmlflow: { host: 0.0.0.0, ${publicMlflow} }\n${behindProxy}`,
    ],
    [
      'beyond loopback with TLS',
      `control: { host: ward.example.com, port: 8443 }\nmlflow: { host: mlflow.example.com }\n${tls}`,
    ],
    [
      'one port on two addresses',
      `control: { host: 10.0.0.5, port: 443 }\nmlflow: { host: 10.0.0.6, port: 443 }\n${tls}`,
    ],
    ['an upstream on a socket', 'mlflow: { upstream: { kind: mlflow, socket: /run/mlflow/socket } }'],
    ['an upstream on this machine', 'mlflow: { upstream: { kind: mlflow, url: "http://127.0.0.1:5001" } }'],
    ['an upstream with TLS', 'mlflow: { upstream: { kind: mlflow, url: "https://mlflow.internal" } }'],
    ['keys beside the data', 'dataFolder: /var/lib/modelward/data\nkeyFolder: /var/lib/modelward/data-keys'],
  ])('%s', (_, text) => {
    expect(flawsOf(text)).toEqual([]);
  });
});

describe('combinations that stop the start', () => {
  it.each([
    ['control: { host: 192.168.1.5 }', 'control.host', 'can be reached from other machines, without TLS'],
    ['mlflow: { host: models.example.com }', 'mlflow.host', 'can be reached from other machines, without TLS'],
    ['mlflow: { host: "::" }', 'mlflow.host', 'can be reached from other machines, without TLS'],
    // A public URL alone promises TLS that nobody was named for, and a proxy alone has no URL to speak for.
    [`control: { host: 0.0.0.0, ${publicControl} }`, 'control.host', 'without TLS'],
    [`control: { host: 192.168.1.5 }\n${behindProxy}`, 'control.host', 'without TLS'],
    [
      `control: { host: 192.168.1.5, publicUrl: "http://ward.example.com" }\n${behindProxy}`,
      'control.publicUrl',
      'is not https',
    ],
    [`control: { host: 0.0.0.0 }\n${tls}`, 'control.host', 'no name that a client could ask for'],
    [`control: { publicUrl: "http://localhost:8080" }\n${tls}`, 'control.publicUrl', 'is not https'],
    [`control: { ${publicControl} }`, 'control.publicUrl', 'nothing here speaks TLS'],

    ['mlflow: { host: localhost }', 'mlflow.host', 'shares the host name `localhost`'],
    ['mlflow: { host: LOCALHOST }', 'mlflow.host', 'shares the host name `localhost`'],
    ['control: { host: 127.0.0.1 }', 'mlflow.host', 'shares the host name `127.0.0.1`'],
    ['mlflow: { publicUrl: "http://localhost:5000" }', 'mlflow.publicUrl', 'ports do not separate cookies'],
    [
      `control: { publicUrl: "https://ward.example.com" }\nmlflow: { publicUrl: "https://WARD.example.com.:8443" }\n${behindProxy}`,
      'mlflow.publicUrl',
      'shares the host name `ward.example.com`',
    ],
    [
      `control: { host: ward.example.com, port: 8443 }\nmlflow: { host: ward.example.com }\n${tls}`,
      'mlflow.host',
      'shares the host name',
    ],

    ['mlflow: { port: 8080 }', 'mlflow.port', 'is the port of `control` too'],
    ['mlflow: { upstream: { kind: mlflow } }', 'mlflow.upstream', 'names no server'],
    [
      'mlflow: { upstream: { kind: mlflow, socket: /s, url: "https://m.internal" } }',
      'mlflow.upstream',
      'names both a `url` and a `socket`',
    ],
    [
      'mlflow: { upstream: { kind: mlflow, url: "http://mlflow.internal:5000" } }',
      'mlflow.upstream.url',
      'is on another machine, without TLS',
    ],
    [
      'mlflow: { upstream: { kind: mlflow, url: "http://localhost:5000" } }',
      'mlflow.upstream.url',
      "is Modelward's own port",
    ],
    ['trustedProxies: [0.0.0.0/0]', 'trustedProxies[0]', 'a large part of the internet'],
    ['trustedProxies: ["10.0.0.1", "::/0"]', 'trustedProxies[1]', 'a large part of the internet'],
    ['keyFolder: ./data/keys', 'keyFolder', 'lies in `dataFolder`'],
    ['keyFolder: ./x/../data', 'keyFolder', 'lies in `dataFolder`'],
  ])('%s', (text, path, reason) => {
    const flaw = flawsOf(text).find((found) => found.path === path);
    expect(flaw).toEqual({ path, reason: expect.stringContaining(reason), fix: expect.stringMatching(/\w/) });
  });
});
