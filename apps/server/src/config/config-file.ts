import { closeSync, openSync, readSync } from 'node:fs';
import { ok, type Result, refused } from '@modelward/basics';
import { parseDocument, visit } from 'yaml';
import type { ConfigFlaw } from './flaw.ts';
import { isTree, type Tree } from './tree.ts';

const largestBytes = 256 * 1024;

/** Gives a file's bytes, or throws as Node's own functions do (`ENOENT`, `EACCES`, ...). */
export type ReadFile = (file: string) => Uint8Array;

/** Reads no more than one byte past the limit, whatever the file is: a device or a pipe has no size to ask for. */
export function readConfigFile(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(largestBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads modelward.yaml as one plain map: no key twice, no anchors, no tags, one document, bounded size. */
export function parseConfigFile(file: string, bytes: Uint8Array): Result<Tree, ConfigFlaw> {
  if (bytes.length > largestBytes) {
    return flawOf(file, `is larger than ${largestBytes / 1024} KiB`, 'is this the right file?');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return flawOf(file, 'is not UTF-8 text', 'save it as UTF-8');
  }
  return parseYaml(file, text);
}

function parseYaml(file: string, text: string): Result<Tree, ConfigFlaw> {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true, strict: true, logLevel: 'error' });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    // The parser's own message quotes the line, and the line may hold a password.
    const line = problem.linePos?.[0].line ?? 1;
    const [reason, fix] = yamlProblems[problem.code] ?? ['is not valid YAML', 'check the indentation and the quotes'];
    return flawOf(`${file}, line ${line}`, reason, fix);
  }
  let usesAnchors = false;
  visit(document, {
    Alias: () => {
      usesAnchors = true;
      return visit.BREAK;
    },
  });
  if (usesAnchors) return flawOf(file, 'uses YAML aliases (`*name`)', 'write the values out');
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (value === null) return ok({});
  return isTree(value) ? ok(value) : flawOf(file, 'is not a map of settings', 'write lines such as `logLevel: info`');
}

const yamlProblems: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  DUPLICATE_KEY: ['has a key that stands twice in the same place', 'keep one of the two'],
  MULTIPLE_DOCS: ['has a second YAML document', 'keep one document, without `---` lines'],
  TAB_AS_INDENT: ['has a tab as indentation', 'indent with spaces'],
  TAG_RESOLVE_FAILED: ['has a tag (`!...`) that is not known', 'remove the tag'],
  RESOURCE_EXHAUSTION: ['is nested too deeply', 'remove what is not a setting'],
};

function flawOf(path: string, reason: string, fix: string) {
  return refused({ path, reason, fix } satisfies ConfigFlaw);
}
