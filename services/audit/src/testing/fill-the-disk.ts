import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordUnavailable } from '../unavailable.ts';
import { decision, open, outcome } from './logs.ts';

/*
 * A process whose disk becomes full while it writes a log. It prints one line of JSON: how each append went, by kind.
 * `tmpfs`: a small disk of its own is mounted where the log lies. `limit`: no file may grow beyond a segment less one byte.
 */

const [, , way = '', root = ''] = process.argv;
const segmentBytes = 256 * 1024;
const place = { folder: join(root, 'record'), keyFolder: join(root, 'keys') };
const ballast = join(root, 'ballast');

const run = (command: string, ...given: readonly string[]) => execFileSync(command, given);
if (way === 'tmpfs') run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', root);
// Node leaves this signal's default, which is to die, to whoever listens.
process.on('SIGXFSZ', () => undefined);

function fill(): void {
  if (way === 'limit') {
    setLimit(`${segmentBytes - 1}:unlimited`);
    return;
  }
  const { bavail, bsize } = statfsSync(root);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}

function makeRoom(): void {
  if (way === 'limit') setLimit('unlimited');
  else rmSync(ballast);
}

function setLimit(bytes: string): void {
  run('prlimit', '--pid', String(process.pid), `--fsize=${bytes}`);
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const faults: string[] = [];
const record = await open(place, { segmentBytes, publishMs: 20, onFault: (fault) => faults.push(String(fault)) });
const { index } = await record.append(decision('before'));
// The next segment is there; the one after it can no longer be had.
while (!existsSync(join(place.folder, 'wal', 'spare'))) await turn();
fill();

const went = { allowed: 0, full: 0, refused: 0, unrecorded: 0 };
const big = { bundle: 'x'.repeat(8000) };
/** As the gateway does: what cannot be recorded is refused, and the refusal goes into the reserve. */
async function request(count: number): Promise<void> {
  try {
    const { index } = await record.append(decision(`n${count}`, big));
    went.allowed += 1;
    await record.append(outcome(index));
  } catch (fault) {
    if (!(fault instanceof RecordUnavailable) || fault.reason !== 'full') throw fault;
    went.full += 1;
    await record.appendRefusal(decision(`n${count}`, { decision: 'deny', reasons: ['record-full'] })).then(
      () => (went.refused += 1),
      () => (went.unrecorded += 1),
    );
  }
}

for (let count = 0; went.full < 40; count += 1) await request(count);
const wasWritable = record.isWritable();
// What was allowed before still gets its outcome.
const settled = await record.append(outcome(index)).then(
  () => true,
  () => false,
);
const { allowed } = went;
makeRoom();
const deadline = Date.now() + 10_000;
for (let count = 10_000; went.allowed === allowed && Date.now() < deadline; count += 1) {
  await request(count);
  await turn();
}
const goesOn = went.allowed > allowed && record.isWritable();
await record.close();
const again = await open(place, { segmentBytes });
const entries = await again.entries({ from: 0, limit: 10_000 });
await again.close();
const inLog = entries.filter(({ entry }) => entry.type === 'decision' && entry.reasons.includes('record-full')).length;
process.stdout.write(`${JSON.stringify({ went, wasWritable, settled, goesOn, inLog, faults })}\n`);
