import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigSources, loadConfig } from './load-config.ts';

/** Loads a file of these words, with no other environment. */
function load(text: string | Uint8Array, env: ConfigSources['env'] = {}) {
  return loadConfig({ env, readFile: () => (typeof text === 'string' ? new TextEncoder().encode(text) : text) });
}

function flawsOf(text: string | Uint8Array, env: ConfigSources['env'] = {}) {
  const loaded = load(text, env);
  return loaded.ok ? [] : loaded.reason;
}

function configOf(text: string, env: ConfigSources['env'] = {}) {
  const loaded = load(text, env);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.reason));
  return loaded.value;
}

function missing(): never {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
}

describe('where settings come from', () => {
  it('needs no file: the defaults listen on this machine only', () => {
    const loaded = loadConfig({ env: {}, readFile: missing });
    expect(loaded.ok && loaded.value).toMatchObject({
      dataFolder: './data',
      keyFolder: './keys',
      storage: { kind: 'sqlite' },
      control: { host: 'localhost', port: 8080 },
      mlflow: { host: '127.0.0.1', port: 5000, upstream: { kind: 'built-in' } },
      trustedProxies: [],
      logLevel: 'info',
      file: undefined,
    });
  });

  it('lets the environment win over the file, and the file over the defaults, each setting alone', () => {
    const config = configOf('control: { port: 8081 }\nmlflow: { port: 5001 }\n', { MODELWARD_MLFLOW_PORT: '5002' });
    expect([config.control, config.mlflow.port]).toEqual([{ host: 'localhost', port: 8081 }, 5002]);
    expect(['control.host', 'control.port', 'mlflow.port'].map((path) => config.origins.get(path))).toEqual([
      'default',
      'file',
      'environment',
    ]);
  });

  it('reads the file that is named, and refuses to start without it', () => {
    const asked: string[] = [];
    const readFile = (file: string) => {
      asked.push(file);
      return missing();
    };
    const byName = loadConfig({ file: 'other.yaml', env: { MODELWARD_CONFIG: 'third.yaml' }, readFile });
    const byVariable = loadConfig({ env: { MODELWARD_CONFIG: 'third.yaml' }, readFile });
    expect(asked).toEqual(['other.yaml', 'third.yaml']);
    expect([byName, byVariable].map((loaded) => loaded.ok || loaded.reason[0])).toEqual([
      { path: 'other.yaml', reason: 'is not there', fix: expect.any(String) },
      { path: 'third.yaml', reason: 'is not there', fix: expect.any(String) },
    ]);
  });

  it('says why a file cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-config-'));
    const loaded = loadConfig({ file: folder, env: {} });
    rmSync(folder, { recursive: true });
    expect(loaded).toMatchObject({ ok: false, reason: [{ path: folder, reason: 'cannot be read (EISDIR)' }] });
  });

  it('reads a real file, and stops reading one that is too large', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-config-'));
    const file = join(folder, 'modelward.yaml');
    writeFileSync(file, 'logLevel: debug\n');
    const small = loadConfig({ file, env: {} });
    writeFileSync(file, `# ${'x'.repeat(300_000)}\n`);
    const large = loadConfig({ file, env: {} });
    rmSync(folder, { recursive: true });
    expect(small).toMatchObject({ ok: true, value: { logLevel: 'debug', file } });
    expect(large).toMatchObject({ ok: false, reason: [{ reason: 'is larger than 256 KiB' }] });
  });

  it.each([
    ['MODELWARD_TRUSTED_PROXIES', '10.0.0.1, 10.1.0.0/16', { trustedProxies: ['10.0.0.1', '10.1.0.0/16'] }],
    ['MODELWARD_CONTROL_PORT', '', { control: { port: 8080 } }],
    ['MODELWARD_CONTROL_PORT', 'tcp://10.0.0.1:8080', { control: { port: 8080 } }],
    ['MODELWARD_CONTROL_SERVICE_HOST', '10.0.0.1', { control: { port: 8080 } }],
    ['MODELWARD_PORT_8080_TCP_ADDR', '10.0.0.1', { control: { port: 8080 } }],
    ['MODELWARD_TEST_POSTGRES', 'postgres://x', { storage: { kind: 'sqlite' } }],
    ['MODELWARD_MLFLOW_PUBLIC_URL', 'http://127.0.0.1:5000/', { mlflow: { publicUrl: 'http://127.0.0.1:5000' } }],
  ])('reads %s=%s', (name, text, expected) => {
    expect(configOf('', { [name]: text })).toMatchObject(expected);
  });

  it('leaves a group without lines as it is', () => {
    expect(configOf('control:\n  # port: 9\nlogLevel: warn\n')).toMatchObject({ control: { port: 8080 } });
  });
});

describe('what the file may not hold', () => {
  it.each([
    ['a key twice', 'logLevel: info\nlogLevel: debug', 'has a key that stands twice in the same place'],
    ['an alias', 'logLevel: &a info\ndataFolder: *a', 'uses YAML aliases (`*name`)'],
    ['a bomb of aliases', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]', 'uses YAML aliases (`*name`)'],
    ['a second document', 'logLevel: info\n---\nlogLevel: debug', 'has a second YAML document'],
    ['a tag', 'logLevel: !!js/function "x"', 'has a tag (`!...`) that is not known'],
    ['tabs', 'control:\n\tport: 1', 'has a tab as indentation'],
    ['broken YAML', 'control: port: 1', 'is not valid YAML'],
    ['deep nesting', '['.repeat(100_000), 'is nested too deeply'],
    ['a list', '- logLevel', 'is not a map of settings'],
    ['bytes that are not UTF-8', new Uint8Array([0x61, 0xff]), 'is not UTF-8 text'],
  ])('refuses %s', (_, text, reason) => {
    expect(flawsOf(text)).toEqual([
      { path: expect.stringContaining('modelward.yaml'), reason, fix: expect.any(String) },
    ]);
  });

  it('names the line, and does not quote it: it may hold a password', () => {
    const flaws = flawsOf('logLevel: info\nstorage: { url: postgres://u:hunter2@h/d } }\n');
    expect(flaws[0]?.path).toBe('modelward.yaml, line 2');
    expect(JSON.stringify(flaws)).not.toContain('hunter2');
  });

  it('gives a list of flaws or a configuration for any text, and never throws', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constantFrom('__proto__: {a: 1}', '? [a]\n: b'));
    fc.assert(fc.property(text, (yaml) => typeof load(yaml).ok === 'boolean'));
  });
});

describe('flaws in words', () => {
  it.each([
    ['contrl: {}', 'contrl', 'no such key', 'did you mean `control`?'],
    ['control: { prot: 1 }', 'control.prot', 'no such key', 'did you mean `control.port`?'],
    ['publicUrl: https://a.b', 'publicUrl', 'no such key', 'did you mean `control.publicUrl`?'],
    ['tls: { certificate: x }', 'tls.certificateFile', 'is missing', 'write it as in'],
    ['colour: red', 'colour', 'no such key', 'remove it; docs/configuration.md lists every key'],
    ['__proto__: { admin: true }', '__proto__', 'no such key', 'remove it'],
    [
      'storage: { url: postgres://h/d }',
      'storage.url',
      'does not belong to this `storage.kind`',
      'change `storage.kind`',
    ],
    ['storage: { kind: postgres }', 'storage.url', 'is missing', 'write it as in `storage.url: postgres://'],
    ['storage: { kind: mysql }', 'storage.kind', '`mysql` is not `sqlite` or `postgres`', 'write it as in'],
    [
      'control: { port: "80 80" }',
      'control.port',
      '`80 80` is not a whole number from 1 to 65535',
      '`control.port: 8080`',
    ],
    ['control: { port: 0 }', 'control.port', '`0` is not a whole number from 1 to 65535', 'write it'],
    ['control: { port: 1.5 }', 'control.port', '`1.5` is not a whole number from 1 to 65535', 'write it'],
    ['control: { port: }', 'control.port', 'is missing', 'write it'],
    ['control: 8080', 'control', 'holds settings of its own', 'write them below it, as in `control.host: localhost`'],
    ['control: { host: "http://x" }', 'control.host', '`http://x` is not a host name or an IP address', 'write it'],
    ['control: { host: "127.1" }', 'control.host', '`127.1` is not a host name', 'write it'],
    ['control: { host: "[::1]" }', 'control.host', '`[::1]` is not a host name', 'write it'],
    [
      'control: { publicUrl: "https://a.b/c" }',
      'control.publicUrl',
      '`https://a.b/c` is not a URL of scheme',
      'write it',
    ],
    ['control: { publicUrl: "https://u:p@a.b" }', 'control.publicUrl', '`https://u:p@a.b` is not a URL', 'write it'],
    ['control: { publicUrl: "ftp://a.b" }', 'control.publicUrl', '`ftp://a.b` is not a URL', 'write it'],
    ['trustedProxies: 10.0.0.1', 'trustedProxies', '`10.0.0.1` is not a list', '`trustedProxies: [10.1.2.3]`'],
    ['trustedProxies: [proxy]', 'trustedProxies[0]', '`proxy` is not an IP address or a range', 'write it'],
    ['trustedProxies: [10.0.0.0/33]', 'trustedProxies[0]', '`10.0.0.0/33` is not an IP address or a range', 'write it'],
    ['logLevel: loud', 'logLevel', '`loud` is not one of `fatal`', '`logLevel: info`'],
    ['dataFolder: ""', 'dataFolder', '`` is not the path of a folder', 'write it'],
    ['dataFolder: 7', 'dataFolder', '`7` is not the path of a folder', 'write it'],
    [
      'mlflow: { upstream: { kind: mlflow, socket: /s, acceptOpen: true } }',
      'mlflow.upstream.acceptOpen',
      '`true` is not a reason in words',
      'write it',
    ],
  ])('%s', (text, path, reason, fix) => {
    const flaw = flawsOf(text).find((found) => found.path === path);
    expect(flaw).toEqual({ path, reason: expect.stringContaining(reason), fix: expect.stringContaining(fix) });
  });

  it('lists everything that is wrong at once', () => {
    const flaws = flawsOf('logLevel: loud\ncolour: red\ncontrol: { port: x }', { MODELWARD_CONTROL_PROT: '1' });
    expect(flaws.map(({ path }) => path).toSorted()).toEqual([
      'MODELWARD_CONTROL_PROT',
      'colour',
      'control.port',
      'logLevel',
    ]);
  });

  it('names the variable when the value came from one', () => {
    expect(flawsOf('', { MODELWARD_CONTROL_PORT: 'http' })).toEqual([
      {
        path: 'control.port',
        reason: '`http` is not a whole number from 1 to 65535',
        fix: 'set `MODELWARD_CONTROL_PORT` as in `8080`',
      },
    ]);
  });

  it.each([
    ['MODELWARD_CONTROL_PROT', 'did you mean `MODELWARD_CONTROL_PORT`?'],
    ['MODELWARD_COLOUR', 'unset it; docs/configuration.md lists every variable'],
  ])('refuses the variable %s, which is no setting', (name, fix) => {
    expect(flawsOf('', { [name]: '1' })).toEqual([{ path: name, reason: 'no setting has this variable', fix }]);
  });

  it('does not print the database URL that it refuses', () => {
    const flaws = flawsOf('storage: { kind: postgres, url: "mysql://u:hunter2@h/d" }');
    expect(flaws).toMatchObject([{ path: 'storage.url', reason: expect.stringContaining('the value is not a URL') }]);
    expect(JSON.stringify(flaws)).not.toContain('hunter2');
  });

  it('keeps control characters out of its messages', () => {
    const flaws = flawsOf('logLevel: "\\e[2Jx"\n"\\e[2J": 1');
    expect(flaws).toHaveLength(2);
    expect(JSON.stringify(flaws)).not.toContain('\\u001b');
  });
});
