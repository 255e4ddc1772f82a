// What `npm start`, `npm test` and the `npm run` commands of package.json call. This file and what it imports run on the
// machine's own Node (18 or newer) before anything is installed: built-in modules only, nothing newer than Node 18.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { installWorkspace } from './install.mjs';
import { childEnvironment, findNode24, serverFlags, serverMemory } from './node-24.mjs';

/** What each command runs on Node 24. Arguments after `--` are handed on. */
const targets = {
  start: 'apps/server/src/main.mjs',
  test: 'setup/test.mjs',
  demo: 'tests/demo/main.ts',
  bench: 'tests/bench/main.ts',
  conformance: 'tests/conformance/main.ts',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.exitCode = await run(process.argv[2] ?? '', process.argv.slice(3));

/**
 * @param {string} command
 * @param {string[]} targetArguments
 * @returns {Promise<number>} the exit code
 */
async function run(command, targetArguments) {
  const target = Object.entries(targets).find(([name]) => name === command)?.[1];
  if (target === undefined)
    return fail(`unknown command \`${command}\`; use one of ${Object.keys(targets).join(', ')}`);
  const installed = await installWorkspace(root);
  if (!installed.ok) return fail(installed.reason);
  const node = findNode24(root);
  if (!node.ok) return fail(node.reason);
  const environment = childEnvironment({ root, node: node.value });
  const file = join(root, target);
  if (command !== 'start') return runChild(node.value, [file, ...targetArguments], { env: environment });
  return runChild(node.value, [...serverFlags, file, ...targetArguments], { env: { ...serverMemory, ...environment } });
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  return 1;
}
