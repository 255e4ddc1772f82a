import { ok, refused } from '@modelward/basics';
import { type Caller, type ControlDeps, questionOf } from '../deps.ts';
import type { Handler } from '../handler.ts';
import { conflict, malformed } from '../refusal.ts';

const list: Handler<'projects.list'> = {
  perform: async ({ caller, deps }) => {
    const projects = await deps.access.projects.list();
    const visible = await Promise.all(projects.map((project) => maySee(caller, project.id, deps)));
    return ok({ output: { projects: projects.filter((_, at) => visible[at]) }, changes: [] });
  },
};

/** Those that the caller may read, and those whose models everybody may know of: the key is in the models' names. */
async function maySee(caller: Caller, id: string, deps: ControlDeps): Promise<boolean> {
  for (const action of ['project.read', 'model.discover'] as const) {
    const asked = [{ action, resource: { type: 'Project', id } as const }];
    const decision = await deps.access.decide({ ...questionOf(caller, deps.nowMs()), interface: 'control', asked });
    if (decision.allowed) return true;
  }
  return false;
}

const add: Handler<'projects.add'> = {
  perform: async ({ question, deps }) => {
    const added = await deps.access.projects.add(question);
    if (added.ok) {
      const { id, listed } = added.value;
      return ok({
        output: { project: added.value },
        changes: [{ what: 'project.created', subject: id, detail: { listed } }],
      });
    }
    switch (added.reason) {
      case 'key-form':
        return refused(
          malformed(
            `\`${question.key}\` cannot be a project's key`,
            'use 2 to 63 lower-case letters, digits and `-`, a letter first',
          ),
        );
      case 'title-form':
        return refused(malformed('a title is 1 to 200 characters and not only spaces', 'choose another title'));
      case 'exists':
        return refused(conflict(`a project with the key \`${question.key}\` exists already`, 'choose another key'));
    }
  },
};

export const projectHandlers = { 'projects.list': list, 'projects.add': add };
