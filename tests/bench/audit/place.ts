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

type Options = {
  readonly seal?: ReturnType<typeof createSealer>;
  /** Where the time of one entry is not what is measured. */
  readonly deadlineMs?: number;
};

export function openBenchRecord({ folder, keyFolder }: BenchPlace, options: Options = {}): Promise<AuditRecord> {
  const onFault = (fault: unknown) => {
    throw fault;
  };
  return openRecord({ folder, keyFolder, origin: 'modelward/bench', nowMs: Date.now, onFault, ...options });
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
