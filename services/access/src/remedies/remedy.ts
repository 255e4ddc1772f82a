import type { Authentication } from '../context/circumstances.ts';

/** What a role would be given on. */
export type RemedyScope = { readonly type: string; readonly id: string; readonly name: string };

/**
 * Something that whoever asks could change, found by deciding again as if it were so. INVARIANT: none names a person, a
 * signal of risk, or a value that somebody is let through by.
 */
export type Remedy =
  /** To come with a session of one's own instead of a credential that is bound to nothing. */
  | { readonly kind: 'sign-in' }
  /** To show a factor anew; with `phishingResistant`, a passkey. */
  | { readonly kind: 'step-up'; readonly level: Authentication['level']; readonly phishingResistant: boolean }
  | { readonly kind: 'device'; readonly need: 'enrolled' | 'managed' }
  | { readonly kind: 'token-scope'; readonly scope: string }
  /** Of exactly this, by so many people. */
  | { readonly kind: 'approval'; readonly people: number }
  | { readonly kind: 'role'; readonly role: string; readonly scope: RemedyScope }
  /** To do it later. */
  | { readonly kind: 'time'; readonly fromMs: number };
