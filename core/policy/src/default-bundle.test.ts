import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, it } from 'vitest';
import type { BundleFile } from './bundle.ts';
import { createCedarEngine } from './cedar-engine.ts';
import type { PolicyEngine, PolicyLink } from './engine.ts';
import { defaultFiles, mustLoad } from './testing/default-bundle.ts';
import { ask, link, organization, project, resources } from './testing/small-world.ts';

/*
 * The access matrix is written out in `policies/tests/access-matrix.txt`, so that what a change of a policy means is read in
 * its difference. `+` is allowed, `s` allowed when signed in and not with an unbound credential, `.` refused.
 */

const files = defaultFiles();
const bundle = mustLoad(files);
const engine = createCedarEngine(bundle);

function appliesTo(action: string): readonly string[] {
  const schema = schemaToJson(bundle.schema);
  if (schema.type === 'failure') throw new Error('the schema does not parse');
  return schema.json['']?.actions[action]?.appliesTo?.resourceTypes ?? [];
}

function allActions(): readonly string[] {
  const schema = schemaToJson(bundle.schema);
  return schema.type === 'failure' ? [] : Object.keys(schema.json['']?.actions ?? {});
}

/** A role is looked at on the widest scope that it may be given on. */
function widestLink(role: string): readonly PolicyLink[] {
  const scopeTypes = bundle.roles.find(({ name }) => name === role)?.scopeTypes ?? [];
  return [link(role, scopeTypes.includes('Organization') ? organization : project)];
}

function mark(action: string, on: keyof typeof resources, links: readonly PolicyLink[]): string {
  const allowed = (level: 'none' | 'aal1') => engine.decide(ask({ action, on: resources[on], links }, level)).allowed;
  if (allowed('none')) return '+';
  return allowed('aal1') ? 's' : '.';
}

describe('the access matrix', () => {
  const columns = [
    'nobody',
    'viewer',
    'data-scientist',
    'model-owner',
    'release-manager',
    'auditor',
    'security-admin',
    'platform-admin',
  ];
  const names = Object.keys(resources) as (keyof typeof resources)[];
  const linksOf = (column: string) => (column === 'nobody' ? [] : widestLink(column));

  it('is what is written down: role by action by resource', () => {
    const rows = allActions()
      .toSorted()
      .flatMap((action) =>
        names
          .filter((name) => appliesTo(action).includes(resources[name].type))
          .map((name) => [action, name, ...columns.map((column) => mark(action, name, linksOf(column)))]),
      );
    const widths = [20, 26, ...columns.map((column) => column.length)];
    const lines = [['action', 'on', ...columns], ...rows].map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    const written = readFileSync(join(import.meta.dirname, '../../../policies/tests/access-matrix.txt'), 'utf8');
    expect(lines.join('\n')).toBe(written.trimEnd());
  }, 30_000);

  it('has every role in it', () => {
    expect(columns.slice(1).toSorted()).toEqual(bundle.roles.map(({ name }) => name).toSorted());
  });

  it('is empty where an action does not apply', () => {
    const links = columns.flatMap(linksOf);
    const allowed = allActions().flatMap((action) =>
      names
        .filter((name) => !appliesTo(action).includes(resources[name].type))
        .filter((name) => engine.decide(ask({ action, on: resources[name], links })).allowed)
        .map((name) => `${action} on ${name}`),
    );
    expect(allowed).toEqual([]);
  }, 30_000);
});

describe('a service', () => {
  it.each([
    ['token.create', 'Service', false],
    ['token.read', 'Service', true],
    ['token.revoke', 'Service', true],
    ['token.read', 'User', false],
  ] as const)('asked for %s on a %s is answered %s when it is its own account', (action, on, allowed) => {
    expect(engine.decide(ask({ action, on: resources[on] }, 'aal1', resources.Service)).allowed).toBe(allowed);
  });
});

describe('a guardrail', () => {
  const guardrails: [string, { action: string; on: keyof typeof resources; role: string }][] = [
    ['unbound-administration', { action: 'token.create', on: 'User, self', role: 'security-admin' }],
    ['unbound-administration', { action: 'role.assign', on: 'Project', role: 'security-admin' }],
    ['unbound-administration', { action: 'account.manage', on: 'Organization', role: 'security-admin' }],
    ['unbound-administration', { action: 'group.manage', on: 'Organization', role: 'security-admin' }],
    ['unbound-administration', { action: 'project.create', on: 'Organization', role: 'platform-admin' }],
    ['unbound-administration', { action: 'project.manage', on: 'Project', role: 'platform-admin' }],
    ['unbound-administration', { action: 'policy.activate', on: 'Organization', role: 'platform-admin' }],
    ['unbound-promotion', { action: 'version.promote', on: 'ModelVersion', role: 'release-manager' }],
    ['unbound-production-alias', { action: 'alias.set', on: 'ModelVersion, production', role: 'release-manager' }],
    ['unbound-production-alias', { action: 'alias.set', on: 'ModelVersion, beside', role: 'release-manager' }],
    ['unbound-production-alias', { action: 'alias.delete', on: 'Model, production', role: 'model-owner' }],
    ['unbound-production-delete', { action: 'version.delete', on: 'ModelVersion, production', role: 'model-owner' }],
    ['unbound-production-delete', { action: 'model.delete', on: 'Model, production', role: 'model-owner' }],
    ['unbound-export', { action: 'audit.export', on: 'Organization', role: 'auditor' }],
  ];
  const without = (name: string): readonly BundleFile[] =>
    files.filter(({ path }) => path !== `guardrails/${name}.cedar`);
  const engines = new Map<string, PolicyEngine>();
  const engineWithout = (name: string) =>
    engines.get(name) ?? engines.set(name, createCedarEngine(mustLoad(without(name)))).get(name) ?? engine;

  it.each(guardrails)('%s is what refuses %o', (name, { action, on, role }) => {
    const asked = { action, on: resources[on], links: widestLink(role) };
    expect(engine.decide(ask(asked, 'none'))).toEqual({ allowed: false, reasons: [name], errors: [] });
    expect(engineWithout(name).decide(ask(asked, 'none')).allowed).toBe(true);
    expect(engine.decide(ask(asked, 'aal1')).allowed).toBe(true);
  });

  it('of every file is looked at above', () => {
    const all = files.filter(({ path }) => path.startsWith('guardrails/')).map(({ path }) => path);
    const seen = new Set(guardrails.map(([name]) => `guardrails/${name}.cedar`));
    expect(all.toSorted()).toEqual([...seen].toSorted());
  });
});
