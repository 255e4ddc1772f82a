import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyBundle } from './bundle.ts';
import { createCedarEngine } from './cedar-engine.ts';
import { createCompiledEngine } from './compiled-engine.ts';
import type { PolicyAnswer, PolicyEngine, PolicyQuestion } from './engine.ts';
import { limits } from './limits.ts';
import { createShadowedEngine, type ShadowDifference } from './shadowed-engine.ts';
import { defaultFiles, mustLoad } from './testing/default-bundle.ts';
import {
  ada,
  ask,
  entities,
  job,
  link,
  organization,
  passkey,
  project,
  resources,
  team,
} from './testing/small-world.ts';

const bundle = mustLoad(defaultFiles());
const readModel = { action: 'model.read', on: resources.Model };

/* The same rows for both: what one answers the other must, since one takes the other's place and the other checks it. */
const engines: [string, (of: PolicyBundle) => PolicyEngine][] = [
  ['compiled', createCompiledEngine],
  ["Cedar's own", createCedarEngine],
];
const [compiled, cedar] = [createCompiledEngine(bundle), createCedarEngine(bundle)];

describe.each(engines)('a decision of the %s engine', (_engine, create) => {
  const engine = create(bundle);

  it('is no when nothing permits, with no reason', () => {
    expect(engine.decide(ask(readModel))).toEqual({ allowed: false, reasons: [], errors: [] });
  });

  it('cites the role and the link that permit', () => {
    const viewer = link('viewer', project);
    const answer = engine.decide(ask({ ...readModel, links: [viewer] }));
    expect(answer).toEqual({ allowed: true, reasons: [`viewer:${viewer.id}`], errors: [] });
  });

  it('cites the guardrail that forbids', () => {
    const links = [link('auditor', organization)];
    const answer = engine.decide(ask({ action: 'audit.export', on: organization, links }, 'none'));
    expect(answer).toEqual({ allowed: false, reasons: ['unbound-export'], errors: [] });
  });

  it('follows a link of a group to its members', () => {
    expect(engine.decide(ask({ ...readModel, links: [link('viewer', project, team)] })).allowed).toBe(true);
  });

  it.each([
    ['somebody else', [link('viewer', project, job)]],
    ['another project', [link('viewer', resources['Project, listed'])]],
    ['another model', [link('viewer', resources['Model, production'])]],
    ['a role that the bundle does not have', [link('no-such-role', project)]],
  ])('leaves out a link of %s', (_, links) => {
    expect(engine.decide(ask({ ...readModel, links })).allowed).toBe(false);
  });

  it('takes one link that is given twice for one', () => {
    const viewer = link('viewer', project);
    expect(engine.decide(ask({ ...readModel, links: [viewer, viewer] })).allowed).toBe(true);
  });
});

describe.each(engines)('what is broken denies with the %s engine', (_engine, create) => {
  const engine = create(bundle);
  const withoutModel = entities.filter(({ uid }) => uid.type !== 'Model');
  const setAlias = ask(
    { action: 'alias.set', on: resources.ModelVersion, links: [link('release-manager', resources.Model)] },
    'none',
  );

  it('when a guardrail errs, and says so', () => {
    const answer = engine.decide({ ...setAlias, entities: withoutModel });
    expect(answer).toMatchObject({ allowed: false, reasons: ['production-alias-sign-in', 'unbound-production-alias'] });
    expect(answer.errors.join()).toContain('does not exist');
    expect(engine.decide(setAlias).allowed).toBe(true);
  });

  it('when a permit errs, unless another permits, and says so', () => {
    const withoutProject = entities.filter(({ uid }) => uid.type !== 'Project');
    const asked = { action: 'model.discover', on: resources.Model };
    const alone = engine.decide({ ...ask(asked), entities: withoutProject });
    expect(alone).toMatchObject({ allowed: false, reasons: [], errors: [expect.stringContaining('does not exist')] });
    const links = [link('viewer', resources.Model)];
    const both = engine.decide({ ...ask({ ...asked, links }), entities: withoutProject });
    expect(both).toMatchObject({ allowed: true, errors: [expect.stringContaining('does not exist')] });
  });

  const broken: [string, Partial<PolicyQuestion>][] = [
    ['an action that the schema does not know', { action: 'model.steal' }],
    ['an action that does not apply to the type', { action: 'audit.read' }],
    ['a type that the schema does not know', { resource: { type: 'Dataset', id: 'x' } }],
    ['a group that asks', { principal: team }],
    ['an entity that lacks an attribute', { entities: [{ uid: resources.Model, attributes: {}, parents: [project] }] }],
    ['an entity that lies in what it cannot', { entities: [{ uid: resources.Run, attributes: {}, parents: [ada] }] }],
  ];
  it.each(broken)('when a request has %s', (_, change) => {
    const answer = engine.decide({ ...ask({ ...readModel, links: [link('viewer', project)] }), ...change });
    expect(answer).toEqual({ allowed: false, reasons: ['request-invalid'], errors: [expect.any(String)] });
  });
});

describe('parsed policy sets', () => {
  it('stay apart when there are more combinations of links than names, for several engines', () => {
    const other = createCedarEngine(
      mustLoad(defaultFiles().filter(({ path }) => path !== 'guardrails/unbound-export.cedar')),
    );
    const combinations = Array.from({ length: limits.parsedPolicySets + 40 }, (_, at) => [
      { ...link(at % 2 === 0 ? 'auditor' : 'viewer', organization), id: `lnk_${at}` },
    ]);
    for (const pass of [1, 2]) {
      for (const [at, links] of combinations.entries()) {
        const asked = { action: 'audit.export', on: organization, links };
        const answers = [
          cedar.decide(ask(asked, passkey)).allowed,
          other.decide(ask(asked, 'none')).allowed,
          cedar.decide(ask(asked, 'none')).allowed,
        ];
        expect({ pass, at, answers }).toEqual({ pass, at, answers: [at % 2 === 0, at % 2 === 0, false] });
      }
    }
  }, 90_000);
});

describe('laws', () => {
  const scopes = [organization, project, resources.Experiment, resources.Model, resources['Project, listed']];
  const anyLink = fc
    .record({
      role: fc.constantFrom(...bundle.roles.map(({ name }) => name)),
      scope: fc.constantFrom(...scopes),
      principal: fc.constantFrom(ada, team, job),
    })
    .map(({ role, scope, principal }) => link(role, scope, principal));
  const actions = [
    'model.read',
    'version.promote',
    'alias.set',
    'run.delete',
    'token.create',
    'audit.read',
    'model.discover',
  ];

  const anyQuestion = fc.record({
    action: fc.constantFrom(...actions),
    on: fc.constantFrom(...Object.values(resources)),
    links: fc.array(anyLink, { minLength: 1, maxLength: 5 }),
    level: fc.constantFrom('none' as const, 'aal2' as const),
    without: fc.nat(4),
  });

  it('both engines answer every question alike, in whole and with an entity missing', () => {
    fc.assert(
      fc.property(anyQuestion, ({ links, level, without, ...asked }) => {
        const whole = ask({ ...asked, links }, level);
        const broken = { ...whole, entities: whole.entities.filter((_, at) => at !== without % 5) };
        for (const question of [whole, broken]) {
          const [ours, theirs] = [compiled.decide(question), cedar.decide(question)];
          expect(ours).toEqual({ ...theirs, errors: theirs.errors.map(() => expect.any(String)) });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('taking a link away never turns a no to a yes', () => {
    fc.assert(
      fc.property(anyQuestion, ({ links, level, without, ...asked }) => {
        const all = compiled.decide(ask({ ...asked, links }, level)).allowed;
        const fewer = compiled.decide(
          ask({ ...asked, links: links.filter((_, at) => at !== without % links.length) }, level),
        );
        expect(all || !fewer.allowed).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a shadowed engine', () => {
  const viewer = [link('viewer', project)];
  const asked = ask({ ...readModel, links: viewer });
  const yes = { allowed: true, reasons: ['x'], errors: [] };
  const no = { allowed: false, reasons: [], errors: [] };
  const always = (answer: PolicyAnswer): PolicyEngine => ({ bundle, decide: () => answer });
  const broken: PolicyEngine = {
    bundle,
    decide: () => {
      throw new Error('out of memory');
    },
  };

  function shadowed(engine: PolicyEngine, oracle: PolicyEngine, isSampled = true) {
    const differences: ShadowDifference[] = [];
    const onDifference = (difference: ShadowDifference) => differences.push(difference);
    const { decide } = createShadowedEngine({ engine, oracle, isSampled: () => isSampled, onDifference });
    return { answer: decide(asked), differences };
  }

  it('says nothing where the two agree', () => {
    const { answer, differences } = shadowed(compiled, cedar);
    expect({ allowed: answer.allowed, differences }).toEqual({ allowed: true, differences: [] });
  });

  it.each([
    ['the engine allows and the oracle does not', always(yes), always(no), false],
    ['the oracle allows and the engine does not', always(no), always(yes), false],
    ['both allow, for other reasons', always(yes), always({ ...yes, reasons: ['y'] }), true],
    ['the oracle breaks', always(yes), broken, true],
  ])('tells of it and allows what both allow when %s', (_, engine, oracle, allowed) => {
    const { answer, differences } = shadowed(engine, oracle);
    expect(answer.allowed).toBe(allowed);
    expect(differences).toMatchObject([{ question: asked }]);
  });

  it('asks the oracle only when it is told to', () => {
    expect(shadowed(always(yes), broken, false)).toEqual({ answer: yes, differences: [] });
  });
});
