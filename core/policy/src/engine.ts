import type { PolicyBundle } from './bundle.ts';

/** An entity by its Cedar type and id. */
export type EntityRef = { readonly type: string; readonly id: string };

/** A value as policies read it. Whole numbers beyond 2^53 come as bigint; an array is a set. */
export type PolicyValue =
  | string
  | boolean
  | number
  | bigint
  | EntityRef
  | readonly PolicyValue[]
  | { readonly record: PolicyRecord }
  | { readonly datetimeMs: number }
  | { readonly ip: string };

export type PolicyRecord = { readonly [name: string]: PolicyValue };

/** One entity of the slice that a decision is made over: all that policy may read of it. */
export type Entity = {
  readonly uid: EntityRef;
  readonly attributes: PolicyRecord;
  readonly parents: readonly EntityRef[];
};

/** A role given to a principal on a scope. `id` is what a decision cites. */
export type PolicyLink = {
  readonly id: string;
  readonly role: string;
  readonly principal: EntityRef;
  readonly scope: EntityRef;
};

/** What the schema declares as the context of an action, each field of it; which fields those are is the bundle's matter. */
export type PolicyContext = PolicyRecord;

export type PolicyQuestion = {
  readonly principal: EntityRef;
  readonly action: string;
  readonly resource: EntityRef;
  readonly context: PolicyContext;
  /** The principal, the resource and all that either lies in. */
  readonly entities: readonly Entity[];
  /** Links that are in force now; those that concern others are left out of the decision. */
  readonly links: readonly PolicyLink[];
};

export type PolicyAnswer = {
  readonly allowed: boolean;
  /** What determined the answer: a policy's name, or `role:link`. Empty when nothing permits. */
  readonly reasons: readonly string[];
  /** Anything here is a fault to be looked into, whatever the answer. */
  readonly errors: readonly string[];
};

/** What decides. A request that does not fit the schema is answered with no, and says so in `errors`. */
export type PolicyEngine = {
  readonly bundle: PolicyBundle;
  readonly decide: (question: PolicyQuestion) => PolicyAnswer;
};
