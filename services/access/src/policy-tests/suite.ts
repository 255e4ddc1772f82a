import type { Entity, EntityRef, PolicyContext, PolicyLink } from '@modelward/policy';

/** One test of a file: everyone does everything to everything under every context, and the answer is always this one. */
export type PolicyTest = {
  readonly name: string;
  readonly line: number;
  readonly principals: readonly EntityRef[];
  readonly actions: readonly string[];
  readonly resources: readonly EntityRef[];
  readonly contexts: readonly NamedContext[];
  readonly links: readonly PolicyLink[];
  readonly allowed: boolean;
  /** The policies, roles by their names, that decide it; undefined when the test does not say. */
  readonly because: readonly string[] | undefined;
};

export type NamedContext = { readonly name: string; readonly context: PolicyContext };

/** A file of tests with the world that they happen in. */
export type PolicySuite = {
  readonly file: string;
  readonly entities: readonly Entity[];
  readonly tests: readonly PolicyTest[];
};
