import { ok, type Result, refused } from '@modelward/basics';
import {
  type AuthzenActionSearch,
  type AuthzenPage,
  type AuthzenResourceSearch,
  type AuthzenSubjectSearch,
  authzenActionSearch,
  authzenResourceSearch,
  authzenSubjectSearch,
} from '@modelward/contract';
import { type ControlRefusal, malformed } from '../refusal.ts';
import type { Asking } from './decided.ts';
import type { Answered, Answering } from './evaluate.ts';
import { limits } from './limits.ts';
import { readQuestion } from './read-question.ts';
import { searchActions } from './search-actions.ts';
import { searchResources } from './search-resources.ts';
import { searchSubjects } from './search-subjects.ts';

export type Wanted = { readonly after: string; readonly limit: number };

/** What was found, and where the next page begins. Undefined: there is none. */
export type Found = { readonly results: AuthzenPage['results']; readonly next?: string | undefined };

type Paged = {
  readonly page?: { readonly token?: string | undefined; readonly limit?: number | undefined } | undefined;
};
type SearchFor<Question> = (question: Question, wanted: Wanted, asking: Asking) => Promise<Found | string>;

export const answerSubjectSearch = (answering: Answering) =>
  answer('search-subject', answering, {
    read: (body) => readQuestion(body, authzenSubjectSearch),
    search: searchSubjects satisfies SearchFor<AuthzenSubjectSearch>,
  });

export const answerResourceSearch = (answering: Answering) =>
  answer('search-resource', answering, {
    read: (body) => readQuestion(body, authzenResourceSearch),
    search: searchResources satisfies SearchFor<AuthzenResourceSearch>,
  });

export const answerActionSearch = (answering: Answering) =>
  answer('search-action', answering, {
    read: (body) => readQuestion(body, authzenActionSearch),
    search: searchActions satisfies SearchFor<AuthzenActionSearch>,
  });

type Searching<Question> = {
  readonly read: (body: Uint8Array | undefined) => Result<Question, ControlRefusal>;
  readonly search: SearchFor<Question>;
};

async function answer<Question extends Paged>(
  kind: string,
  { body, asking }: Answering,
  { read, search }: Searching<Question>,
): Promise<Result<Answered, ControlRefusal>> {
  const asked = read(body);
  if (!asked.ok) return asked;
  const { page = {}, ...question } = asked.value;
  const { deps, caller } = asking;
  const bound = { kind, callerId: caller.account.id, question };
  const after = page.token === undefined || page.token === '' ? '' : deps.pageTokens.open(page.token, bound);
  if (after === undefined)
    return refused(malformed('the page token is not one of this search, or is too old', 'search again from the start'));
  const limit = Math.min(page.limit ?? limits.resultsUnlessAsked, limits.resultsInAPage);
  const found = await search(asked.value, { after, limit }, asking);
  if (typeof found === 'string') return refused(malformed(found));
  const nextToken = found.next === undefined ? '' : deps.pageTokens.seal(found.next, bound);
  const answered: AuthzenPage = {
    page: { next_token: nextToken, count: found.results.length },
    results: found.results,
  };
  return ok({ body: answered, told: found.results.map((asked) => ({ asked, allowed: true })) });
}
