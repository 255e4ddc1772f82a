import { decision, open, outcome } from './logs.ts';

/*
 * A process that appends as fast as it can until it is killed. Each line that it prints is an entry that was acknowledged:
 * its index and the request that it is of.
 */

const [, , folder = '', keyFolder = '', name = ''] = process.argv;
const record = await open(
  { folder, keyFolder },
  { publishMs: 5, heartbeatMs: 50, segmentBytes: 256 * 1024, nowMs: Date.now },
);
process.stdout.write('open\n');

let count = 0;
async function work(): Promise<never> {
  for (;;) {
    const id = `${name}-${count}`;
    count += 1;
    const { index } = await record.append(decision(id, { bundle: 'x'.repeat(count % 700) }));
    process.stdout.write(`${index} ${id}\n`);
    await record.append(outcome(index));
  }
}

await Promise.all(Array.from({ length: 40 }, work));
