import type { z } from 'zod';
import { type ConfigFlaw, nearest, show } from './flaw.ts';
import type { Origin } from './load-config.ts';
import { type Setting, settingAt, settings, variableOf } from './settings.ts';
import { type Tree, valueAt } from './tree.ts';

type Read = { readonly tree: Tree; readonly originOf: (path: string) => Origin };

/** What the schema found, in words for the person who wrote the file. */
export function describeSchemaFlaws(issues: readonly z.core.$ZodIssue[], read: Read): ConfigFlaw[] {
  return issues.flatMap((issue) => {
    const path = spell(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => describeUnknownKey(path === '' ? key : `${path}.${key}`));
    }
    return [describeWrongValue(path, read)];
  });
}

function spell(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

function describeUnknownKey(path: string): ConfigFlaw {
  const setting = settingAt(path);
  if (setting !== undefined) {
    const kind = path.replace(/[^.]*$/, 'kind');
    return { path, reason: `does not belong to this \`${kind}\``, fix: `change \`${kind}\`, or remove it` };
  }
  const meant = nearest(path, [...settings.map((known) => known.path), ...groups]);
  const fix = meant === undefined ? 'remove it; docs/configuration.md lists every key' : `did you mean \`${meant}\`?`;
  return { path: show(path), reason: 'no such key', fix };
}

const groups = ['storage', 'control', 'mlflow', 'mlflow.upstream', 'policy', 'policy.engine', 'record', 'tls'];

function describeWrongValue(path: string, { tree, originOf }: Read): ConfigFlaw {
  const setting = settingAt(path);
  if (setting === undefined) {
    const inside = settings.find((known) => known.path.startsWith(`${path}.`));
    const example = inside === undefined ? 'logLevel: info' : `${inside.path}: ${inside.example}`;
    return { path, reason: 'holds settings of its own', fix: `write them below it, as in \`${example}\`` };
  }
  const value = valueAt(tree, path);
  return { path, reason: describeValue(setting, path, value), fix: describeFix(setting, originOf(setting.path)) };
}

function describeValue(setting: Setting, path: string, value: unknown): string {
  if (value === undefined || value === null) return 'is missing';
  if (setting.form === 'list' && !path.endsWith(']') && Array.isArray(value)) return 'has more than 256 entries';
  const shown = setting.secret ? 'the value' : `\`${show(value)}\``;
  if (setting.form === 'list' && !path.endsWith(']')) return `${shown} is not a list`;
  return `${shown} is not ${setting.expects}`;
}

function describeFix(setting: Setting, origin: Origin): string {
  if (origin === 'environment') return `set \`${variableOf(setting.path)}\` as in \`${setting.example}\``;
  const example = setting.form === 'list' ? `[${setting.example}]` : setting.example;
  return `write it as in \`${setting.path}: ${example}\``;
}
