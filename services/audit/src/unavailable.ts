export type UnavailableReason = 'full' | 'deadline' | 'busy' | 'closed' | 'too-large';

const words: Record<UnavailableReason, string> = {
  full: 'the disk of the record is full; make room, the record goes on by itself',
  deadline: 'the record did not become durable in time; look at its disk',
  busy: 'too much is waiting for the record; look at its disk',
  closed: 'the record is closed',
  'too-large': 'the entry is larger than 65535 bytes',
};

/** The record could not take an entry, so what it was about must not happen. */
export class RecordUnavailable extends Error {
  override readonly name = 'RecordUnavailable';
  readonly reason: UnavailableReason;
  constructor(reason: UnavailableReason) {
    super(words[reason]);
    this.reason = reason;
  }
}
