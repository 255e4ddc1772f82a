import type { Stores } from '../call.ts';
import { missing } from '../refusal.ts';
import type { ArtifactPlace } from './artifact-path.ts';

/** The owner is there, and in the experiment that the path names: one file must not have two paths. */
export async function findPlace(stores: Stores, place: ArtifactPlace): Promise<ArtifactPlace> {
  const { owner, experimentId } = place;
  const found =
    owner.type === 'Run' ? await stores.runs.findById(owner.key) : await stores.loggedModels.findById(owner.key);
  if (found?.experiment_id === experimentId) return place;
  throw missing(
    owner.type === 'Run' ? `Run with id=${owner.key} not found` : `Logged model with ID '${owner.key}' not found.`,
  );
}
