export type InFlight = {
  readonly track: (work: Promise<void>) => void;
  readonly drained: () => Promise<void>;
};

/** Work that outlives the answer it belongs to, so that a stop can wait for it. */
export function createInFlight(): InFlight {
  const open = new Set<Promise<void>>();
  const track = (work: Promise<void>) => {
    const tracked = work.finally(() => open.delete(tracked));
    open.add(tracked);
  };
  const drained = async () => {
    while (open.size > 0) await Promise.allSettled(open);
  };
  return { track, drained };
}
