import { type ArtifactPlace, isPlainPath, parseArtifactPath } from '../artifacts/artifact-path.ts';
import { invalid } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { loggedModelId, modelName, runId, shown, versionNumber } from '../request/values.ts';

/**
 * Where a version may come from: a run, a logged model or another version of this registry, and nothing else. A file path or a
 * remote address would make the registry, or whoever loads the model, fetch what nobody here decided about (CVE-2025-11201,
 * GHSA-mr9f-g8qf-4w4j).
 */
export type Source =
  | { readonly from: 'run'; readonly uri: string; readonly runId: string }
  | { readonly from: 'logged-model'; readonly uri: string; readonly modelId: string }
  | { readonly from: 'version'; readonly uri: string; readonly name: string; readonly version: number }
  | { readonly from: 'artifacts'; readonly uri: string; readonly place: ArtifactPlace };

/** The source, with the run and the logged model that the request names beside it. */
export type Origin = { readonly source: Source; readonly runId?: string; readonly modelId?: string };

export function readOrigin(fields: Fields): Origin {
  const uri = fields.required('source');
  const source = parseSource(uri);
  if (source === undefined) {
    throw invalid(
      `Invalid model version source: '${shown(uri)}'. Use \`runs:/...\`, \`models:/...\` or \`mlflow-artifacts:/...\` of this registry.`,
    );
  }
  const modelId = fields.text('model_id');
  const run = fields.text('run_id') === undefined ? undefined : runId(fields);
  const origin = {
    source,
    ...(run === undefined ? {} : { runId: run }),
    ...(modelId === undefined ? {} : { modelId: loggedModelId(modelId) }),
  };
  const lacking = lackingName(origin);
  if (lacking === undefined) return origin;
  throw invalid(
    `Invalid model version source: '${shown(uri)}'. The ${lacking} request parameter must identify the resource that contains the source.`,
  );
}

function parseSource(uri: string): Source | undefined {
  const [, scheme, path = ''] = /^(runs|models|mlflow-artifacts):\/([^/].*)$/s.exec(uri) ?? [];
  if (scheme === undefined || !isPlainPath(path)) return undefined;
  if (scheme === 'models') return parseModelsUri(uri, path);
  if (scheme === 'runs') {
    const [run = '', ...below] = path.split('/');
    return /^[0-9a-f]{32}$/.test(run) && below.length > 0 ? { from: 'run', uri, runId: run } : undefined;
  }
  const place = parseArtifactPath(path);
  return place && { from: 'artifacts', uri, place };
}

/** By alias or stage (`models:/name@champion`) the origin could move between the decision and the use. */
function parseModelsUri(uri: string, path: string): Source | undefined {
  const [first = '', version, ...rest] = path.split('/');
  if (version === undefined)
    return /^m-[0-9a-f]{32}$/.test(first) ? { from: 'logged-model', uri, modelId: first } : undefined;
  if (rest.length > 0 || !/^[1-9][0-9]{0,9}$/.test(version)) return undefined;
  return { from: 'version', uri, name: modelName(first), version: versionNumber(version) };
}

/** The field whose value does not belong to the source: a version must not be said to come from where it does not. */
function lackingName({ source, runId, modelId }: Origin): 'run_id' | 'model_id' | undefined {
  switch (source.from) {
    case 'run':
      return modelId !== undefined ? 'model_id' : source.runId === runId ? undefined : 'run_id';
    case 'logged-model':
      return source.modelId === modelId ? undefined : 'model_id';
    case 'version':
      return undefined;
    case 'artifacts':
      return lackingOwner(source.place, { runId, modelId });
  }
}

function lackingOwner({ owner }: ArtifactPlace, named: { runId: string | undefined; modelId: string | undefined }) {
  if (named.modelId !== undefined)
    return owner.type === 'LoggedModel' && owner.key === named.modelId ? undefined : 'model_id';
  return owner.type === 'Run' && owner.key === named.runId ? undefined : 'run_id';
}
