import { rmSync } from 'node:fs';
import { password, startHouse } from '../support/house.ts';
import { tellStory } from './story.ts';

/* `npm run demo`: a house on a temporary folder and free ports, and a story told by real HTTP. `--keep` leaves it running. */

const keep = process.argv.includes('--keep');
const house = await startHouse();
let chapters = 0;
const teller = {
  chapter: (text: string) => {
    chapters += 1;
    console.log(`\n${chapters}. ${text}`);
  },
  tell: (text: string) => console.log(`  ${text}`),
};

let people: Awaited<ReturnType<typeof tellStory>> = [];
try {
  people = await tellStory(house, teller);
  console.log('\nEvery step did what it says.');
} catch (fault) {
  console.error(`\nThe story broke off: ${fault instanceof Error ? fault.message : fault}`);
  console.error(house.printed());
  process.exitCode = 1;
}

if (keep && process.exitCode === undefined) {
  console.log(
    `\nIt keeps running: ${house.controlUrl} and tracking URI ${house.trackingUri}, data in ${house.folder}.`,
  );
  console.log(
    `People, each with the password \`${password}\` and recovery codes for the second factor (each works once):`,
  );
  for (const { name, recoveryCodes } of people) console.log(`  ${name}: ${recoveryCodes.slice(0, 3).join(' · ')}`);
  console.log('Ctrl-C ends it.');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
} else {
  await end();
}

async function end(): Promise<void> {
  await house.stop();
  rmSync(house.folder, { recursive: true, force: true });
}
