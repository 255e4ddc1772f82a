import { goProgram } from './go-program.mjs';

/**
 * Verifiers of the record that are not ours: Tessera's fsck, and a small program on golang.org/x/mod/sumdb.
 *
 * @param {{ source: string, parts: string }} folders
 * @returns {import('./part.mjs').Part}
 */
export function goVerifiersFrom({ source, parts }) {
  return goProgram({
    name: 'independent log verifiers (Go)',
    variable: 'MODELWARD_TEST_TLOG_VERIFIERS',
    source,
    parts,
    folder: 'tlog-verifiers',
    packages: ['.', 'github.com/transparency-dev/tessera/cmd/fsck'],
    oldestMinor: 25,
  });
}
