import { invalid } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { type ArtifactPlace, parseArtifactPath } from './artifact-path.ts';

export function artifactPlace(fields: Fields, name: 'artifact_path' | 'path'): ArtifactPlace {
  const place = parseArtifactPath(fields.text(name) ?? '');
  if (place === undefined) throw invalid('Invalid path');
  return place;
}
