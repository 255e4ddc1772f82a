import type { Verdict } from '../decide/decide.ts';

/** What was looked at and what it was at that time, as Cedar writes both. */
export type SeenValue = { readonly text: string; readonly value: string };

/** One part of a condition: an operand of `&&` or `||`, or the whole. */
export type PartTrace = {
  readonly text: string;
  readonly came: 'true' | 'false' | 'error' | 'not-reached';
  /** Of an error: what went wrong. */
  readonly message?: string;
  readonly values: readonly SeenValue[];
};

export type ClauseTrace = {
  readonly kind: 'principal' | 'action' | 'resource' | 'when' | 'unless';
  /** As it is written in the policy; of a role's scope, with the link's names in it. */
  readonly text: string;
  /** In the policy's own text, counted from 1. Scopes have none. */
  readonly line?: number;
  readonly outcome: 'met' | 'not-met' | 'error' | 'not-reached';
  readonly parts: readonly PartTrace[];
};

export type PolicyTrace = {
  readonly policy: string;
  /** Of a link: the role that it gives. */
  readonly template?: string;
  readonly effect: 'permit' | 'forbid';
  readonly outcome: 'applies' | 'does-not-apply' | 'error';
  readonly clauses: readonly ClauseTrace[];
};

/** A verdict with a trace of every policy that could have had a part in it. */
export type Explanation = Verdict & { readonly policies: readonly PolicyTrace[] };
