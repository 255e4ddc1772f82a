import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ok, type Result, refused } from '@modelward/basics';
import {
  type BundleFile,
  type BundleFlaw,
  createCompiledEngine,
  loadBundle,
  type PolicyBundle,
  type ValidatedBundles,
} from '@modelward/policy';
import { readSuites } from '../policy-tests/read-suites.ts';
import { type FailedCase, runSuites, type TestRun } from '../policy-tests/run-suites.ts';
import type { PolicySuite } from '../policy-tests/suite.ts';

/** The bundle that lies in a folder, or everything that is wrong with it: its own tests have to pass. Throws when the folder cannot be read. */
export async function readBundle(
  folder: string,
  validated?: ValidatedBundles,
): Promise<Result<PolicyBundle, readonly BundleFlaw[]>> {
  const checked = checkBundle(await readBundleFiles(folder), validated);
  if (!checked.ok) return checked;
  const { bundle, run } = checked.value;
  return run.failed.length > 0 ? refused(run.failed.map(testFlaw)) : ok(bundle);
}

export type CheckedBundle = {
  readonly bundle: PolicyBundle;
  readonly suites: readonly PolicySuite[];
  readonly run: TestRun;
};

/** Parses, validates and tests a bundle. A failed test is no flaw of how it is written: it is in `run`. */
export function checkBundle(
  files: readonly BundleFile[],
  validated?: ValidatedBundles,
): Result<CheckedBundle, readonly BundleFlaw[]> {
  const bundle = loadBundle(files, sha256, validated);
  if (!bundle.ok) return bundle;
  const suites = readSuites(files, bundle.value);
  if (!suites.ok) return suites;
  const run = runSuites(suites.value, createCompiledEngine(bundle.value));
  return ok({ bundle: bundle.value, suites: suites.value, run });
}

function testFlaw({ file, line, test, principal, action, resource, context, message }: FailedCase): BundleFlaw {
  return { file, line, message: `test \`${test}\`: ${principal} ${action} ${resource} under ${context}: ${message}` };
}

/** The files of a bundle as they lie in a folder, by their paths below it. */
export async function readBundleFiles(folder: string): Promise<readonly BundleFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isOfBundle(entry.name));
  return Promise.all(
    files.map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(folder, file).split(sep).join('/'), text: await readFile(file, 'utf8') };
    }),
  );
}

function isOfBundle(name: string): boolean {
  return name === 'manifest.json' || /\.(cedar|cedarschema|yaml)$/.test(name);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
