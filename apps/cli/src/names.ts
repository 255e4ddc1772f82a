import type { Client } from './client.ts';
import { Refused } from './problem.ts';

/** The names of people, services, groups and projects by id, as far as the caller may read them. */
export async function readNames({ call }: Client): Promise<ReadonlyMap<string, string>> {
  const lists = await Promise.all([
    orNone(call('people.list', {}).then(({ accounts }) => accounts)),
    orNone(call('services.list', {}).then(({ accounts }) => accounts)),
    orNone(call('groups.list', {}).then(({ groups }) => groups)),
    orNone(call('projects.list', {}).then(({ projects }) => projects.map(({ id, key }) => ({ id, name: key })))),
  ]);
  return new Map(lists.flat().map(({ id, name }) => [id, name]));
}

type Named = { readonly id: string; readonly name: string };

/** An auditor reads the record and nothing else: ids then stay ids. */
async function orNone(list: Promise<readonly Named[]>): Promise<readonly Named[]> {
  try {
    return await list;
  } catch (problem) {
    if (problem instanceof Refused && ['denied', 'not-found'].includes(problem.error.code)) return [];
    throw problem;
  }
}
