import type { Need } from '../adapter.ts';
import { artifactOwner, isPlainPath } from './artifact-path.ts';
import { type Fields, identitySyntax } from './fields.ts';

/**
 * Everything that a new model version says it comes from: reading is needed on each, or a version could be made of somebody
 * else's run and read through one's own model (CVE-2026-69148). Other schemes would make the upstream fetch from anywhere.
 */
export function originsOf(fields: Fields): readonly Need[] {
  const needs: Need[] = [];
  const runId = fields.optional('run_id', 'runId');
  if (runId !== undefined) needs.push({ action: 'run.read', on: { type: 'Run', key: runId } });
  const modelId = fields.optional('model_id', 'modelId');
  if (modelId !== undefined) needs.push({ action: 'run.read', on: { type: 'LoggedModel', key: modelId } });
  const source = fields.text('source');
  const origin = source === undefined ? undefined : originOf(source);
  if (origin === undefined)
    fields.reject('`source` must be `runs:/...`, `models:/...` or `mlflow-artifacts:/...` of this registry');
  else needs.push(origin);
  return needs;
}

function originOf(source: string): Need | undefined {
  const at = source.indexOf(':/');
  const scheme = source.slice(0, at);
  const path = source.slice(at + 2);
  if (at < 0 || !isPlainPath(path)) return undefined;
  if (scheme === 'runs') return originInRun(path);
  if (scheme === 'models') return originInModel(path);
  if (scheme !== 'mlflow-artifacts') return undefined;
  const owner = artifactOwner(path);
  return owner && { action: 'artifact.read', on: owner };
}

function originInRun(path: string): Need | undefined {
  const run = path.split('/')[0] ?? '';
  return identitySyntax.runId.test(run) ? { action: 'artifact.read', on: { type: 'Run', key: run } } : undefined;
}

function originInModel(path: string): Need | undefined {
  const [first = '', version, ...rest] = path.split('/');
  if (version === undefined) {
    return identitySyntax.modelId.test(first)
      ? { action: 'artifact.read', on: { type: 'LoggedModel', key: first } }
      : undefined;
  }
  // By alias or stage (`name@champion`, `name/Production`) the origin could move between the check and the use.
  const isVersion = rest.length === 0 && identitySyntax.modelName.test(first) && identitySyntax.version.test(version);
  return isVersion
    ? { action: 'version.download', on: { type: 'ModelVersion', key: `${first}/${version}` } }
    : undefined;
}
