type Watched = {
  /** Whether somebody other than Modelward could use the upstream now. */
  readonly isOpen: () => Promise<boolean>;
  /** Called when it was found the other way than it was. */
  readonly onChange: (isOpen: boolean) => void;
  readonly everyMs: number;
};

export type UpstreamWatch = { readonly isClosed: () => boolean; readonly stop: () => void };

/**
 * Looks again and again whether an upstream that was closed at the start still is: a folder's mode and a server's options
 * change while nobody thinks of Modelward. One that cannot be looked at keeps its last answer; whether it is alive is asked elsewhere.
 */
export function watchUpstream({ isOpen, onChange, everyMs }: Watched): UpstreamWatch {
  let wasOpen = false;

  const look = async (): Promise<void> => {
    const found = await isOpen().catch(() => wasOpen);
    if (found === wasOpen) return;
    wasOpen = found;
    onChange(found);
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();

  return { isClosed: () => !wasOpen, stop: () => clearInterval(timer) };
}
