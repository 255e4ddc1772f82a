import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import type { Stores } from '../call.ts';
import { renderVersions } from '../versions/render-version.ts';
import type { Model } from './model-store.ts';

/** With the latest version of each stage, each without its aliases, as MLflow answers. */
export async function renderModels(stores: Stores, models: readonly Model[]): Promise<readonly JsonObject[]> {
  const names = models.map(({ name }) => name);
  const attributesOf = await stores.attributes.of('Model', names);
  const aliases = Map.groupBy(await stores.aliases.ofModels(names), ({ name }) => name);
  const versions = await stores.versions.latest(names);
  const rendered = await renderVersions(stores, versions);
  const latest = Map.groupBy(rendered, (_, at) => versions[at]?.name);
  return models.map((model) =>
    present({
      name: model.name,
      creation_timestamp: model.created_at_ms,
      last_updated_timestamp: model.updated_at_ms,
      description: model.description === '' ? undefined : (model.description ?? undefined),
      latest_versions: some(latest.get(model.name) ?? []),
      tags: some(attributesOf(model.name).tag),
      aliases: some((aliases.get(model.name) ?? []).map(({ alias, version }) => ({ alias, version: String(version) }))),
    }),
  );
}
