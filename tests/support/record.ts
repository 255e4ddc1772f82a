import { join } from 'node:path';
import { expect } from 'vitest';
import type { House } from './house.ts';
import { runCli } from './run-cli.ts';

/** After a scenario the whole log is verified again, as an auditor would with the files in hand. */
export async function verifyRecord({ folder }: Pick<House, 'folder'>): Promise<void> {
  const { status, stdout, stderr } = runCli(['audit', 'verify', '--folder', join(folder, 'data', 'record')], {
    cwd: folder,
  });
  expect(`${stdout}${stderr}`).toContain('verified');
  expect(status).toBe(0);
}
