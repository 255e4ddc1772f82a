import { equalBytes, fromUtf8 } from '@modelward/basics';
import {
  type Checkpoint,
  createTreeEdge,
  type NoteKey,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
} from '@modelward/merkle';
import { sha256, verifyEd25519 } from './crypto.ts';
import { readIfThere } from './published-files.ts';
import { readPartials } from './published-log.ts';
import type { Place } from './recovery.ts';
import { wayOut } from './way-out.ts';

/**
 * An older state that was put back is genuine in itself; only a checkpoint that was kept elsewhere contradicts it. The copy
 * beside the keys is written after each publication, so what is published has at least its size, and its root at that size.
 */
export async function refuseRollback(
  publishedSize: number,
  { folder, verifierKey, lastNoteFile }: Place & { readonly lastNoteFile: string },
): Promise<void> {
  const note = await readIfThere(lastNoteFile);
  const key = parseVerifierKey(sha256, verifierKey);
  if (note === undefined || key === undefined) return;
  const last = openLastNote(note, key);
  if (last === undefined)
    throw new Error(
      `\`${lastNoteFile}\` is damaged, so nobody can tell whether an older state was put back; verify the record with ` +
        '`npx modelward audit verify`, compare its size with one that you know, then delete this file and start again',
    );
  // After a restore, the copy of the old log's checkpoint is still there, under the old log's name.
  if (last.origin !== key.name) return;
  if (last.size > publishedSize)
    throw new Error(
      `the record holds ${publishedSize} published entries, and \`${lastNoteFile}\` says that it had ${last.size}: an older ` +
        `state was put back, or entries were lost; put the newest state back, or ${wayOut}`,
    );
  const edge = createTreeEdge(sha256, { size: last.size, partials: await readPartials(folder, last.size) });
  if (!equalBytes(edge.root(), last.root))
    throw new Error(
      `the tiles do not give the root that \`${lastNoteFile}\` signs: the record was rewritten; ${wayOut}`,
    );
}

/** Whatever log it is of, this key signed it under that log's own name. */
function openLastNote(note: Uint8Array, { publicKey }: NoteKey): Checkpoint | undefined {
  const claimed = parseCheckpoint(fromUtf8(note) ?? '');
  if (claimed === undefined) return undefined;
  const opened = openNote(note, { key: { name: claimed.origin, publicKey }, verify: verifyEd25519, sha256 });
  return opened.ok ? parseCheckpoint(opened.value) : undefined;
}
