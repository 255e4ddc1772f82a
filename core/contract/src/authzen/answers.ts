import { z } from 'zod';

/** What is believed of another decision point: a decision that is a boolean, and nothing else of what it says. */
export const authzenDecision = z.object({ decision: z.boolean() });
export const authzenDecisions = z.object({ evaluations: z.array(authzenDecision) });

/** An answer of ours. `context` is for whoever may read policies, or says what was wrong with an item of a batch. */
export type AuthzenDecision = {
  readonly decision: boolean;
  readonly context?: {
    readonly reasons?: readonly string[];
    readonly bundle?: string;
    readonly error?: { readonly status: number; readonly message: string };
  };
};

export type AuthzenPage = {
  /** Empty at the end. */
  readonly page: { readonly next_token: string; readonly count: number };
  readonly results: readonly ({ readonly type: string; readonly id: string } | { readonly name: string })[];
};

/** Where the endpoints are; also the paths that the metadata names. */
export const authzenPaths = {
  metadata: '/.well-known/authzen-configuration',
  evaluation: '/access/v1/evaluation',
  evaluations: '/access/v1/evaluations',
  'search-subject': '/access/v1/search/subject',
  'search-resource': '/access/v1/search/resource',
  'search-action': '/access/v1/search/action',
} as const;
