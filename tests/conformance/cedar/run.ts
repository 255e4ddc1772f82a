import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Case } from '../suite.ts';
import { type CedarTest, runTest } from './run-test.ts';

/**
 * A folder of cedar-policy/cedar-integration-tests: all of it, or any folder below. Each request is a case. An archive of
 * tests is unpacked and run; what is neither a test nor named by one is not looked at, as in Cedar's own runner.
 */
export async function* run(folder: string): AsyncGenerator<Case> {
  for (const path of filesBelow(folder)) {
    if (path.endsWith('.tar.gz')) yield* runArchive(path, relative(folder, path));
    else if (isTest(path)) yield* runFile(path, relative(folder, path));
  }
}

function filesBelow(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, name));
}

/** Entities lie beside the generated tests and below `sample-data`, and have no requests. */
function isTest(path: string): boolean {
  return path.endsWith('.json') && !/entities[^/]*\.json$/.test(path);
}

async function* runArchive(path: string, name: string): AsyncGenerator<Case> {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-cedar-'));
  try {
    execFileSync('tar', ['-xzf', path, '-C', folder]);
    for await (const one of run(folder)) yield { ...one, name: `${name}/${one.name}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* runFile(path: string, name: string): Generator<Case> {
  const test = readExactJson(path) as Partial<CedarTest>;
  const { policies, entities, schema, requests } = test;
  if (policies === undefined || entities === undefined || schema === undefined || requests === undefined) {
    yield { name, problem: 'not a test: it needs `policies`, `entities`, `schema` and `requests`' };
    return;
  }
  // Paths are from the root of the repository, wherever below it this folder lies.
  const root = rootOf(dirname(path), policies);
  if (root === undefined) {
    yield { name, problem: `\`${policies}\` is not below any folder above this test` };
    return;
  }
  const files = {
    policies: readFileSync(join(root, policies), 'utf8'),
    schema: readFileSync(join(root, schema), 'utf8'),
    entities: readExactJson(join(root, entities)),
  };
  for (const { name: request, ...rest } of runTest({ ...test, requests } as CedarTest, files)) {
    yield { name: `${name} ${request}`, ...rest };
  }
}

function rootOf(folder: string, path: string): string | undefined {
  if (existsSync(join(folder, path))) return folder;
  return dirname(folder) === folder ? undefined : rootOf(dirname(folder), path);
}

/** JSON with its integers as they are written: many of these tests are about those that a double does not hold. */
function readExactJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'), (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? BigInt(context?.source ?? value) : value,
  );
}
