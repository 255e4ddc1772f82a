import { limits } from '../limits.ts';

/** What an artifact path names: a place below what a run or a logged model keeps. */
export type ArtifactPlace = {
  readonly owner: { readonly type: 'Run' | 'LoggedModel'; readonly key: string };
  readonly experimentId: string;
  /** `<experiment>/<run>/artifacts` or `<experiment>/models/<logged model>/artifacts`. */
  readonly root: string;
  /** Below the root; empty for the root itself. */
  readonly path: string;
};

/** Undefined for every other path, however it is spelled. */
export function parseArtifactPath(path: string): ArtifactPlace | undefined {
  if (Buffer.byteLength(path) > limits.artifactPathBytes || !isPlainPath(path)) return undefined;
  const segments = path.split('/');
  const [experimentId = '', second = ''] = segments;
  const ofModel = second === 'models';
  const key = (ofModel ? segments[2] : second) ?? '';
  const depth = ofModel ? 4 : 3;
  const isOwner = ofModel ? /^m-[0-9a-f]{32}$/.test(key) : /^[0-9a-f]{32}$/.test(key);
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(experimentId) || !isOwner || segments[depth - 1] !== 'artifacts')
    return undefined;
  return {
    owner: { type: ofModel ? 'LoggedModel' : 'Run', key },
    experimentId,
    root: segments.slice(0, depth).join('/'),
    path: segments.slice(depth).join('/'),
  };
}

/**
 * Whether a relative path reads the same for everybody: no dot segments and no empty ones, nothing that another reader would
 * cut (`#`, `;`, `?`), take for a separator (`\`) or decode once more (`%`, CVE-2024-1560).
 */
export function isPlainPath(path: string): boolean {
  if (path !== path.normalize('NFC') || /[\\#;?%\p{Cc}]/u.test(path) || !path.isWellFormed()) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** The folders that a path lies in, outermost first: `a/b/c` lies in `a` and `a/b`. */
export function foldersOf(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, at) => segments.slice(0, at + 1).join('/'));
}

export function parentOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

export function nameOf(path: string): string {
  return path.split('/').at(-1) ?? '';
}
