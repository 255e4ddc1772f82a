import { limits } from './limits.ts';

type Use = { readonly lastUsedAtMs: number | null; readonly nowMs: number; readonly write: () => Promise<void> };

/** Writes when something was last used, not on every use. Never a reason to refuse: the fault of a database shows elsewhere. */
export async function noteUse({ lastUsedAtMs, nowMs, write }: Use): Promise<void> {
  if (lastUsedAtMs !== null && nowMs - lastUsedAtMs < limits.lastUseEveryMs) return;
  try {
    await write();
  } catch {
    // The next use tries again.
  }
}
