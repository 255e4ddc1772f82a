import { fromBase64 } from '@modelward/basics';
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '@modelward/merkle';
import { sha256 } from '../../../core/merkle/src/testing/ed25519.ts';

/* The probes of transparency-dev/merkle: a statement about a tree, its proof, and whether it holds. */

type Probe = { readonly proof: readonly Uint8Array[] } & Record<
  'leafIdx' | 'treeSize' | 'size1' | 'size2' | 'start' | 'end' | 'size',
  number
> &
  Record<'root' | 'leafHash' | 'root1' | 'root2', Uint8Array>;

/** Which fields make a statement, and what decides it. The first that fits is meant. */
const statements: readonly {
  readonly fields: readonly (keyof Probe)[];
  readonly holds: (probe: Probe) => boolean;
}[] = [
  {
    fields: ['leafIdx', 'treeSize', 'root', 'leafHash'],
    holds: ({ leafIdx, treeSize, leafHash, root, proof }) =>
      verifyInclusion(sha256, { index: leafIdx, size: treeSize, leaf: leafHash, root, proof }),
  },
  {
    fields: ['size1', 'size2', 'root1', 'root2'],
    holds: ({ size1, size2, root1, root2, proof }) =>
      verifyConsistency(sha256, { oldSize: size1, size: size2, oldRoot: root1, root: root2, proof }),
  },
  {
    fields: ['leafIdx', 'start', 'end', 'root', 'leafHash'],
    holds: ({ leafIdx, start, end, leafHash, root, proof }) =>
      verifySubtreeInclusion(sha256, { index: leafIdx, start, end, leaf: leafHash, root, proof }),
  },
  {
    fields: ['start', 'end', 'size', 'root1', 'root2'],
    holds: ({ start, end, size, root1, root2, proof }) =>
      verifySubtreeConsistency(sha256, { start, end, size, subtreeRoot: root1, root: root2, proof }),
  },
];

/** What is wrong with our answer to a probe, if anything. */
export function judgeProbe(text: string): string | undefined {
  const probe = JSON.parse(text) as Record<string, unknown>;
  const statement = statements.find(({ fields }) => fields.every((field) => field in probe));
  if (statement === undefined || typeof probe.wantErr !== 'boolean') return 'is not a probe of a known form';
  const holds = statement.holds(readFields(probe));
  if (holds !== probe.wantErr) return undefined;
  return `${String(probe.desc)}: ${holds ? 'was accepted and must not be' : 'was refused and must not be'}`;
}

function readFields(probe: Record<string, unknown>): Probe {
  const fields = Object.entries(probe).map(([name, value]) => {
    if (name === 'proof') return [name, ((value ?? []) as readonly unknown[]).map(readBytes)];
    return [name, typeof value === 'string' ? readBytes(value) : value];
  });
  return Object.fromEntries(fields) as Probe;
}

/** Text that is no base64, such as a description, is no hash either. */
function readBytes(value: unknown): Uint8Array {
  return fromBase64(String(value)) ?? new Uint8Array(0);
}
