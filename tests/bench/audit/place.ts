import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, type createSealer, openRecord } from '@modelward/audit';

export type BenchPlace = { readonly folder: string; readonly keyFolder: string; readonly remove: () => void };

export function newBenchPlace(): BenchPlace {
  const root = mkdtempSync(join(tmpdir(), 'modelward-bench-'));
  return {
    folder: join(root, 'record'),
    keyFolder: join(root, 'keys'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

type Seal = ReturnType<typeof createSealer>;

export function openBenchRecord({ folder, keyFolder }: BenchPlace, seal?: Seal): Promise<AuditRecord> {
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const options = { folder, keyFolder, origin: 'modelward/bench', nowMs: Date.now, onFault };
  return openRecord(seal === undefined ? options : { ...options, seal });
}

export function row(name: string, figures: string): void {
  console.log(`  ${name.padEnd(30)} ${figures}`);
}

/** What this process computed for each record, load generator included: it says more than the clock on a machine that is shared. */
export function cpuMeter(): (records: number) => string {
  const before = process.cpuUsage();
  return (records) => {
    const { user, system } = process.cpuUsage(before);
    return `${((user + system) / Math.max(1, records)).toFixed(1)} us of processor each`;
  };
}

export const machine = () =>
  `load ${(loadavg()[0] ?? 0).toFixed(1)}, ${Math.round(process.memoryUsage.rss() / 1024 ** 2)} MB resident`;
