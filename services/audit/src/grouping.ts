import { canonicalJson, type JsonObject, utf8 } from '@modelward/basics';
import type { AuditEntry, AuditEvent } from '@modelward/contract';
import { largestEntryBytes } from '@modelward/merkle';
import { frameBytes } from './frames.ts';
import type { Segments } from './segments.ts';
import { RecordUnavailable } from './unavailable.ts';
import type { Line, Waiting } from './waiting.ts';

/** One entry of a group, as it will stand in the log. */
export type Encoded = { readonly waiting: Waiting; readonly bytes: Uint8Array };

const largestGroupBytes = 512 * 1024;
/** Room for the checkpoint, whose note names the origin twice. */
const checkpointBytes = frameBytes(1024);

type Deps = {
  readonly line: Line;
  readonly segments: Pick<Segments, 'capacity' | 'isFull'>;
  readonly nowMs: () => number;
  readonly lastMs: number;
  /** The decisions in the log that have no outcome yet; of the newest, as many as a heartbeat lists. */
  readonly listOpen: () => readonly number[];
};

/** Takes the next entries to write together, encoded. What cannot be written is refused here, before the tree grows. */
export function createGrouping(deps: Deps): () => readonly Encoded[] {
  const { line, segments } = deps;
  const encode = createEncoder(deps);
  const largest = Math.min(largestGroupBytes, segments.capacity - checkpointBytes);
  return () => {
    const group: Encoded[] = [];
    let groupBytes = 0;
    for (let next = line.first(); next !== undefined; next = line.first()) {
      // A heartbeat begins a group, so that all before it is in the log and what is open of it is known.
      if (next.event.type === 'log.heartbeat' && group.length > 0) break;
      const bytes = encode(next);
      groupBytes += bytes === undefined ? 0 : frameBytes(bytes.length) + sealedBytes(next);
      if (groupBytes > largest) break;
      line.take();
      if (bytes === undefined) continue;
      if (segments.isFull() && !next.mayUseReserve) next.reject(new RecordUnavailable('full'));
      else group.push({ waiting: next, bytes });
    }
    return group;
  };
}

/** The room that a group takes in its segment, with the checkpoint that ends it. */
export function bytesOf(group: readonly Encoded[]): number {
  return group.reduce(
    (sum, { bytes, waiting }) => sum + frameBytes(bytes.length) + sealedBytes(waiting),
    checkpointBytes,
  );
}

/** What the sealed values of an entry take: their lines hold the index, an id, a short name and base64. */
function sealedBytes({ sealed }: Pick<Waiting, 'sealed'>): number {
  return sealed.reduce((sum, { sealed: bytes }) => sum + frameBytes(256 + Math.ceil(bytes.length / 3) * 4), 0);
}

/** The bytes of an entry at this moment, or undefined when it cannot be one: then who waits for it has been told. */
function createEncoder({ nowMs, lastMs: startMs, listOpen }: Deps) {
  let lastMs = startMs;
  const complete = (event: AuditEvent): AuditEvent =>
    event.type === 'log.heartbeat' ? { ...event, open: [...listOpen()] } : event;
  return ({ event, reject }: Waiting): Uint8Array | undefined => {
    // INVARIANT: index order is time order, also when the clock is set back.
    lastMs = Math.max(lastMs, nowMs());
    const entry: AuditEntry = { v: 1, time: new Date(lastMs).toISOString(), ...complete(event) };
    try {
      const bytes = utf8(canonicalJson(entry as unknown as JsonObject));
      if (bytes.length <= largestEntryBytes) return bytes;
      reject(new RecordUnavailable('too-large'));
    } catch (fault) {
      // Text that has no UTF-8 form is the fault of one entry, and must not end the process for all.
      reject(fault);
    }
    return undefined;
  };
}
