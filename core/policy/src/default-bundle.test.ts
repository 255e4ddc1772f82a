import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, it } from 'vitest';
import { createCompiledEngine } from './compiled-engine.ts';
import type { EntityRef, PolicyLink } from './engine.ts';
import { defaultFiles, mustLoad } from './testing/default-bundle.ts';
import {
  ada,
  approved,
  ask,
  bob,
  bound,
  job,
  type Known,
  link,
  organization,
  passkey,
  project,
  resources,
} from './testing/small-world.ts';

const bundle = mustLoad(defaultFiles());
const engine = createCompiledEngine(bundle);

function schemaActions() {
  const schema = schemaToJson(bundle.schema);
  if (schema.type === 'failure') throw new Error('the schema does not parse');
  return Object.entries(schema.json['']?.actions ?? {}).filter(([, { appliesTo }]) => appliesTo !== undefined);
}

const resourceTypesOf = new Map(schemaActions().map(([name, { appliesTo }]) => [name, appliesTo?.resourceTypes ?? []]));

function appliesTo(action: string): readonly string[] {
  return resourceTypesOf.get(action) ?? [];
}

const allActions = [...resourceTypesOf.keys()].toSorted();

/** A role is looked at on the widest scope that it may be given on. */
function widestLink(role: string, principal: EntityRef = ada): readonly PolicyLink[] {
  const scopeTypes = bundle.roles.find(({ name }) => name === role)?.scopeTypes ?? [];
  return [link(role, scopeTypes.includes('Organization') ? organization : project, principal)];
}

describe('nobody', () => {
  const names = Object.keys(resources) as (keyof typeof resources)[];

  it('with every role there is may do anything where an action does not apply', () => {
    const links = bundle.roles.flatMap(({ name }) => widestLink(name));
    const allowed = allActions.flatMap((action) =>
      names
        .filter((name) => !appliesTo(action).includes(resources[name].type))
        .filter((name) => engine.decide(ask({ action, on: resources[name], links }, passkey)).allowed)
        .map((name) => `${action} on ${name}`),
    );
    expect(allowed).toEqual([]);
  }, 60_000);
});

describe('a service', () => {
  it.each([
    ['token.create', 'Service', false],
    ['token.read', 'Service', true],
    ['token.revoke', 'Service', true],
    ['token.read', 'User', false],
  ] as const)('asked for %s on a %s is answered %s when it is its own account', (action, on, allowed) => {
    expect(engine.decide(ask({ action, on: resources[on] }, 'aal2', job)).allowed).toBe(allowed);
  });
});

describe('a guardrail', () => {
  type Row = {
    action: string;
    on: keyof typeof resources;
    role: string;
    by?: EntityRef;
    known: Known;
    /** Where there is a way, how it is passed. */
    lifted?: Known;
  };
  const freshUnbound: Known = { auth: passkey.auth ?? {} };
  const stale = { level: 'aal2', ageSeconds: 300, phishingResistant: true };
  const managed = { device: { tier: 3, managed: true } };
  const gains = (who: EntityRef) => ({ change: { gainerIds: [who.id] } });
  const guardrails: [string, Row][] = [
    ...(
      [
        ['token.create', 'User, self', 'security-admin'],
        ['role.assign', 'Project', 'security-admin'],
        ['account.manage', 'Organization', 'security-admin'],
        ['group.manage', 'Organization', 'security-admin'],
        ['device.manage', 'Device', 'security-admin'],
        ['project.create', 'Organization', 'platform-admin'],
        ['project.manage', 'Project', 'platform-admin'],
        ['environment.manage', 'Environment', 'platform-admin'],
        ['policy.activate', 'Organization', 'platform-admin'],
        ['policy.activate', 'PolicyBundle', 'platform-admin'],
      ] as const
    ).map(([action, on, role]): [string, Row] => [
      'unbound-administration',
      { action, on, role, known: freshUnbound, lifted: passkey },
    ]),
    [
      'unbound-promotion',
      { action: 'version.promote', on: 'ModelVersion', role: 'release-manager', known: freshUnbound, lifted: passkey },
    ],
    ...(
      [
        ['alias.set', 'ModelVersion, production', 'release-manager'],
        ['alias.set', 'ModelVersion, beside', 'release-manager'],
        ['alias.delete', 'Model, production', 'model-owner'],
      ] as const
    ).flatMap(([action, on, role]): [string, Row][] => [
      ['unbound-production-alias', { action, on, role, known: freshUnbound, lifted: passkey }],
      ['production-alias-sign-in', { action, on, role, known: bound, lifted: passkey }],
      ['production-alias-approval', { action, on, role, by: job, known: passkey, lifted: approved }],
    ]),
    [
      'unbound-production-delete',
      { action: 'version.delete', on: 'ModelVersion, production', role: 'model-owner', known: {}, lifted: bound },
    ],
    [
      'unbound-production-delete',
      { action: 'model.delete', on: 'Model, production', role: 'model-owner', known: {}, lifted: bound },
    ],
    ['unbound-export', { action: 'audit.export', on: 'Organization', role: 'auditor', known: {}, lifted: passkey }],
    ['unbound-export', { action: 'audit.export', on: 'AuditLog', role: 'auditor', known: {}, lifted: passkey }],
    [
      'unbound-approval',
      { action: 'request.approve', on: 'AccessRequest', role: 'access-approver', known: {}, lifted: passkey },
    ],
    [
      'unbound-restricted',
      {
        action: 'artifact.read',
        on: 'Artifact, restricted',
        role: 'viewer',
        known: managed,
        lifted: { ...bound, ...managed },
      },
    ],
    [
      'restricted-device',
      {
        action: 'artifact.read',
        on: 'Artifact, restricted',
        role: 'viewer',
        known: bound,
        lifted: { ...bound, ...managed },
      },
    ],
    [
      'registered-content',
      { action: 'artifact.write', on: 'Artifact, restricted', role: 'model-owner', known: passkey },
    ],
    [
      'registered-content',
      { action: 'artifact.delete', on: 'Artifact, restricted', role: 'model-owner', known: passkey },
    ],
    ['own-request', { action: 'request.approve', on: 'AccessRequest, own', role: 'access-approver', known: passkey }],
    [
      'own-request',
      { action: 'request.approve', on: 'AccessRequest, for oneself', role: 'access-approver', known: passkey },
    ],
    [
      'service-approval',
      { action: 'request.approve', on: 'AccessRequest', role: 'access-approver', by: job, known: approved },
    ],
    ...(
      [
        ['version.promote', 'ModelVersion', 'release-manager', 'promotion'],
        ['deployment.deploy', 'Deployment, production', 'deployer', 'deployment'],
        ['deployment.configure', 'Deployment, production', 'deployer', 'deployment'],
        ['deployment.rollback', 'Deployment, production', 'deployer', 'deployment'],
        ['deployment.delete', 'Deployment, production', 'platform-admin', 'deployment'],
      ] as const
    ).flatMap(([action, on, role, what]): [string, Row][] => [
      [`production-${what}-sign-in`, { action, on, role, known: bound, lifted: passkey }],
      [`production-${what}-sign-in`, { action, on, role, known: { ...passkey, auth: stale }, lifted: passkey }],
      [`production-${what}-approval`, { action, on, role, by: job, known: passkey, lifted: approved }],
      ...Object.values({
        'with a token that its thief can use': { token: { binding: 'session' } },
        'that nobody approved': { approvals: { people: 0, digest: 'sha256:1' } },
        'of which something else was approved': { approvals: { people: 1, digest: 'sha256:2' } },
        'of which nobody knows what it is': { approvals: { people: 1, digest: '' }, content: { digest: '' } },
      }).map((short): [string, Row] => [
        `production-${what}-approval`,
        { action, on, role, by: job, known: { ...approved, ...short }, lifted: approved },
      ]),
    ]),
    ...(
      [
        ['role.assign', 'Project', 'security-admin'],
        ['group.manage', 'Organization', 'security-admin'],
        ['group.manage', 'Group', 'security-admin'],
        ['request.approve', 'AccessRequest', 'access-approver'],
        ['policy.activate', 'PolicyBundle', 'platform-admin'],
      ] as const
    ).flatMap(([action, on, role]): [string, Row][] =>
      [
        { ...passkey, change: { gainerIds: [ada.id], soleAdministrator: true } },
        { ...passkey, ...gains(ada), approvals: { people: 1, disinterested: 1 } },
        { ...passkey, ...gains(bob) },
      ].map((lifted): [string, Row] => [
        'self-gain',
        { action, on, role, known: { ...passkey, ...gains(ada) }, lifted },
      ]),
    ),
    [
      'self-gain',
      {
        action: 'role.assign',
        on: 'Project',
        role: 'security-admin',
        known: { ...passkey, auth: stale, change: { gainerIds: [ada.id], soleAdministrator: true } },
      },
    ],
    [
      'self-gain',
      {
        action: 'role.assign',
        on: 'Project',
        role: 'security-admin',
        known: { ...passkey, ...gains(ada), approvals: { people: 2, disinterested: 0 } },
      },
    ],
    ...(
      [
        ['role.assign', 'Project', 'security-admin'],
        ['account.manage', 'User', 'security-admin'],
        ['group.manage', 'Group', 'security-admin'],
        ['device.manage', 'Device', 'security-admin'],
        ['project.create', 'Organization', 'platform-admin'],
        ['project.manage', 'Project', 'platform-admin'],
        ['environment.manage', 'Environment', 'platform-admin'],
        ['policy.activate', 'PolicyBundle', 'platform-admin'],
        ['request.approve', 'AccessRequest', 'access-approver'],
        ['audit.export', 'AuditLog', 'auditor'],
      ] as const
    ).map(([action, on, role]): [string, Row] => [
      'administration-sign-in',
      { action, on, role, known: bound, lifted: passkey },
    ]),
    [
      'second-factor',
      {
        action: 'model.read',
        on: 'Model',
        role: 'viewer',
        known: { ...bound, auth: { level: 'aal1', ageSeconds: 60 } },
        lifted: bound,
      },
    ],
    [
      'high-risk',
      {
        action: 'model.read',
        on: 'Model',
        role: 'viewer',
        known: { ...bound, risk: 'high' },
        lifted: { ...passkey, risk: 'high' },
      },
    ],
    [
      'high-risk',
      { action: 'model.read', on: 'Model', role: 'viewer', known: { risk: 'high' }, lifted: { risk: 'medium' } },
    ],
  ];
  const engineWithout = (name: string) =>
    createCompiledEngine({
      ...bundle,
      digest: `${bundle.digest} without ${name}`,
      policies: bundle.policies.filter(({ id }) => id !== name),
    });

  it.each(guardrails)('%s is what refuses %o', (name, { action, on, role, by = ada, known, lifted }) => {
    const asked = { action, on: resources[on], links: widestLink(role, by) };
    expect(engine.decide(ask(asked, known, by))).toEqual({ allowed: false, reasons: [name], errors: [] });
    expect(engineWithout(name).decide(ask(asked, known, by)).allowed).toBe(true);
    if (lifted !== undefined) expect(engine.decide(ask(asked, lifted, by)).allowed).toBe(true);
  });

  it('of every name is looked at above', () => {
    const all = bundle.policies.filter(({ kind }) => kind === 'guardrail').map(({ id }) => id);
    expect([...new Set(guardrails.map(([name]) => name))].toSorted()).toEqual(all.toSorted());
  });
});

describe('risk', () => {
  const readModel = (risk: string) =>
    engine.decide(ask({ action: 'model.read', on: resources.Model, links: widestLink('viewer') }, { ...bound, risk }));

  it('that is unknown is neither high nor low: no policy of this bundle takes it for either', () => {
    expect([readModel('unknown').allowed, readModel('high').allowed]).toEqual([true, false]);
    expect(bundle.policies.filter(({ text }) => /context\.risk\s*(==\s*"(low|unknown)"|!=)/.test(text))).toEqual([]);
  });

  it('that is high leaves what there is to be known, and tokens to be revoked', () => {
    const high = { ...bound, risk: 'high' };
    const known = { action: 'model.discover', on: resources.Model, links: widestLink('viewer') };
    expect(engine.decide(ask(known, high)).allowed).toBe(true);
    expect(engine.decide(ask({ action: 'token.revoke', on: resources['User, self'] }, high)).allowed).toBe(true);
    expect(engine.decide(ask({ action: 'token.read', on: resources['User, self'] }, high)).allowed).toBe(false);
  });
});
