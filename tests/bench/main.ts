import { cpus, loadavg } from 'node:os';

/*
 * `npm run bench`: figures side by side in one run, as ratios, with the machine's load; absolute figures are this machine's.
 * `npm run bench -- policy` runs one part, several names several.
 */

const parts: Readonly<Record<string, () => Promise<void>>> = {
  authzen: async () => (await import('./authzen/bench.ts')).benchAuthzen(),
  gateway: async () => (await import('./gateway.ts')).benchGateway(),
  audit: async () => (await import('./audit/bench.ts')).benchAudit(),
  policy: async () => (await import('./policy/bench.ts')).benchPolicy(),
};

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    console.error(`there is no bench called \`${unknown}\`; there are ${Object.keys(parts).join(', ')}`);
    return 1;
  }
  console.log(`${cpus().length} cores, load ${load()} at the start`);
  for (const [name, run] of Object.entries(parts)) if (names.length === 0 || names.includes(name)) await run();
  console.log(`\nload ${load()} at the end`);
  return 0;
}

function load(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
}
