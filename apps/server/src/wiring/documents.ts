import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** The texts for users that the server shows itself, so that they fit its version and need no network. */
const shown = [
  { name: 'readme', title: 'The first ten minutes', file: 'README.md' },
  { name: 'cli', title: 'The command line', file: 'docs/cli.md' },
  { name: 'configuration', title: 'Configuration', file: 'docs/configuration.md' },
  { name: 'glossary', title: 'Glossary', file: 'GLOSSARY.md' },
] as const;

export function readDocuments() {
  return shown.map(({ name, title, file }) => ({ name, title, text: readFileSync(join(root, file), 'utf8') }));
}
