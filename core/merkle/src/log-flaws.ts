import { toBase64 } from '@modelward/basics';
import type { Checkpoint } from './checkpoint.ts';
import type { NoteFlaw } from './note.ts';

/** What is wrong with one published file. */
export type FileFlaw = {
  readonly reason: 'file-missing' | 'file-malformed' | 'file-differs';
  readonly path: string;
};

export type LogFlaw =
  | {
      readonly reason:
        | NoteFlaw
        | 'verifier-key'
        | 'checkpoint-missing'
        | 'checkpoint-malformed'
        | 'other-origin'
        | 'older-than-trusted'
        | 'not-consistent'
        | 'root';
    }
  | { readonly reason: 'no-such-entry'; readonly size: number }
  | FileFlaw;

/** What was wrong, in words for people. */
export function describeLogFlaw(flaw: LogFlaw): string {
  switch (flaw.reason) {
    case 'file-missing':
      return `\`${flaw.path}\` is missing`;
    case 'file-malformed':
      return `\`${flaw.path}\` is not of its form: it was cut or changed`;
    case 'file-differs':
      return `\`${flaw.path}\` does not belong to these entries: it or an entry below it was changed`;
    case 'root':
      return 'the entries do not give the root that the checkpoint signs';
    case 'no-such-entry':
      return `there is no such entry: the checkpoint covers ${flaw.size} entries, counted from 0`;
    case 'older-than-trusted':
      return 'the log is shorter than the trusted checkpoint: an older state was put back, or entries were cut off';
    case 'not-consistent':
      return 'the log does not go on from the trusted checkpoint: its history was rewritten';
    case 'verifier-key':
      return 'the verifier key is not of the form `name+hash+key`';
    case 'checkpoint-missing':
      return 'there is no checkpoint';
    case 'checkpoint-malformed':
    case 'note-malformed':
      return 'the checkpoint is not of its form';
    case 'note-not-signed':
      return 'the checkpoint is not signed by this key';
    case 'note-bad-signature':
      return 'the signature of the checkpoint is wrong: it was changed, or signed by another key';
    case 'other-origin':
      return 'the checkpoint is of another log';
  }
}

export function describeCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin} at ${size} entries, root ${toBase64(root)}`;
}
