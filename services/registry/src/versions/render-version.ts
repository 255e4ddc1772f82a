import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import type { Stores } from '../call.ts';
import type { Version, VersionKey } from './version-store.ts';

export const versionKey = ({ name, version }: VersionKey): string => `${name}/${version}`;

export async function renderVersions(stores: Stores, versions: readonly Version[]): Promise<readonly JsonObject[]> {
  const attributesOf = await stores.attributes.of('ModelVersion', versions.map(versionKey));
  return versions.map((version) =>
    present({
      name: version.name,
      version: String(version.version),
      creation_timestamp: version.created_at_ms,
      last_updated_timestamp: version.updated_at_ms,
      current_stage: version.stage,
      description: version.description ?? undefined,
      source: version.source,
      run_id: version.run_id,
      // A version is made of what is there already: there is nothing to wait for.
      status: 'READY',
      tags: some(attributesOf(versionKey(version)).tag),
      run_link: version.run_link,
    }),
  );
}
