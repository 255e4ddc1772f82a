import type { PolicyBundle } from './bundle.ts';

/** An entity by its Cedar type and id. */
export type EntityRef = { readonly type: string; readonly id: string };

export type AttributeValue = string | boolean | EntityRef;

/** One entity of the slice that a decision is made over: all that policy may read of it. */
export type Entity = {
  readonly uid: EntityRef;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly parents: readonly EntityRef[];
};

/** A role given to a principal on a scope. `id` is what a decision cites. */
export type PolicyLink = {
  readonly id: string;
  readonly role: string;
  readonly principal: EntityRef;
  readonly scope: EntityRef;
};

export type PolicyContext = {
  /** `none`: a credential that is bound to nothing. */
  readonly level: 'none' | 'aal1' | 'aal2' | 'aal3';
  readonly credential: string;
  readonly interface: string;
  readonly risk: 'unknown';
  readonly nowMs: number;
};

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
