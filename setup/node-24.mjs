import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const neededMajor = 24;

/**
 * What the server runs with. A small space for young objects: a stream of any size then holds a third less memory, for it is
 * collected more often, and goes no slower.
 */
export const serverFlags = ['--max-semi-space-size=2'];

/**
 * How glibc keeps memory for the server: in one place, and what is large given back at once. It would otherwise keep what
 * verifying passwords and streaming took, 40 MB of it. Whoever sets these themselves is left alone.
 */
export const serverMemory = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/**
 * @typedef {{ version: string, execPath: string, platform: string, arch: string }} RunningNode
 * @typedef {{ ok: true, value: string } | { ok: false, reason: string }} FoundNode
 */

/**
 * The Node that runs Modelward: the running one when it is new enough, else the one that npm installed.
 *
 * @param {string} root
 * @param {RunningNode} running
 * @returns {FoundNode}
 */
export function findNode24(root, running = runningNode()) {
  if (Number.parseInt(running.version, 10) >= neededMajor) return { ok: true, value: running.execPath };
  const platform = running.platform === 'win32' ? 'win' : running.platform;
  const executable = platform === 'win' ? 'node.exe' : 'node';
  const packaged = join(root, 'node_modules', `node-${platform}-${running.arch}`, 'bin', executable);
  if (existsSync(packaged)) return { ok: true, value: packaged };
  return {
    ok: false,
    reason: `modelward: needs Node ${neededMajor}, this is ${running.version}; ${nextStep(platform)}`,
  };
}

/** @returns {RunningNode} */
function runningNode() {
  return {
    version: process.versions.node,
    execPath: process.execPath,
    platform: process.platform,
    arch: process.arch,
  };
}

/** @param {string} platform */
function nextStep(platform) {
  // npm carries no build of this Node version for the Mac, so there it has to come from somewhere else.
  if (platform === 'darwin') {
    return 'install it with `brew install node@24` and `brew link --overwrite node@24`, or from https://nodejs.org';
  }
  return 'install it from https://nodejs.org, or run `npm ci --ignore-scripts` here if this platform is Linux or Windows on x64, or Linux on arm64';
}

/**
 * What a child sees: Node 24 and the workspace's tools come first, so that every tool runs on the same Node.
 *
 * @param {{ root: string, node: string, inherited?: NodeJS.ProcessEnv }} options
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment({ root, node, inherited = process.env }) {
  const pathName = Object.keys(inherited).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const folders = [dirname(node), join(root, 'node_modules', '.bin'), inherited[pathName] ?? ''];
  return { ...inherited, [pathName]: folders.filter((folder) => folder !== '').join(delimiter) };
}
