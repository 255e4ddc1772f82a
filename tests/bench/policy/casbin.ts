import { newEnforcer, newModelFromString } from 'casbin';
import type { Contender } from './measure.ts';
import { byName, entities, type Name, requests } from './scenario.ts';

/*
 * The scenario as casbin has it: roles, teams and groups of actions as `g` lines, attributes by `eval()` of a rule, denies that
 * override. What its expressions cannot say is left out.
 */

const model = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, type, act, rule, eft
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (p.sub == "*" || g(r.sub.id, p.sub)) && (p.type == "*" || r.obj.type == p.type) && (p.act == "*" || g2(r.act, p.act)) && eval(p.rule)
`;

const use = ['model.read', 'model.list', 'artifact.read', 'deployment.read', 'pipeline.read'];
const manage = [
  'model.promote',
  'model.delete',
  'artifact.write',
  'deployment.approve',
  'deployment.deploy',
  'pipeline.run',
];

type Line = [sub: string, type: string, act: string, rule: string, effect?: 'deny'];
const own = 'r.obj.owner == r.sub.id';
const lines: readonly Line[] = [
  ['viewer', '*', 'use', 'true'],
  ['scientist', '*', 'use', 'r.sub.active == true'],
  ['releaser', 'Model', 'model.promote', 'r.obj.stage == "staging"'],
  ['admin', '*', 'use', 'true'],
  ['admin', '*', 'manage', 'true'],
  ['*', 'Model', 'model.read', own],
  ['*', 'Model', 'model.list', own],
  ['*', 'Model', 'model.delete', `${own} && r.obj.stage != "production"`],
  ['*', 'Artifact', 'artifact.read', own],
  ['*', 'Artifact', 'artifact.write', `${own} && r.obj.size < 5000`],
  ['*', 'Deployment', 'deployment.read', own],
  ['*', 'Pipeline', 'pipeline.run', own],
  ...['vision p0', 'speech p1', 'fraud p2', 'search p3', 'ranking p4'].map((pair): Line => {
    const [team = '', project] = pair.split(' ');
    return [team, '*', 'use', `r.obj.project == "${project}"`];
  }),
  ['vision', 'Artifact', 'artifact.write', 'r.obj.project == "p0"'],
  ['speech', 'Artifact', 'artifact.write', 'r.obj.project == "p1"'],
  ['*', 'Model', 'model.list', 'r.obj.project == "p5" || r.obj.project == "p6"'],
  ['*', 'Model', 'model.read', 'r.sub.department == "research" && r.obj.sensitivity <= r.sub.clearance'],
  ['*', 'Model', 'model.read', 'r.sub.trusted == true && r.sub.environment == "production"'],
  ['*', 'Artifact', 'artifact.read', 'r.sub.trusted == true && r.sub.environment == "production"'],
  ['trainer', 'Artifact', 'artifact.write', 'true'],
  ['trainer', 'Pipeline', 'pipeline.read', 'true'],
  ['trainer', 'Pipeline', 'pipeline.run', 'true'],
  ['deployer', 'Deployment', 'deployment.deploy', 'r.sub.environment == r.obj.environment'],
  ['releaser', 'Deployment', 'deployment.approve', 'r.sub.mfa == true && r.sub.id != r.obj.requestedBy'],
  ['*', 'Model', 'model.read', 'r.obj.visibility == "public"'],
  ['*', 'Model', 'model.list', 'r.obj.visibility == "public"'],
  ['*', 'Deployment', 'deployment.read', 'r.obj.environment == "demo-1" || r.obj.environment == "demo-2"'],
  ['*', '*', '*', 'r.sub.active == false', 'deny'],
  ['*', 'Model', 'model.delete', 'r.obj.stage == "production"', 'deny'],
  ['*', 'Artifact', '*', 'r.obj.sensitivity > r.sub.clearance', 'deny'],
  ['*', 'Deployment', 'deployment.approve', own, 'deny'],
];

export async function casbin(name: string): Promise<Contender> {
  const enforcer = await newEnforcer(newModelFromString(model));
  await enforcer.addPolicies(lines.map(([sub, type, act, rule, effect = 'allow']) => [sub, type, act, rule, effect]));
  const members = entities.flatMap(({ uid, parents }) =>
    uid.type === 'User' || uid.type === 'Service' ? parents.map(({ id }) => [uid.id, id]) : [],
  );
  await enforcer.addGroupingPolicies(members);
  await enforcer.addNamedGroupingPolicies('g2', [
    ...use.map((act) => [act, 'use']),
    ...manage.map((act) => [act, 'manage']),
  ]);
  const ready = requests.map(
    ({ principal, resource, action }) => [flat(principal), flat(resource), action.id] as const,
  );
  return { name, decide: (at) => enforcer.enforceSync(...(ready[at] as (typeof ready)[number])) };
}

function flat({ type, id }: Name): Record<string, unknown> {
  const { attrs = {}, parents = [], tags = {} } = byName.get(`${type} ${id}`) ?? {};
  const plain = Object.entries(attrs).map(([name, value]) => {
    const { __entity } = Object(value) as { __entity?: Name };
    return [name, __entity?.id ?? value];
  });
  return { ...Object.fromEntries(plain), ...tags, type, id, project: parents[0]?.id };
}
