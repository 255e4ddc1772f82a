import type { AuthzenResourceSearch } from '@modelward/contract';
import { type Asking, believed, decideOne } from './decided.ts';
import type { Found, Wanted } from './search.ts';
import { asAction, asStoredType, findPrincipal } from './things.ts';

/** What the subject may do this to, of one type: only what lies where the caller may search. */
export async function searchResources(
  question: AuthzenResourceSearch,
  { after, limit }: Wanted,
  asking: Asking,
): Promise<Found | string> {
  const { subject, action, resource, context } = question;
  const { deps, reach } = asking;
  const type = asStoredType(resource.type);
  if (type === undefined) return searchApplication(question, { after, limit }, asking);
  const told = await believed({ context }, asking);
  if (typeof told === 'string') return told;
  const [principal, name] = [await findPrincipal(subject, deps), asAction(action.name)];
  if (name === undefined) return { results: [] };
  const page = await deps.access.list({
    principal,
    ...told,
    interface: 'authzen',
    action: name,
    type,
    ...(after === '' ? {} : { after }),
    limit,
  });
  const reached = await Promise.all(
    page.resources.map(({ projectId }) => reach.covers({ type: 'Project', id: projectId })),
  );
  const results = page.resources.filter((_, at) => reached[at]).map(({ id }) => ({ type, id }));
  return { results, next: page.next };
}

/** An application's own things, each decided. */
async function searchApplication(
  { subject, action, resource, context }: AuthzenResourceSearch,
  { after, limit }: Wanted,
  asking: Asking,
): Promise<Found> {
  const all = asking.deps.application?.list(resource.type).filter(({ id }) => id > after) ?? [];
  const results: { type: string; id: string }[] = [];
  for (const one of all) {
    if (results.length === limit) return { results, next: results.at(-1)?.id };
    const decided = await decideOne({ subject, action, resource: one, context }, asking);
    if (decided.allowed) results.push(one);
  }
  return { results };
}
