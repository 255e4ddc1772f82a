import type { PolicyTree } from './est/policy-tree.ts';
import type { PolicySchema } from './schema/policy-schema.ts';

/** One file of a bundle; `path` is below the bundle's folder, with forward slashes. */
export type BundleFile = { readonly path: string; readonly text: string };

/** What is wrong with a bundle, and where: lines and their characters count from 1. */
export type BundleFlaw = {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
};

export type Risk = 'low' | 'medium' | 'high';

/** A role is a template; who has it where is a link. */
export type Role = {
  readonly name: string;
  readonly title: string;
  /** Whether somebody may be told to ask for it. */
  readonly requestable: boolean;
  readonly risk: Risk;
  /** How long it may be given for when it was asked for. Undefined: without an end. */
  readonly maxDurationMs?: number;
  /** How many people must approve when it is asked for, and by which role they may. */
  readonly approvals: number;
  readonly approvers: readonly string[];
  /** The entity types that it may be given on. */
  readonly scopeTypes: readonly string[];
};

export type PolicyKind = 'role' | 'permit' | 'guardrail';

export type Policy = {
  readonly id: string;
  readonly kind: PolicyKind;
  readonly text: string;
  readonly file: string;
  /** The line of the file that `text` begins on. */
  readonly line: number;
  /** What it says, as the engine compiles it. */
  readonly tree: PolicyTree;
};

export type PolicyBundle = {
  readonly name: string;
  readonly version: string;
  /** Of every file that decides anything, in the order of their paths. */
  readonly digest: string;
  readonly schema: string;
  /** What the schema declares, read. */
  readonly types: PolicySchema;
  readonly policies: readonly Policy[];
  readonly roles: readonly Role[];
};
