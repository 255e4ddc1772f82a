/**
 * Every action that a decision can be about, named `noun.verb`. The policy schema in `policies/` declares the same names;
 * a test compares the two.
 */
export const actions = [
  'project.read',
  'project.create',
  'experiment.discover',
  'experiment.read',
  'experiment.create',
  'experiment.update',
  'experiment.delete',
  'run.read',
  'run.create',
  'run.update',
  'run.delete',
  'artifact.read',
  'artifact.write',
  'artifact.delete',
  'model.discover',
  'model.read',
  'model.create',
  'model.update',
  'model.delete',
  'version.read',
  'version.download',
  'version.register',
  'version.update',
  'version.promote',
  'version.delete',
  'alias.set',
  'alias.delete',
  'account.read',
  'account.manage',
  'group.manage',
  'project.manage',
  'role.read',
  'role.assign',
  'token.read',
  'token.create',
  'token.revoke',
  'audit.read',
  'audit.export',
  'policy.activate',
] as const;

export type Action = (typeof actions)[number];

/** The types of resource that a decision can be about; `Organization` is the one root of all of them. */
export const resourceTypes = [
  'Organization',
  'Account',
  'Project',
  'Experiment',
  'Run',
  'Model',
  'ModelVersion',
] as const;

export type ResourceType = (typeof resourceTypes)[number];
