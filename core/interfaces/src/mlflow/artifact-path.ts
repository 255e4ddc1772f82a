import type { Subject } from '../adapter.ts';
import { limits } from '../limits.ts';
import { decodePercent, identitySyntax } from './fields.ts';

/**
 * What an artifact path belongs to: `<experiment>/<run>/artifacts[/...]` or `<experiment>/models/<model id>/artifacts[/...]`.
 * Undefined for everything else, and for a path that another reader could take for a different one (CVE-2024-1560 and the
 * family in its footsteps): dot segments, empty segments, `\`, `#`, `;`, `?`, controls, or a `%` left after decoding once.
 */
export function artifactOwner(path: string): Subject | undefined {
  if (path.length > limits.artifactPathCharacters || !isPlainPath(path)) return undefined;
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

/**
 * Whether a path climbs (`..`) or stays (`.`) anywhere, however often it is encoded. Between here and the upstream's own
 * reading, each proxy and framework may decode once more and then fold such segments away.
 */
export function hasDotSegment(path: string): boolean {
  let text = path;
  for (let times = 0; times <= limits.decodings; times += 1) {
    if (text.split(/[/\\]/).some((segment) => /^\.{1,2}(?:;.*)?$/s.test(segment))) return true;
    const decoded = decodePercent(text);
    if (decoded === undefined || decoded === text) return false;
    text = decoded;
  }
  return true;
}
