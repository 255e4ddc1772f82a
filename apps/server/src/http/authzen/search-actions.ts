import type { AuthzenActionSearch } from '@modelward/contract';
import type { ControlDeps } from '../deps.ts';
import { type Asking, decideOne } from './decided.ts';
import type { Found, Wanted } from './search.ts';
import { isOurs } from './things.ts';

/** What the subject may do to the resource, of all that can be done to something of its type. */
export async function searchActions(
  { subject, resource, context }: AuthzenActionSearch,
  { after, limit }: Wanted,
  asking: Asking,
): Promise<Found | string> {
  const names = actionsOn({ subject, resource }, asking.deps).filter((name) => name > after);
  const results: { name: string }[] = [];
  for (const name of names) {
    if (results.length === limit) return { results, next: results.at(-1)?.name };
    const decided = await decideOne({ subject, action: { name }, resource, context }, asking);
    if (decided.flaw !== undefined) return decided.flaw;
    if (decided.allowed) results.push({ name });
  }
  return { results };
}

type Between = Pick<AuthzenActionSearch, 'subject' | 'resource'>;

function actionsOn({ subject, resource }: Between, { bundle, application }: ControlDeps): readonly string[] {
  if (!isOurs(resource)) return [...(application?.actionsFor(subject.type, resource.type) ?? [])].sort();
  // Logged models are decided as runs.
  const type = resource.type === 'LoggedModel' ? 'Run' : resource.type;
  const found = [...bundle.types.actions.values()].filter(({ resources }) => resources.has(type));
  return found.map(({ node }) => node.id).sort();
}
