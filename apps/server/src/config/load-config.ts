import { ok, type Result, refused } from '@modelward/basics';
import { parseConfigFile, type ReadFile, readConfigFile } from './config-file.ts';
import { findDangers } from './dangers.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { ConfigFlaw } from './flaw.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { describeSchemaFlaws } from './schema-flaws.ts';
import { settings } from './settings.ts';
import { emptyTree, overlay, putAt, type Tree, valueAt } from './tree.ts';

/** Where a value comes from; the later one wins. */
export type Origin = 'default' | 'file' | 'environment';

/** Settings that are known, of their types, and safe together. */
export type Config = Settings & {
  /** The file that was read, when there was one. */
  readonly file: string | undefined;
  readonly origins: ReadonlyMap<string, Origin>;
};

export type ConfigSources = {
  /** As a person named it. Without one: `MODELWARD_CONFIG`, or `modelward.yaml` here when there is one. */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly readFile?: ReadFile;
};

const usualFile = 'modelward.yaml';

/** Reads and checks the whole configuration. A refusal lists everything that is wrong, not the first thing only. */
export function loadConfig({ file, env, readFile = readConfigFile }: ConfigSources): Result<Config, ConfigFlaw[]> {
  const named = file ?? (env.MODELWARD_CONFIG === '' ? undefined : env.MODELWARD_CONFIG);
  const read = readTree({ file: named ?? usualFile, mayBeMissing: named === undefined, readFile });
  if (!read.ok) return refused([read.reason]);
  const environment = readEnvironment(env);
  const fileTree = read.value ?? emptyTree();
  const tree = overlay(overlay(defaultTree(), fileTree), environment.tree);
  const originOf = (path: string): Origin => {
    if (valueAt(environment.tree, path) !== undefined) return 'environment';
    return valueAt(fileTree, path) === undefined ? 'default' : 'file';
  };
  const parsed = settingsSchema.safeParse(tree);
  if (!parsed.success) {
    return refused([...environment.flaws, ...describeSchemaFlaws(parsed.error.issues, { tree, originOf })]);
  }
  const flaws = [...environment.flaws, ...findDangers(parsed.data)];
  if (flaws.length > 0) return refused(flaws);
  const origins = new Map(settings.map(({ path }) => [path, originOf(path)]));
  return ok({ ...parsed.data, file: read.value === undefined ? undefined : (named ?? usualFile), origins });
}

type FileToRead = { readonly file: string; readonly mayBeMissing: boolean; readonly readFile: ReadFile };

function readTree({ file, mayBeMissing, readFile }: FileToRead): Result<Tree | undefined, ConfigFlaw> {
  let bytes: Uint8Array;
  try {
    bytes = readFile(file);
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown fault';
    if (code === 'ENOENT' && mayBeMissing) return ok(undefined);
    const fix = code === 'ENOENT' ? 'check its name, or start without naming one' : 'let this user read it';
    return refused({ path: file, reason: code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`, fix });
  }
  return parseConfigFile(file, bytes);
}

function defaultTree(): Tree {
  const tree = emptyTree();
  for (const setting of settings) if (setting.default !== undefined) putAt(tree, setting.path, setting.default);
  return tree;
}
