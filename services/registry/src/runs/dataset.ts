import { createHash } from 'node:crypto';
import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { type Entry, within } from '../request/values.ts';

/** Data that a run used. It is the same data when name and digest are the same; the first description of it stays. */
export function readDataset(input: Fields): Entry {
  const dataset = input.object('dataset');
  if (dataset === undefined) throw invalid('Dataset cannot be None');
  const name = needed(dataset, 'name', limits.experimentNameCharacters);
  const digest = needed(dataset, 'digest', limits.datasetDigestCharacters);
  const value = present({
    tags: some(input.objects('tags').map(readTag)),
    dataset: present({
      name,
      digest,
      source_type: needed(dataset, 'source_type', limits.keyCharacters),
      source: needed(dataset, 'source', limits.datasetSourceCharacters),
      schema: optional(dataset, 'schema', limits.datasetSchemaCharacters),
      profile: optional(dataset, 'profile', limits.datasetProfileCharacters),
    }),
  });
  const key = createHash('sha256')
    .update(JSON.stringify([name, digest]))
    .digest('hex');
  return { key, value: JSON.stringify(value) };
}

function readTag(tag: Fields): JsonObject {
  return {
    key: within('key', tag.required('key'), limits.inputTagKeyCharacters),
    value: within('value', tag.text('value') ?? '', limits.inputTagValueCharacters),
  };
}

function needed(fields: Fields, name: string, characters: number): string {
  const value = optional(fields, name, characters);
  if (value === undefined) throw invalid(`Dataset ${name} cannot be None`);
  return value;
}

function optional(fields: Fields, name: string, characters: number): string | undefined {
  const value = fields.text(name);
  return value === undefined ? undefined : within(name, value, characters);
}
