import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installWorkspace } from './install.mjs';

describe('installing the workspace', () => {
  let root: string;
  let installations: number;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'modelward-install-'));
    writeFileSync(join(root, 'package-lock.json'), '{}');
    installations = 0;
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Does what npm ci does to the folder: throws it away and makes it anew. */
  async function install() {
    installations += 1;
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    mkdirSync(join(root, 'node_modules'));
    return undefined;
  }

  it('installs once, and nothing again while the lockfile stays as it is', async () => {
    expect(await installWorkspace(root, install)).toEqual({ ok: true });
    expect(await installWorkspace(root, install)).toEqual({ ok: true });
    expect(installations).toBe(1);
  });

  it('installs again when the lockfile changed', async () => {
    await installWorkspace(root, install);
    writeFileSync(join(root, 'package-lock.json'), '{ "name": "other" }');
    await installWorkspace(root, install);
    expect(installations).toBe(2);
  });

  it('installs again when the folder was made on another platform', async () => {
    await installWorkspace(root, install);
    const stamp = join(root, 'node_modules', '.modelward-installed');
    writeFileSync(stamp, readFileSync(stamp, 'utf8').replace(process.platform, 'elsewhere'));
    await installWorkspace(root, install);
    expect(installations).toBe(2);
  });

  it('says what to do when npm fails, and tries again the next time', async () => {
    mkdirSync(join(root, 'node_modules'));
    const failed = await installWorkspace(root, async () => 'exit 1');
    expect(failed).toEqual({
      ok: false,
      reason: expect.stringMatching(/`npm ci` failed \(exit 1\); check that .*again/),
    });
    await installWorkspace(root, install);
    expect(installations).toBe(1);
  });
});
