import { loadConfig } from './config/load-config.ts';
import { startServer } from './wiring/start.ts';

/* The server, from its configuration to its end. */

const print = (line: string) => process.stdout.write(`${line}\n`);

function fail(message: string): never {
  process.stderr.write(`Modelward did not start: ${message}\n`);
  process.exit(1);
}

const config = loadConfig({ env: process.env });
if (!config.ok) {
  fail(
    `the configuration is refused\n${config.reason.map(({ path, reason, fix }) => `  ${path}: ${reason}; ${fix}`).join('\n')}`,
  );
}

const server = await startServer({
  config: config.value,
  isTerminal: process.stdout.isTTY === true,
  onFatal: (fault) => {
    process.stderr.write(
      `The record can no longer be written, so Modelward ends: ${fault instanceof Error ? fault.message : fault}\n`,
    );
    process.exit(70);
  },
}).catch((fault: unknown) => fail(fault instanceof Error ? fault.message : String(fault)));

for (const line of server.told) print(line);

let stopping = false;
async function stop(): Promise<void> {
  // npm and the terminal may both send the signal; the second is no second wish.
  if (stopping) return;
  stopping = true;
  print('Stopping: requests in flight are finished and the record is closed.');
  await server.stop();
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
