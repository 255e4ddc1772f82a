import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { SnapshotRow } from '@modelward/storage';
import { z } from 'zod';

/** A backup is one folder: rows, artifacts, the record and the keys, and last of all the manifest that says that it is whole. */
export function backupFiles(folder: string) {
  return {
    manifest: join(folder, 'manifest.json'),
    rows: join(folder, 'rows.jsonl'),
    artifacts: join(folder, 'artifacts'),
    record: join(folder, 'record'),
    keys: join(folder, 'keys'),
  };
}

const manifest = z.object({
  format: z.literal(1),
  version: z.string(),
  takenAt: z.iso.datetime(),
  log: z.object({ origin: z.string(), size: z.int().nonnegative() }),
  rows: z.int().nonnegative(),
});

export type Manifest = z.infer<typeof manifest>;

/** Written and synced when all the rest is there. */
export async function writeManifest(folder: string, content: Manifest): Promise<void> {
  const file = await open(backupFiles(folder).manifest, 'wx', 0o600);
  await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
  await file.sync();
  await file.close();
}

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(backupFiles(folder).manifest, 'utf8').catch(() => {
    throw new Error(`\`${folder}\` is no whole backup: it has no manifest.json that can be read; name another`);
  });
  const parsed = manifest.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(
    `the manifest of \`${folder}\` is of a form that this version does not read; use the version that took it`,
  );
}

export async function* readRows(folder: string): AsyncGenerator<SnapshotRow> {
  const lines = createInterface({ input: createReadStream(backupFiles(folder).rows) });
  for await (const line of lines) yield JSON.parse(line) as SnapshotRow;
}

/** Every file below a folder, with its mode. One that is gone by the time it is copied was being written, and belongs to nobody yet. */
export async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch(unlessMissing([]));
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, source));
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(source, target, constants.COPYFILE_FICLONE).catch(unlessMissing(undefined));
  }
}

function unlessMissing<Value>(instead: Value) {
  return (fault: NodeJS.ErrnoException): Value => {
    if (fault.code === 'ENOENT') return instead;
    throw fault;
  };
}
