import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundleFile, PolicyBundle } from '../bundle.ts';
import { loadBundle, type ValidatedBundles } from '../load-bundle.ts';

const folder = join(import.meta.dirname, '../../../../policies');

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The files of the bundle that the product ships with. */
export function defaultFiles(): readonly BundleFile[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path === 'manifest.json' || /\.cedar(schema)?$/.test(path))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(folder, path), 'utf8') }));
}

export function mustLoad(files: readonly BundleFile[], validated?: ValidatedBundles): PolicyBundle {
  const loaded = loadBundle(files, sha256, validated);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.reason));
  return loaded.value;
}
