import { spawn } from 'node:child_process';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** Asks what runs here to end. SIGINT, because apt-get ignores it while it unpacks and must not be cut off there. */
export function interruptRunning() {
  for (const child of running) child.kill('SIGINT');
}

/**
 * Runs a command and gathers what it prints, both streams in order. A command that is not there is code 127, as in a shell.
 *
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, text: string }>}
 */
export function output(command, commandArguments, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let text = '';
    const gather = (/** @type {Buffer} */ chunk) => {
      text += chunk.toString('utf8');
    };
    child.stdout?.on('data', gather);
    child.stderr?.on('data', gather);
    const end = (/** @type {number} */ code, /** @type {string} */ printed) => {
      running.delete(child);
      resolve({ code, text: printed });
    };
    child.on('error', (fault) => end(127, fault.message));
    child.on('close', (code) => end(code ?? 1, text));
  });
}

/**
 * The full path of the first of these commands that PATH has.
 *
 * @param {readonly string[]} names
 * @returns {Promise<string | undefined>}
 */
export async function findCommand(names) {
  for (const name of names) {
    const found = await output('/bin/sh', ['-c', 'command -v "$1"', 'sh', name]);
    if (found.code === 0) return found.text.trim();
  }
  return undefined;
}
