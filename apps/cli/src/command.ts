import { createAsk } from './ask.ts';
import { run } from './program.ts';
import { createSessionFile } from './session-file.ts';

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  ask: createAsk(process.stdin, process.stderr),
  sessions: createSessionFile(process.env),
  print: (line) => console.log(line),
  note: (line) => console.error(line),
});
// Standard input, once it has been read from, would keep the process waiting for more.
process.stdin.unref?.();
