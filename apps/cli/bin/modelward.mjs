#!/usr/bin/env node
// Finds Node 24 and runs the command line on it; `node_modules` is there already, or npx would not have found this file.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from '../../../setup/child.mjs';
import { childEnvironment, findNode24 } from '../../../setup/node-24.mjs';

const cli = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(cli));
const node = findNode24(root);
if (node.ok) {
  const environment = childEnvironment({ root, node: node.value });
  process.exitCode = await runChild(node.value, [join(cli, 'src', 'main.ts'), ...process.argv.slice(2)], {
    env: environment,
  });
} else {
  console.error(node.reason);
  process.exitCode = 1;
}
