import { benchAppends } from './appends.ts';
import { benchQueries } from './queries.ts';
import { benchVerification } from './verification.ts';

/**
 * `npm run bench -- audit`: appending to the record, verifying it, asking its index. BENCH_RECORDS and BENCH_INDEXED set how many
 * records are verified (1,000,000) and indexed (10,000,000); building the index of ten million takes several minutes.
 */
export async function benchAudit(): Promise<void> {
  await benchAppends();
  await benchVerification(countFrom('BENCH_RECORDS', 1_000_000));
  await benchQueries(countFrom('BENCH_INDEXED', 10_000_000));
}

function countFrom(name: string, usual: number): number {
  const text = process.env[name];
  if (text === undefined) return usual;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1000) return count;
  throw new Error(`${name} is \`${text}\`; give a whole number from 1000 on`);
}
