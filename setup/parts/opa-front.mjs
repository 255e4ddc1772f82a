import { goProgram } from './go-program.mjs';

/**
 * A decision point that is not ours: Open Policy Agent behind a small AuthZEN front.
 *
 * @param {{ source: string, parts: string }} folders
 * @returns {import('./part.mjs').Part}
 */
export function opaFrontFrom({ source, parts }) {
  return goProgram({
    name: 'Open Policy Agent behind AuthZEN (Go)',
    variable: 'MODELWARD_TEST_OPA_FRONT',
    source,
    parts,
    folder: 'opa-front',
    packages: ['.'],
    oldestMinor: 26,
  });
}
