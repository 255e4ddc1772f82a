import type { z } from 'zod';
import type { Action } from './actions.ts';

/**
 * Who may call: anybody (`open`), anybody who is signed in and then only about themselves, or whoever policy allows the
 * action.
 */
export type EndpointAccess = 'open' | 'signed-in' | { readonly action: Action };

export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` is one path segment; `{name*}`, at the end, is all the segments that remain. */
  readonly path: string;
  readonly summary: string;
  readonly access: EndpointAccess;
  /** Path, query (GET, DELETE) and body (POST) together: a name never comes from two places. */
  readonly input: z.ZodType<Record<string, unknown>>;
  /** `octets`: the answer is not JSON but bytes. */
  readonly output: z.ZodType | 'octets';
};
