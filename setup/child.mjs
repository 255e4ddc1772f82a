import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** One Ctrl-C arrives twice: from the terminal, and from npm, which forwards it. */
const sameKeyPressMs = 500;

/**
 * Runs a command to its end on this terminal and answers with its exit code, or 128 + signal as shells do.
 *
 * The child leads a process group of its own, so that Ctrl-C (which the terminal sends to a whole group) reaches it
 * through here only, once for each time that a person asks. Windows has no such groups: there the console tells the child.
 *
 * @param {string} command
 * @param {readonly string[]} childArguments
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Promise<number>}
 */
export function runChild(command, childArguments, options = {}) {
  const ownGroup = process.platform !== 'win32';
  const child = spawn(command, childArguments, { ...options, stdio: 'inherit', detached: ownGroup });
  /** @type {Map<string, number>} */
  const lastMs = new Map();
  const listeners = passedOn.map((signal) => {
    const listener = () => {
      const nowMs = Date.now();
      const isEcho = nowMs - (lastMs.get(signal) ?? 0) < sameKeyPressMs;
      lastMs.set(signal, nowMs);
      if (!isEcho && ownGroup) child.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return new Promise((resolve) => {
    const end = (/** @type {number} */ code) => {
      for (const { signal, listener } of listeners) process.off(signal, listener);
      resolve(code);
    };
    child.on('error', (fault) => {
      console.error(`modelward: \`${command}\` cannot be started (${fault.message}); run \`npm ci --ignore-scripts\``);
      end(1);
    });
    child.on('exit', (code, signal) => {
      if (lastMs.size > 0 && ownGroup) endGroup(child.pid);
      end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * A test run that is told to stop leaves the programs that its tests started, unless somebody ends those too.
 *
 * @param {number | undefined} leader
 */
function endGroup(leader) {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // Nobody was left: the usual case.
  }
}
