import type { AuditEvent, Receipt } from '@modelward/contract';
import type { SealedValue } from './privacy/sealed-values.ts';
import { RecordUnavailable } from './unavailable.ts';

/** An entry on its way into the log, and who waits for it. */
export type Waiting = {
  readonly event: AuditEvent;
  /** Personal values that become durable with it. */
  readonly sealed: readonly SealedValue[];
  /** Whether it may be written into the reserve of a full disk. */
  readonly mayUseReserve: boolean;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (fault: unknown) => void;
  /** Nobody waits any more, and what it was about was not done. */
  isAbandoned: boolean;
};

/** What is remembered at once: beyond it, a hung disk would fill the memory. */
const mostWaiting = 20_000;

export type Joining = Pick<Waiting, 'event' | 'sealed' | 'mayUseReserve'>;

/** Places that are kept for nothing at the front of the line. */
const mostLeft = 1000;

export type Line = ReturnType<typeof createLine>;

/** The line before the one writer. `onLate` hears that something waited longer than the deadline. */
export function createLine({ deadlineMs, onLate }: { readonly deadlineMs: number; readonly onLate: () => void }) {
  let line: Waiting[] = [];
  /** How many at the front have left: taking them out one by one would move all behind them each time. */
  let left = 0;

  /**
   * An answer waits no longer than the deadline. A decision that is not being written by then leaves the line, for the
   * answer is that nothing was done; what happened already (an outcome, a change) stays in it and is written when it can be.
   */
  const join = ({ event, sealed, mayUseReserve }: Joining): Promise<Receipt> =>
    new Promise((resolve, reject) => {
      if (line.length - left >= mostWaiting) return reject(new RecordUnavailable('busy'));
      const timer = setTimeout(() => {
        waiting.isAbandoned = event.type === 'decision';
        const at = waiting.isAbandoned ? line.indexOf(waiting, left) : -1;
        if (at >= 0) line.splice(at, 1);
        onLate();
        reject(new RecordUnavailable('deadline'));
      }, deadlineMs);
      const ending =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer);
          settle(value);
        };
      const waiting: Waiting = {
        event,
        sealed,
        mayUseReserve,
        resolve: ending(resolve),
        reject: ending(reject),
        isAbandoned: false,
      };
      line.push(waiting);
    });

  return {
    join,
    first: (): Waiting | undefined => line[left],
    take(): Waiting | undefined {
      const waiting = line[left];
      left = Math.min(left + 1, line.length);
      if (left > mostLeft) {
        line = line.slice(left);
        left = 0;
      }
      return waiting;
    },
    takeAll(): readonly Waiting[] {
      const all = line.slice(left);
      line = [];
      left = 0;
      return all;
    },
  };
}
