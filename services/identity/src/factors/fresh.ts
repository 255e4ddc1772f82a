import { limits } from '../limits.ts';
import type { Session } from '../sessions/session-store.ts';

/** Whether whoever holds the session proved only lately that they are who they are. */
export function isFresh({ authenticatedAtMs }: Pick<Session, 'authenticatedAtMs'>, nowMs: number): boolean {
  return nowMs - authenticatedAtMs < limits.factors.freshMs;
}
