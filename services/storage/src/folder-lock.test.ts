import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

const script = `
  import { lockFolder } from ${JSON.stringify(import.meta.resolve('./folder-lock.ts'))};
  const lock = lockFolder(process.argv[1], 'a test', Date.now());
  console.log(JSON.stringify(lock.ok ? { ok: true } : lock));
  if (process.argv[2] === 'hold') setInterval(() => {}, 1000);
`;

const inAnotherProcess = (folder: string) =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script, folder], { encoding: 'utf8' }),
  );

describe('a folder belongs to one process', () => {
  it('and a second one is told which', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-lock-'));
    const lock = lockFolder(folder, 'the server', 5);
    expect(inAnotherProcess(folder)).toEqual({
      ok: false,
      reason: { pid: process.pid, purpose: 'the server', sinceMs: 5 },
    });
    if (lock.ok) lock.value.release();
    expect(inAnotherProcess(folder)).toEqual({ ok: true });
  });

  it('and is free at once when that process is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-lock-'));
    const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, folder, 'hold']);
    await once(holder.stdout, 'data');
    expect(lockFolder(folder, 'mine', 6)).toMatchObject({ ok: false, reason: { pid: holder.pid } });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(lockFolder(folder, 'mine', 7).ok).toBe(true);
  });
});
