import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, verifyEd25519 } from '@modelward/audit';
import { describeLogFlaw, verifyLog } from '@modelward/merkle';
import { refusalAt } from './entries.ts';
import { cpuMeter, machine, newBenchPlace, openBenchRecord, row } from './place.ts';

const atOnce = 2000;

/** A log of so many records is written, closed loop, and then verified whole from its files. */
export async function benchVerification(count: number): Promise<void> {
  console.log(
    `\nVerification of ${count.toLocaleString('en')} records: every entry, every tile, the root, the signature`,
  );
  const place = newBenchPlace();
  const record = await openBenchRecord(place, { deadlineMs: 120_000 });
  const writing = cpuMeter();
  const writeMs = performance.now();
  for (let at = 0; at < count; at += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - at) }, (_, next) => record.append(refusalAt(at + next))),
    );
  const wroteSeconds = (performance.now() - writeMs) / 1000;
  row(
    'written',
    `${wroteSeconds.toFixed(1)} s, ${Math.round(count / wroteSeconds).toLocaleString('en')}/s, ${atOnce} at a time; ${writing(count)}; ${machine()}`,
  );
  await record.close();
  const verifying = cpuMeter();
  const startedMs = performance.now();
  const read = (path: string) => readFile(join(place.folder, path)).catch(() => undefined);
  const verified = await verifyLog({ read, verifierKey: record.verifierKey, sha256, verify: verifyEd25519 });
  if (!verified.ok) throw new Error(describeLogFlaw(verified.reason));
  const took = (performance.now() - startedMs) / 1000;
  row(
    'verified',
    `${took.toFixed(2)} s, ${Math.round(verified.value.size / took).toLocaleString('en')}/s; ${verifying(count)}; ${machine()}`,
  );
  place.remove();
}
