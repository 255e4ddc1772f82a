import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { isProjectKey, keysForName } from './project-key.ts';
import { createProjectStore, type Project } from './project-store.ts';

export type NewProject = { readonly key: string; readonly title: string; readonly listed: boolean };
export type ProjectRefusal = 'key-form' | 'title-form' | 'exists';

const longestTitle = 200;

type Deps = {
  readonly tables: Kysely<Tables>;
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
};

/** Projects: what they are called, and which one a name in a protected interface belongs to. */
export function createProjects({ tables, nowMs, newId }: Deps) {
  const store = createProjectStore(tables);

  const add = async ({ key, title, listed }: NewProject): Promise<Result<Project, ProjectRefusal>> => {
    if (!isProjectKey(key)) return refused('key-form');
    if (title.trim() === '' || title.length > longestTitle) return refused('title-form');
    const project = { id: newId('prj'), key, title, listed };
    return (await store.insert({ project, nowMs: nowMs() })) ? ok(project) : refused('exists');
  };

  const findByKey = async (key: string): Promise<Project | undefined> => (await store.findByKeys([key]))[0];

  /** The project with the longest key that is the name, or that the name begins with before one of `. - _ /`. */
  const forName = async (name: string): Promise<Project | undefined> => {
    const keys = keysForName(name);
    const found = keys.length === 0 ? [] : await store.findByKeys(keys);
    return found.sort((a, b) => b.key.length - a.key.length)[0];
  };

  return { list: store.list, add, findById: store.findById, findByKey, forName };
}
