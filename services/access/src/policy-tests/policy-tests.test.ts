import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleFile, createCompiledEngine, type PolicyBundle } from '@modelward/policy';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkBundle, readBundleFiles } from '../bundles/read-bundle.ts';
import { policyContext } from '../context/policy-context.ts';
import { policiesFolder } from '../testing/world.ts';
import { readSuites } from './read-suites.ts';
import { runSuites } from './run-suites.ts';

let files: readonly BundleFile[];
let bundle: PolicyBundle;
beforeAll(async () => {
  files = await readBundleFiles(policiesFolder);
  const checked = checkBundle(files);
  if (!checked.ok) throw new Error(JSON.stringify(checked.reason));
  bundle = checked.value.bundle;
});

const viewerReads = `tests:
  - name: a viewer reads
    principals: [vera]
    actions: [model.read]
    resources: [scores]
    expect: allow
`;

function read(...texts: readonly string[]) {
  const world = files.filter(({ path }) => path === 'tests/world.yaml');
  return readSuites([...world, ...texts.map((text, at) => ({ path: `tests/t${at}.yaml`, text }))], bundle);
}

function run(text: string) {
  const suites = read(text);
  if (!suites.ok) throw new Error(JSON.stringify(suites.reason));
  return runSuites(suites.value, createCompiledEngine(bundle));
}

describe('the tests of the bundle that the product ships with', () => {
  it('pass, and look at every guardrail', () => {
    const checked = checkBundle(files);
    if (!checked.ok) throw new Error(JSON.stringify(checked.reason));
    const { run, suites } = checked.value;
    expect(run.failed).toEqual([]);
    expect(run.cases).toBeGreaterThan(200);
    const because = new Set(suites.flatMap(({ tests }) => tests.flatMap((test) => test.because ?? [])));
    const guardrails = bundle.policies.filter(({ kind }) => kind === 'guardrail').map(({ id }) => id);
    expect(guardrails.filter((id) => !because.has(id))).toEqual([]);
  });

  it('begin with the context that the product has when nothing is known', () => {
    const world = parse(readFileSync(join(policiesFolder, 'tests/world.yaml'), 'utf8')) as {
      context: object;
      now: string;
    };
    const context = policyContext({
      authentication: { level: 'none', credential: 'personal-token' },
      scopes: undefined,
      interface: 'mlflow',
      circumstances: undefined,
      nowMs: Date.parse(world.now),
    });
    const written = JSON.parse(JSON.stringify({ ...world.context, time: { datetimeMs: Date.parse(world.now) } }));
    expect(written).toEqual(JSON.parse(JSON.stringify(context), (_, value) => value?.record ?? value));
  });
});

describe('a test', () => {
  it('is one case for everyone, everything and every context', () => {
    const text = viewerReads
      .replace('[vera]', '[vera, dan]')
      .replace('[scores]', '[scores, live]\n    contexts: [token, session, passkey]');
    expect(run(text)).toEqual({ tests: 1, cases: 12, failed: [] });
  });

  it('that turns out otherwise says what was got, and why', () => {
    const text = viewerReads.replace('[scores]', '[scores, open-scores]').replace('[vera]', '[vera, nobody]');
    const told = { file: 'tests/t0.yaml', line: 2, test: 'a viewer reads', action: 'model.read', context: 'plain' };
    const message = 'expected allow, got deny: nothing permits it';
    expect(run(text).failed).toEqual([
      { ...told, principal: 'vera', resource: 'open-scores', message },
      { ...told, principal: 'nobody', resource: 'scores', message },
      { ...told, principal: 'nobody', resource: 'open-scores', message },
    ]);
    expect(run(viewerReads.replace('allow', 'deny')).failed).toMatchObject([
      { message: 'expected deny, got allow: because of viewer' },
    ]);
  });

  it('that names its reason fails for any other', () => {
    const withReason = (reason: string) => `${viewerReads}    because: [${reason}]\n`;
    expect(run(withReason('viewer')).failed).toEqual([]);
    expect(run(withReason('model-owner')).failed).toMatchObject([
      { message: 'allow as expected, but not because of model-owner: because of viewer' },
    ]);
  });

  it('fails when the question does not fit the schema, whatever it expects', () => {
    const text = viewerReads.replace('model.read', 'audit.read').replace('allow', 'deny');
    expect(run(text).failed).toMatchObject([{ message: expect.stringContaining('it cannot be decided') }]);
  });

  it('has a moment, entities, links and contexts of its own', () => {
    const text = `now: 2030-01-01T00:00:00Z
context: { risk: high }
contexts: { calm: { risk: low } }
entities:
  zoe: { type: User, in: [organization] }
tests:
  - name: zoe reads when the risk is low
    principals: [zoe]
    actions: [model.read]
    resources: [scores]
    contexts: [calm]
    links: [{ role: viewer, principal: zoe, scope: fraud }]
    expect: allow
  - name: and not when it is high
    principals: [zoe]
    actions: [model.read]
    resources: [scores]
    contexts: [token]
    links: [{ role: viewer, principal: zoe, scope: fraud }]
    expect: deny
    because: [high-risk]
`;
    expect(run(text).failed).toEqual([]);
  });
});

describe('a file of tests is refused with the place', () => {
  const rows: [string, string, { line: number; column: number; message: string }][] = [
    ['of what is no YAML', 'tests: [', { line: 1, column: 9, message: 'Flow' }],
    ['of a key that is there twice', `${viewerReads}tests: []`, { line: 7, column: 1, message: 'unique' }],
    ['of a key that means nothing', 'test: []', { line: 1, column: 1, message: 'test' }],
    [
      'of an expectation that is none',
      viewerReads.replace('allow', 'maybe'),
      { line: 6, column: 13, message: 'tests.0.expect' },
    ],
    [
      'of somebody who is not there',
      viewerReads.replace('vera', 'vera, nemo'),
      { line: 3, column: 24, message: '`nemo`' },
    ],
    [
      'of something that is not there',
      viewerReads.replace('scores', 'scroes'),
      { line: 5, column: 17, message: '`scroes`' },
    ],
    [
      'of an action that is none',
      viewerReads.replace('model.read', 'model.raed'),
      { line: 4, column: 15, message: '`model.raed` is no action' },
    ],
    [
      'of a group of actions',
      viewerReads.replace('model.read', 'discover'),
      { line: 4, column: 15, message: '`discover` is no action' },
    ],
    [
      'of a context that is not there',
      `${viewerReads}    contexts: [none]`,
      { line: 7, column: 16, message: '`none`' },
    ],
    [
      'of a role that is none',
      `${viewerReads}    links: [{ role: vewer, principal: vera, scope: fraud }]`,
      { line: 7, column: 21, message: '`vewer`' },
    ],
    [
      'of an entity in what is not there',
      `entities: { zoe: { type: User, in: [nowhere] } }\n${viewerReads}`,
      { line: 1, column: 36, message: '`nowhere`' },
    ],
    ['of an alias', `now: &n 2030-01-01T00:00:00Z\ncontext: { a: *n }`, { line: 1, column: 1, message: 'expected' }],
  ];

  it.each(rows)('%s', (_, text, { message, ...place }) => {
    const suites = read(text);
    expect(suites.ok ? [] : suites.reason).toContainEqual({
      file: 'tests/t0.yaml',
      ...place,
      message: expect.stringContaining(message),
    });
  });

  it('of too many cases', () => {
    const names = (name: string) => `[${Array.from({ length: 100 }, () => name).join(', ')}]`;
    const text = viewerReads
      .replace('[vera]', names('vera'))
      .replace('[scores]', names('scores'))
      .replace('[model.read]', names('model.read'));
    expect(read(text)).toMatchObject({ ok: false, reason: [{ line: 2, message: expect.stringContaining('1000000') }] });
  });

  it('of no moment', () => {
    expect(readSuites([{ path: 'tests/a.yaml', text: 'tests: []' }], bundle)).toMatchObject({
      ok: false,
      reason: [{ file: 'tests/a.yaml', message: expect.stringContaining('`now:') }],
    });
  });
});

describe('a bundle', () => {
  const failing = { path: 'tests/zz.yaml', text: viewerReads.replace('allow', 'deny') };

  it('that fails its own tests is told from one that is written wrongly', () => {
    expect(checkBundle([...files, failing])).toMatchObject({
      ok: true,
      value: { run: { failed: [{ file: 'tests/zz.yaml' }] } },
    });
    expect(checkBundle([...files, { ...failing, text: 'test: 1' }])).toMatchObject({ ok: false });
  });

  it('has the same digest with other tests, which decide nothing', () => {
    const other = checkBundle([...files, failing]);
    expect(other.ok && other.value.bundle.digest).toBe(bundle.digest);
  });
});
