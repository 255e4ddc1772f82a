import { createOwnFile } from './own-file.ts';

type SavedSession = { readonly name: string; readonly secret: string; readonly endsAtMs: number };

/** Sessions by the server they are for: one is never sent to another. */
export function createSessionFile(env: Readonly<Record<string, string | undefined>>) {
  return createOwnFile<SavedSession>(env, 'sessions.json');
}

export type SessionFile = ReturnType<typeof createSessionFile>;
