export type Opened = {
  /** What closes the thing that was opened just now. */
  readonly add: (close: () => Promise<void> | void) => void;
  /** Closes everything, the last first; once. */
  readonly close: () => Promise<void>;
};

/** What is open so far, so that it can be closed the other way round however far the opening came. */
export function createOpened(): Opened {
  const closers: (() => Promise<void> | void)[] = [];
  return {
    add: (close) => closers.push(close),
    close: async () => {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    },
  };
}
