import { describe, expect, it } from 'vitest';
import type { BundleFile } from './bundle.ts';
import { loadBundle } from './load-bundle.ts';
import { defaultFiles, mustLoad, sha256 } from './testing/default-bundle.ts';

const manifest = { path: 'manifest.json', text: '{ "name": "small", "version": "1" }' };
const schema = {
  path: 'schema.cedarschema',
  text: `entity Organization;
entity User in [Organization];
entity Model in [Organization] = { "stage": String };
action "model.read" appliesTo { principal: [User], resource: [Model] };
`,
};
const role = {
  path: 'roles/viewer.cedar',
  text: `@id("viewer") @title("Reads") @requestable("true") @risk("low") @scopes("Organization Model")
@maxDuration("8h") @approvals("1") @approvers("viewer")
permit (principal in ?principal, action == Action::"model.read", resource in ?resource);
`,
};
const permit = (text: string): BundleFile => ({ path: 'permits/one.cedar', text });
const good = [manifest, schema, role, permit('@id("one")\npermit (principal, action, resource);')];
const replacing = (file: BundleFile) => [...good.filter(({ path }) => path !== file.path), file];

describe('strict validation', () => {
  const untrue = permit('@id("one")\npermit (principal, action, resource is Nothing);');
  it('is asked once for the same bytes, and again for any others', () => {
    const passed = new Set<string>();
    mustLoad(good, passed);
    expect([...passed]).toEqual([expect.stringMatching(/^cedar-[\d.]+ [0-9a-f]{64}$/)]);
    mustLoad(good, passed);
    expect(passed.size).toBe(1);
    expect(loadBundle(replacing(untrue), sha256, passed)).toMatchObject({ ok: false });
    expect(passed.size).toBe(1);
  });

  it('is not asked where it is known to have passed', () => {
    const everything = { has: () => true, add: () => undefined };
    expect(loadBundle(replacing(untrue), sha256, everything)).toMatchObject({ ok: true });
  });
});

describe('a bundle', () => {
  it('is read with its roles, its name, its version and a digest', () => {
    const bundle = mustLoad(good);
    expect(bundle).toMatchObject({ name: 'small', version: '1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(bundle.policies.map(({ id, kind, line }) => ({ id, kind, line }))).toEqual([
      { id: 'one', kind: 'permit', line: 1 },
      { id: 'viewer', kind: 'role', line: 1 },
    ]);
    expect(bundle.roles).toEqual([
      {
        name: 'viewer',
        title: 'Reads',
        requestable: true,
        risk: 'low',
        maxDurationMs: 28_800_000,
        approvals: 1,
        approvers: ['viewer'],
        scopeTypes: ['Organization', 'Model'],
      },
    ]);
  });

  it('has the same digest in whatever order its files come, and another one when a policy changes', () => {
    const { digest } = mustLoad(good);
    expect(mustLoad([...good].reverse()).digest).toBe(digest);
    expect(mustLoad([...good, { path: 'README.md', text: 'decides nothing' }]).digest).toBe(digest);
    expect(mustLoad(replacing(permit('@id("one")\npermit (principal, action, resource) ;'))).digest).not.toBe(digest);
  });

  it('knows the line of each of many policies in one file', () => {
    const text = Array.from({ length: 12 }, (_, at) => `@id("p${at}")\npermit (principal, action, resource);\n`).join(
      '',
    );
    const { policies } = mustLoad(replacing(permit(text)));
    const lines = new Map(policies.map(({ id, line }) => [id, line]));
    expect([lines.get('p0'), lines.get('p2'), lines.get('p10'), lines.get('p11')]).toEqual([1, 5, 21, 23]);
  });

  it('that the product ships with loads', () => {
    expect(mustLoad(defaultFiles()).roles.map(({ name }) => name)).toEqual([
      'access-approver',
      'auditor',
      'data-scientist',
      'decision-caller',
      'deployer',
      'model-owner',
      'pipeline-operator',
      'platform-admin',
      'release-manager',
      'security-admin',
      'trusted-decision-caller',
      'viewer',
    ]);
  });
});

describe('a bundle is refused with the place', () => {
  const rows: [string, readonly BundleFile[], { file: string; line?: number; message: string }][] = [
    [
      'of what does not parse',
      replacing(permit('// é\n@id("one")\npermit (principal, action,\n  resourc);')),
      { file: 'permits/one.cedar', line: 4, message: 'resourc' },
    ],
    [
      'of a policy without a name',
      replacing(permit('\npermit (principal, action, resource);')),
      { file: 'permits/one.cedar', line: 2, message: '@id' },
    ],
    [
      'of a name that is no name',
      replacing(permit('@id("lnk_1")\npermit (principal, action, resource);')),
      { file: 'permits/one.cedar', line: 1, message: '`lnk_1` is no name' },
    ],
    [
      'of a name that is taken',
      replacing(permit('@id("viewer")\npermit (principal, action, resource);')),
      { file: 'roles/viewer.cedar', line: 1, message: 'already the name of a policy in `permits/one.cedar`' },
    ],
    [
      'of an attribute that the schema does not know',
      replacing(permit('@id("one")\npermit (principal, action, resource)\nwhen { resource.owner == "x" };')),
      { file: 'permits/one.cedar', line: 3, message: 'attribute `owner` on entity type `Model` not found' },
    ],
    [
      'of a policy that can never apply, which Cedar only warns of',
      replacing(permit('@id("one")\npermit (principal is Model, action, resource);')),
      { file: 'permits/one.cedar', line: 1, message: 'unable to find an applicable action' },
    ],
    [
      'of an action that the schema does not know',
      replacing(permit('@id("one")\npermit (principal, action == Action::"model.raed", resource);')),
      { file: 'permits/one.cedar', line: 2, message: 'model.raed' },
    ],
    [
      'of a forbid outside the guardrails',
      replacing(permit('@id("one")\nforbid (principal, action, resource);')),
      { file: 'permits/one.cedar', line: 1, message: 'only a guardrail forbids' },
    ],
    [
      'of a guardrail that permits',
      [...good, { path: 'guardrails/two.cedar', text: '@id("two")\npermit (principal, action, resource);' }],
      { file: 'guardrails/two.cedar', line: 1, message: 'a guardrail forbids' },
    ],
    [
      'of a role that reaches everybody',
      replacing({ ...role, text: role.text.replace('principal in ?principal', 'principal') }),
      { file: 'roles/viewer.cedar', line: 1, message: 'a role must be a template' },
    ],
    [
      'of a template that is no role',
      replacing(permit('@id("one")\npermit (principal, action, resource in ?resource);')),
      { file: 'permits/one.cedar', line: 1, message: 'a template belongs in `roles/`' },
    ],
    [
      'of a role on a type that is not there',
      replacing({ ...role, text: role.text.replace('"Organization Model"', '"Organisation"') }),
      { file: 'roles/viewer.cedar', line: 1, message: '`Organisation`' },
    ],
    [
      'of a role that does not say how risky it is',
      replacing({ ...role, text: role.text.replace('@risk("low")', '') }),
      { file: 'roles/viewer.cedar', line: 1, message: '@risk' },
    ],
    [
      'of a role that may be asked for without an end',
      replacing({ ...role, text: role.text.replace('@maxDuration("8h")', '') }),
      { file: 'roles/viewer.cedar', line: 1, message: '@maxDuration' },
    ],
    [
      'of a role that may be asked for longer than anything here lasts',
      replacing({ ...role, text: role.text.replace('"8h"', '"4000d"') }),
      { file: 'roles/viewer.cedar', line: 1, message: '@maxDuration' },
    ],
    [
      'of a role that nobody could approve',
      replacing({ ...role, text: role.text.replace('@approvers("viewer")', '') }),
      { file: 'roles/viewer.cedar', line: 1, message: '@approvers' },
    ],
    [
      'of a role that is approved by one that is not there',
      replacing({ ...role, text: role.text.replace('@approvers("viewer")', '@approvers("viewer vewer")') }),
      { file: 'roles/viewer.cedar', line: 1, message: '`vewer`, which is no role' },
    ],
    [
      'of a role that cannot be asked for and says how',
      replacing({ ...role, text: role.text.replace('@requestable("true")', '@requestable("false")') }),
      { file: 'roles/viewer.cedar', line: 1, message: '`@approvals` says nothing' },
    ],
    [
      'of a policy that lies where nobody looks',
      [...good, { path: 'guardrail/two.cedar', text: '' }],
      { file: 'guardrail/two.cedar', message: 'policies lie in' },
    ],
    [
      'of a schema that does not parse',
      replacing({ ...schema, text: 'entity Organization;\nentity User in ;' }),
      { file: 'schema.cedarschema', line: 2, message: 'unexpected token' },
    ],
    ['of a schema that is missing', [manifest, role], { file: 'schema.cedarschema', message: 'no schema' }],
    ['of a manifest that is missing', [schema, role], { file: 'manifest.json', message: 'no manifest' }],
    [
      'of a manifest that is nothing',
      replacing({ ...manifest, text: 'null' }),
      { file: 'manifest.json', message: 'text' },
    ],
  ];

  it.each(rows)('%s', (_, files, { message, ...place }) => {
    const loaded = loadBundle(files, sha256);
    expect(loaded.ok ? [] : loaded.reason).toContainEqual(
      expect.objectContaining({ ...place, message: expect.stringContaining(message) }),
    );
  });
});
