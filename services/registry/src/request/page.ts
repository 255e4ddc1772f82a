import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';
import type { Fields } from './fields.ts';

export type PageAsked = { readonly offset: number; readonly limit: number };

type Sizes = { readonly usual: number; readonly most: number; readonly atOnce?: number };

export function pageAsked(fields: Fields, { usual, most, atOnce = limits.rowsAtOnce }: Sizes): PageAsked {
  const rows = fields.integer('max_results') ?? usual;
  if (rows < 1) throw invalid(`Invalid value for max_results. It must be a positive integer, but got ${rows}`);
  if (rows > most) {
    throw invalid(`Invalid value for request parameter max_results. It must be at most ${most}, but got value ${rows}`);
  }
  return { offset: readToken(fields.text('page_token')), limit: Math.min(rows, atOnce) };
}

export type Page<Row> = { readonly rows: readonly Row[]; readonly next_page_token?: string };

/** Cuts what was found to the page: one row more than the page holds was asked for, to know whether there is another. */
export function pageOf<Row>(found: readonly Row[], { offset, limit }: PageAsked): Page<Row> {
  if (found.length <= limit) return { rows: found };
  return { rows: found.slice(0, limit), next_page_token: writeToken(offset + limit) };
}

function writeToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64url');
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^\{"offset":([0-9]{1,12})\}$/.exec(Buffer.from(token, 'base64url').toString('latin1'))?.[1];
  if (offset === undefined) throw invalid('Invalid page token, could not base64-decode');
  return Number(offset);
}
