import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(import.meta.resolve('./testing/fill-the-disk.ts'));

/** How a process may mount a small disk that nobody else sees: as root, or in a name space where it is root. */
const spaces = [
  ['unshare', '-m'],
  ['unshare', '-rm'],
] as const;
const space = spaces.find(([command, ...flags]) => {
  const mounted = spawnSync(command, [
    ...flags,
    'mount',
    '-t',
    'tmpfs',
    'tmpfs',
    mkdtempSync(join(tmpdir(), 'modelward-mount-')),
  ]);
  return mounted.status === 0;
});
if (space === undefined)
  console.warn('no tmpfs can be mounted here; a full disk is only a limit on the length of files');

const ways = [...(space === undefined ? [] : [{ way: 'tmpfs', before: space }]), { way: 'limit', before: [] }] as const;

type Told = {
  readonly went: {
    readonly allowed: number;
    readonly full: number;
    readonly refused: number;
    readonly unrecorded: number;
  };
  readonly wasWritable: boolean;
  readonly settled: boolean;
  readonly goesOn: boolean;
  readonly inLog: number;
  readonly faults: readonly string[];
};

describe.each(ways)('a disk that becomes full ($way)', ({ way, before }) => {
  const root = mkdtempSync(join(tmpdir(), 'modelward-full-'));
  const [command = process.execPath, ...rest] = [...before, process.execPath, script, way, root];
  const told = JSON.parse(
    execFileSync(command, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  ) as Told;

  it('refuses what begins, records each refusal in the reserve, and loses none of them', () => {
    expect(told.went).toMatchObject({ full: told.went.refused, unrecorded: 0 });
    expect(told.went.refused).toBeGreaterThanOrEqual(40);
    expect(told.inLog).toBe(told.went.refused);
  });

  it('still records how what was allowed before has ended', () => {
    expect(told).toMatchObject({ settled: true, wasWritable: false });
  });

  it('goes on by itself once there is room, and was never a fault', () => {
    expect(told).toMatchObject({ goesOn: true, faults: [] });
  });
});
