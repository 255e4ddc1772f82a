import type { Action } from '@modelward/contract';
import type { Authentication, Circumstances } from '../context/circumstances.ts';
import type { Remedy } from '../remedies/remedy.ts';
import type { ResourceFacts } from '../resources/resource-store.ts';

/** What a decision can be about. Only type and id are taken from the caller; what policy reads comes from the store. */
export type ResourceRef =
  | { readonly type: 'Organization' }
  | { readonly type: 'Project'; readonly id: string }
  /** A person or a service, for what is done to it or its tokens. */
  | { readonly type: 'Account'; readonly id: string }
  | ResourceFacts;

/** Undefined: what was named is not there. It is asked about all the same, so that nobody can tell by what is then done. */
export type Asked = { readonly action: Action; readonly resource: ResourceRef | undefined };

export type AccessQuestion = {
  readonly principal: { readonly kind: 'person' | 'service'; readonly id: string };
  readonly authentication: Authentication;
  /** Undefined: a credential that is not narrowed. */
  readonly scopes: readonly string[] | undefined;
  readonly interface: 'mlflow' | 'control' | 'cli' | 'authzen';
  readonly circumstances?: Circumstances | undefined;
  /** All of these together, or nothing. */
  readonly asked: readonly Asked[];
};

/** Why policy was not even asked, or what stood in the way besides it. */
export type ReasonCode =
  | 'nothing-asked'
  | 'too-much-asked'
  /** News of changes stopped coming: a revocation may have been missed. */
  | 'facts-stale'
  | 'account-unknown'
  | 'account-invited'
  | 'account-suspended'
  | 'account-locked'
  | 'account-offboarded'
  | 'resource-unknown'
  | 'no-permit'
  /** Another decision point decides, and gave no answer in time, or none that can be read. */
  | 'engine-timeout'
  | 'engine-unreachable'
  | 'engine-malformed'
  | 'token-scope';

export type AccessDecision = {
  readonly allowed: boolean;
  /** Whether the caller may know that everything asked about exists. */
  readonly discoverable: boolean;
  readonly refusedAction?: Action;
  /** The policies that determined it (`role:link` for a role), or codes. */
  readonly reasons: readonly string[];
  /** Faults of policies or of the request, to be looked into whatever the answer. */
  readonly errors: readonly string[];
  /** Digest of the bundle that decided. */
  readonly bundle: string;
  /** All of these together would allow it. Empty when nothing that is known of would, or the caller may not know. */
  readonly remedies: readonly Remedy[];
  /** What would help is not known: another decision point decides. */
  readonly remediesUnavailable?: boolean;
  /** Other sets of changes of which the same is true. */
  readonly alternatives: readonly (readonly Remedy[])[];
};
