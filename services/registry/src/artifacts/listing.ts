import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import type { Call, Stores } from '../call.ts';
import { invalid } from '../refusal.ts';
import { runId } from '../request/values.ts';
import { runArtifactUri } from '../runs/render-run.ts';
import { findRun } from '../runs/runs.ts';
import { type ArtifactPlace, isPlainPath, nameOf } from './artifact-path.ts';
import { findPlace } from './artifact-place.ts';
import type { Artifact } from './artifact-store.ts';
import { artifactPlace } from './place-asked.ts';
import { refuseRegistered } from './registered-files.ts';

/** What a run keeps in a folder: paths below the run's root. */
export async function listArtifacts({ fields, stores }: Call): Promise<JsonObject> {
  const run = await findRun(stores, runId(fields));
  const path = fields.text('path') ?? '';
  if (path !== '' && !isPlainPath(path)) throw invalid('Invalid path');
  const files = await filesIn(stores, { root: `${run.experiment_id}/${run.id}/artifacts`, path });
  return present({ root_uri: runArtifactUri(run), files: some(files.map((file) => render(file, file.path))) });
}

/** What lies in a folder, by name alone. */
export async function browseArtifacts({ fields, stores }: Call): Promise<JsonObject> {
  const files = await filesIn(stores, await findPlace(stores, artifactPlace(fields, 'path')));
  return present({ files: some(files.map((file) => render(file, nameOf(file.path)))) });
}

/** Everything at a path. The bytes stay where they are: other paths, and backups, may use the same ones. */
export async function deleteArtifact({ fields, stores }: Call): Promise<JsonObject> {
  const place = await findPlace(stores, artifactPlace(fields, 'artifact_path'));
  await refuseRegistered(stores, place, 'remove');
  await stores.artifacts.remove(place.root, place.path);
  return {};
}

async function filesIn(
  stores: Stores,
  { root, path }: Pick<ArtifactPlace, 'root' | 'path'>,
): Promise<readonly Artifact[]> {
  return (await stores.artifacts.list(root, path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function render({ digest, size_bytes }: Artifact, path: string): JsonObject {
  // MLflow leaves out a size of nothing.
  return present({ path, is_dir: digest === null, file_size: size_bytes === 0 ? undefined : size_bytes });
}
