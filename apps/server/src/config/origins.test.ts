import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';
import { allowedHosts, originOf } from './origins.ts';

function configOf(text: string) {
  const loaded = loadConfig({ env: {}, readFile: () => new TextEncoder().encode(text) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.reason));
  return loaded.value;
}

const proxied = `
control: { host: 0.0.0.0, publicUrl: "https://Ward.example.com:443/" }
mlflow: { host: 10.0.0.5, publicUrl: "https://mlflow.example.com:8443" }
trustedProxies: [10.0.0.2]
`;
const withTls = `
control: { host: ward.example.com, port: 443 }
mlflow: { host: "fd00::5", port: 5000 }
tls: { certificateFile: c, keyFile: k }
`;

describe('the names of an interface', () => {
  it.each([
    ['the defaults', '', 'control', 'http://localhost:8080', ['localhost:8080']],
    ['the defaults', '', 'mlflow', 'http://127.0.0.1:5000', ['127.0.0.1:5000']],
    ['IPv6', 'mlflow: { host: "0:0::1" }', 'mlflow', 'http://[::1]:5000', ['[::1]:5000']],
    ['TLS on its default port', withTls, 'control', 'https://ward.example.com', ['ward.example.com']],
    ['TLS on an address', withTls, 'mlflow', 'https://[fd00::5]:5000', ['[fd00::5]:5000']],
    ['every address behind a proxy', proxied, 'control', 'https://ward.example.com', ['ward.example.com']],
    [
      'one address behind a proxy',
      proxied,
      'mlflow',
      'https://mlflow.example.com:8443',
      ['mlflow.example.com:8443', '10.0.0.5:5000'],
    ],
  ] as const)('%s: %s %s', (_, text, name, origin, hosts) => {
    const config = configOf(text);
    expect([originOf(config, name), allowedHosts(config, name)]).toEqual([origin, hosts]);
  });
});
