import { createOwnFile } from './own-file.ts';

/** What was true of a log at the last look. */
export type KnownLog = { readonly verifierKey: string; readonly size: number; readonly root: string };

/** The logs that were verified from here, by their origin: the one place that whoever runs the server cannot rewrite. */
export function createKnownLogs(env: Readonly<Record<string, string | undefined>>) {
  const file = createOwnFile<KnownLog>(env, 'known-logs.json');
  return {
    find: (origin: string): KnownLog | undefined => file.find(origin),
    save: (origin: string, known: KnownLog) => file.save(origin, known),
  };
}

export type KnownLogs = ReturnType<typeof createKnownLogs>;
