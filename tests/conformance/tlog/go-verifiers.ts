import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/* Verifiers that are not ours (setup/parts/go-verifiers.mjs builds them): whether they accept a log in a folder. */

const folderOfVerifiers = process.env.MODELWARD_TEST_TLOG_VERIFIERS;
const longestMs = 60_000;

export const hasVerifiers = folderOfVerifiers !== undefined;
if (!hasVerifiers)
  console.warn(
    'SKIPPED independent log verifiers: set MODELWARD_TEST_TLOG_VERIFIERS to run them (npm test does, with Go)',
  );

function runVerifier(name: string, options: readonly string[]) {
  const command = join(folderOfVerifiers ?? '', name);
  const { status, stdout, stderr } = spawnSync(command, options, { encoding: 'utf8', timeout: longestMs });
  return { status, text: `${stdout}${stderr}` };
}

/**
 * Tessera's checker of whole logs. It ends with 0 either way: what it says counts. With fewer workers than tiles, version
 * 1.0.4 waits forever once it has found a tile that differs.
 */
export function fsck(folder: string, keyFile: string): boolean {
  const { text } = runVerifier('fsck', [
    `--storage_url=file://${folder}/`,
    `--public_key=${keyFile}`,
    '--ui=false',
    '-N=16',
  ]);
  const [accepted, refused] = [text.includes("Successfully fsck'd log"), text.includes('fsck failed')];
  if (accepted === refused) throw new Error(`fsck says neither yes nor no: ${text}`);
  return accepted;
}

/** The program on golang.org/x/mod/sumdb, in sumdb-check/. */
export function sumdbCheck(folder: string, keyFile: string, options: readonly string[] = []): boolean {
  const { status, text } = runVerifier('sumdb-check', ['-key', keyFile, ...options, folder]);
  if (status !== 0 && !text.startsWith('REFUSED')) throw new Error(`sumdb-check broke: ${text}`);
  return status === 0;
}
