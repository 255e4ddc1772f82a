import type { Subject } from '../adapter.ts';
import { identitySyntax } from './fields.ts';

/**
 * What an artifact path belongs to: `<experiment>/<run>/artifacts[/...]` or `<experiment>/models/<model id>/artifacts[/...]`.
 * Undefined for everything else, and for a path that another reader could take for a different one (CVE-2024-1560 and the
 * family in its footsteps): dot segments, empty segments, `\`, `#`, `;`, `?`, controls, or a `%` left after decoding once.
 */
export function artifactOwner(path: string): Subject | undefined {
  if (path.length > 1024 || !isPlainPath(path)) return undefined;
  const [experiment = '', second = '', third, fourth] = path.split('/');
  if (!identitySyntax.experimentId.test(experiment)) return undefined;
  if (second === 'models') {
    const isModel = third !== undefined && identitySyntax.modelId.test(third) && fourth === 'artifacts';
    return isModel ? { type: 'LoggedModel', key: third, within: experiment } : undefined;
  }
  const isRun = identitySyntax.runId.test(second) && third === 'artifacts';
  return isRun ? { type: 'Run', key: second, within: experiment } : undefined;
}

/** Whether a relative path reads the same for everybody. */
export function isPlainPath(path: string): boolean {
  if (path !== path.normalize('NFC') || /[\\#;?%\p{Cc}]/u.test(path)) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
