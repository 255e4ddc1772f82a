/** The upstream could not give an answer: it is away, too slow, or broke off. */
export class UpstreamFault extends Error {
  override readonly name = 'UpstreamFault';
  readonly kind: 'down' | 'slow';
  constructor(kind: 'down' | 'slow', cause: unknown) {
    super(kind === 'down' ? 'the upstream does not answer' : 'the upstream took too long', { cause });
    this.kind = kind;
  }
}
