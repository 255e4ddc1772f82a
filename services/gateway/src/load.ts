import { limits } from './limits.ts';

/** What one request takes of the whole while it is on its way. */
export type Ticket = {
  /** Whether this person or service may have one more request on its way. */
  readonly claim: (principalId: string) => boolean;
  /** Whether there is room to hold so many bytes more. */
  readonly hold: (bytes: number) => boolean;
  readonly leave: () => void;
};

/** How much is on its way at once: beyond it, a request is told to come again, before it costs anything. */
export function createLoad() {
  const requestsOf = new Map<string, number>();
  let requests = 0;
  let heldBytes = 0;

  const enter = (): Ticket | undefined => {
    if (requests >= limits.requestsAtOnce) return undefined;
    requests += 1;
    let own = 0;
    let claimed: string | undefined;
    return {
      claim(principalId) {
        const count = requestsOf.get(principalId) ?? 0;
        if (count >= limits.requestsPerPrincipal) return false;
        requestsOf.set(principalId, count + 1);
        claimed = principalId;
        return true;
      },
      hold(bytes) {
        if (heldBytes + bytes > limits.heldBytes) return false;
        heldBytes += bytes;
        own += bytes;
        return true;
      },
      leave() {
        requests -= 1;
        heldBytes -= own;
        if (claimed === undefined) return;
        const left = (requestsOf.get(claimed) ?? 1) - 1;
        if (left === 0) requestsOf.delete(claimed);
        else requestsOf.set(claimed, left);
      },
    };
  };
  return { enter };
}
