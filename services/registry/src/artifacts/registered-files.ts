import type { Stores } from '../call.ts';
import { Refusal } from '../refusal.ts';
import type { ArtifactPlace } from './artifact-path.ts';
import { foldersOf } from './artifact-path.ts';

type Change = 'write' | 'remove';

/**
 * INVARIANT: what was registered, and may have been looked through and approved, stays what it was; something else is another
 * version. Which version it is stays untold: its name may be hidden from whoever owns the run.
 */
export async function refuseRegistered(stores: Stores, place: ArtifactPlace, change: Change): Promise<void> {
  const { owner, path } = place;
  const at = path === '' ? [''] : ['', ...foldersOf(path), path];
  const isRegistered = await stores.versions.hasFilesAt({
    ...(owner.type === 'Run' ? { runId: owner.key } : {}),
    places: at.flatMap((one) => locationsOf(place, one)),
    below: change === 'remove' ? locationsOf(place, path) : [],
  });
  if (!isRegistered) return;
  throw new Refusal(
    'PERMISSION_DENIED',
    'these are the files of a registered model version, and those never change; log the model anew and register that',
  );
}

/** Every spelling that a version may have of a place. */
function locationsOf({ owner, root }: ArtifactPlace, path: string): readonly string[] {
  const below = path === '' ? '' : `/${path}`;
  const inStore = `mlflow-artifacts:/${root}${below}`;
  return owner.type === 'Run' ? [inStore, `runs:/${owner.key}${below}`] : [inStore];
}
