import type { Refusal } from '@modelward/interfaces';

const words = {
  down: 'the upstream does not answer',
  slow: 'the upstream took too long',
  odd: 'the upstream answered in a way that is not passed on',
} as const;

/** The upstream could not give an answer that can be passed on: it is away, too slow, broke off, or said something odd. */
export class UpstreamFault extends Error {
  override readonly name = 'UpstreamFault';
  readonly kind: keyof typeof words;
  constructor(kind: keyof typeof words, cause: unknown) {
    super(words[kind], { cause });
    this.kind = kind;
  }
}

/** What the client is told of it. Any other fault is not the upstream's, and thrown on. */
export function upstreamRefusal(fault: unknown): Refusal {
  if (fault instanceof UpstreamFault) return { reason: `upstream-${fault.kind}` };
  throw fault;
}
