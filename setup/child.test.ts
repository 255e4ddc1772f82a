import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

const childModule = new URL('./child.mjs', import.meta.url).href;

/** Runs a script as a child of a program that does nothing but pass it on, in a process group as a terminal has it. */
function runThrough(script: string) {
  const program = `
    import { runChild } from ${JSON.stringify(childModule)};
    process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(script)}]);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const lines: string[] = [];
  const output = createInterface({ input: parent.stdout });
  output.on('line', (line) => lines.push(line));
  return { parent, lines, firstLine: once(output, 'line'), closed: once(output, 'close'), ended: once(parent, 'exit') };
}

describe('a child process', () => {
  it.each([
    ['process.exit(0)', 0],
    ['process.exit(7)', 7],
    ['process.kill(process.pid, "SIGKILL")', 137],
  ])('ends its parent as it ended: %s', async (script, code) => {
    expect(await runThrough(script).ended).toEqual([code, null]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'gets %s once, however often it was sent for one key press',
    async (signal) => {
      // It counts for as long as it takes an echo to arrive, then says what it counted.
      const run = runThrough(`
      let count = 0;
      process.on('${signal}', () => {
        count += 1;
        if (count === 1) setTimeout(() => { console.log('signals: ' + count); process.exit(3); }, 200);
      });
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
      await run.firstLine;
      // The terminal tells the whole group, and npm tells the process again.
      process.kill(-(run.parent.pid ?? 0), signal);
      run.parent.kill(signal);
      expect(await run.ended).toEqual([3, null]);
      await run.closed;
      expect(run.lines).toEqual(['ready', 'signals: 1']);
    },
  );

  it('takes along what it started, when it is told to end', async () => {
    // The grandchild holds standard output, so that the pipe closes only when it is gone too.
    const run = runThrough(`
      require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      process.on('SIGTERM', () => process.exit(0));
      console.log('ready');
    `);
    await run.firstLine;
    run.parent.kill('SIGTERM');
    expect(await run.ended).toEqual([0, null]);
    await run.closed;
  });

  it('says so when the command is not there', async () => {
    const program = `
      import { runChild } from ${JSON.stringify(childModule)};
      process.exitCode = await runChild('/no/such/command', []);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    parent.stderr.on('data', (chunk) => {
      text += chunk;
    });
    expect(await once(parent, 'close')).toEqual([1, null]);
    expect(text).toMatch(/`\/no\/such\/command` cannot be started/);
  });
});
