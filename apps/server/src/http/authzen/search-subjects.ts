import type { AuthzenSubjectSearch } from '@modelward/contract';
import { type Asking, believed, decideAs, decideOne } from './decided.ts';
import { limits } from './limits.ts';
import type { Found, Wanted } from './search.ts';
import { asAction, asKind, findThing, isDeclared } from './things.ts';

/** Who of one type may do this to the resource: each account is decided. */
export async function searchSubjects(
  question: AuthzenSubjectSearch,
  { after, limit }: Wanted,
  asking: Asking,
): Promise<Found | string> {
  const { subject, action, resource, context } = question;
  const { deps, reach } = asking;
  const kind = asKind(subject.type);
  if (kind === undefined) return searchApplication(question, { after, limit }, asking);
  const told = await believed({ context }, asking);
  if (typeof told === 'string') return told;
  const [thing, name] = [await findThing(resource, deps), asAction(action.name)];
  const isReached = await reach.covers(thing.place);
  if (name === undefined || !isDeclared(name, resource.type, deps) || !isReached || thing.ref === undefined)
    return { results: [] };
  const results: { type: string; id: string }[] = [];
  const accounts = (await deps.identity.accounts.list(kind)).filter((account) => account.name > after);
  for (const [at, { id, name: accountName }] of accounts.entries()) {
    const { allowed } = await decideAs({ principal: { kind, id }, told, action: name, resource: thing.ref }, asking);
    if (allowed) results.push({ type: subject.type, id });
    const isLast = at === accounts.length - 1;
    if (!isLast && (results.length === limit || at + 1 === limits.accountsLookedAt))
      return { results, next: accountName };
  }
  return { results };
}

async function searchApplication(
  { subject, action, resource, context }: AuthzenSubjectSearch,
  { after, limit }: Wanted,
  asking: Asking,
): Promise<Found> {
  const all = asking.deps.application?.list(subject.type).filter(({ id }) => id > after) ?? [];
  const results: { type: string; id: string }[] = [];
  for (const one of all) {
    if (results.length === limit) return { results, next: results.at(-1)?.id };
    const decided = await decideOne({ subject: one, action, resource, context }, asking);
    if (decided.allowed) results.push(one);
  }
  return { results };
}
