import { hash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A new folder of evidence: every file that is written to it, with its SHA-256, ends up in its manifest. */
export function createEvidence(folder: string) {
  const sums: string[] = [];
  const write = (name: string, content: string | Uint8Array): void => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, content, { mode: 0o600 });
    sums.push(`${hash('sha256', content, 'hex')}  ${name}`);
  };
  return {
    write,
    /** In the form that `sha256sum --check` reads. */
    seal: () => writeFileSync(join(folder, 'SHA256SUMS'), `${sums.join('\n')}\n`, { mode: 0o600 }),
  };
}

export type Evidence = ReturnType<typeof createEvidence>;

export function explain({ origin, period }: { origin: string; period: string }): string {
  return [
    `Evidence from the record ${origin}, ${period}.`,
    '',
    'report.txt       what was verified when this was made, by `modelward audit pack`',
    'log.vkey         the key that the checkpoints were verified with: compare it with the one that you have from elsewhere',
    'witnesses.txt    the keys of the witnesses that were asked to cosign, as the server names them',
    'checkpoint       the checkpoint that all of it is under, with its cosignatures',
    'entries.jsonl    the entries of the period, each with its index and leaf hash',
    'first.tlog-proof, last.tlog-proof    the first and the last of them, proven: `modelward audit verify-receipt FILE --key ...`',
    'record/          the published files of the whole log, where it was asked for',
    'SHA256SUMS       `sha256sum --check SHA256SUMS`',
    '',
    'Without trusting whoever made this: verify record/ with your own copy of the key, by `modelward audit verify --folder record`,',
    "Tessera's fsck or the sumdb-check program (docs/verifying.md), from a checkpoint that you kept before the period.",
    '',
  ].join('\n');
}
