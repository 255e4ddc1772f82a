import type { Action } from '@modelward/contract';
import type { Asking, Judge, Subject } from './judge.ts';

/** Any one of these, on the resource itself, lets the caller know that it exists. */
const telling: Readonly<Record<string, readonly Action[]>> = {
  Account: ['account.discover', 'account.read'],
  Project: ['project.discover'],
  Experiment: ['experiment.discover'],
  Run: ['experiment.discover'],
  LoggedModel: ['experiment.discover'],
  Model: ['model.discover'],
  ModelVersion: ['model.discover'],
};

/** What lies in a listed project may be known, and so may the project; which noun decides for something new in it. */
function tellingOfProject(action: Action): readonly Action[] {
  if (action.startsWith('experiment.')) return ['experiment.discover', 'project.discover'];
  if (action.startsWith('model.')) return ['model.discover', 'project.discover'];
  return ['project.discover', 'experiment.discover', 'model.discover'];
}

/** Whether the caller may know that the resource exists: because what was asked is allowed, or because policy says so. */
export function isDiscoverable(judge: Judge, asking: Asking, asked: { action: Action; subject: Subject }): boolean {
  const { action, subject } = asked;
  const { ref } = subject;
  if (ref.type === 'Organization') return true;
  if (ref.type === 'Account' && ref.id === asking.question.principal.id) return true;
  return [action, ...tellingActions(action, ref.type)].some((sign) => judge(asking, sign, subject).allowed);
}

/** What is asked as well to find out whether something may be known of. */
export function tellingActions(action: Action, type: Subject['ref']['type']): readonly Action[] {
  return type === 'Project' ? tellingOfProject(action) : (telling[type] ?? []);
}
