import type { AuditEvent, Receipt } from '@modelward/contract';
import type { Publishing } from './publishing.ts';
import type { Segments } from './segments.ts';
import { RecordUnavailable } from './unavailable.ts';

type Ticking = {
  readonly publishMs: number;
  readonly heartbeatMs: number;
  readonly append: (event: AuditEvent) => Promise<Receipt>;
  readonly publishing: Publishing;
  readonly segments: Segments;
  readonly onFault: (fault: unknown) => void;
};

/** Publishes each second, and writes a heartbeat each minute, also when nothing happens: silence and truncation can be seen. */
export function startTicking(ticking: Ticking): () => void {
  const { append, publishing, segments, onFault } = ticking;
  const publish = () => {
    if (segments.isFull()) segments.tryAllocate();
    publishing.publishSoon();
  };
  const beat = () => {
    // What is open is filled in where the entry gets its place in the log.
    append({ type: 'log.heartbeat', open: [] }).catch((fault) => {
      if (!(fault instanceof RecordUnavailable)) onFault(fault);
    });
  };
  const timers = [setInterval(publish, ticking.publishMs), setInterval(beat, ticking.heartbeatMs)];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
