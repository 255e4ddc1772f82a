import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompiledEngine } from '../compiled-engine.ts';
import { compileCedar } from '../compiled-policies.ts';
import { readPolicyText } from '../est/policy-text.ts';
import { defaultFiles, mustLoad } from '../testing/default-bundle.ts';
import { ada, ask, link, organization, project, resources, team } from '../testing/small-world.ts';
import { printExpression } from './print-expression.ts';

const user = { type: 'User', id: 'ada' };
const thing = { type: 'Thing', id: 'one' };
const act = { type: 'Action', id: 'act' };
const entities = [
  {
    uid: user,
    attributes: { level: 3, team: { __entity: { type: 'Team', id: 'core' } } },
    parents: [{ type: 'Team', id: 'core' }],
  },
  { uid: thing, attributes: { level: 4, name: 'a "b"' }, parents: [] },
];

function explain(policies: string, links: readonly { id: string; resource: typeof thing }[] = []) {
  const compiled = compileCedar({ policies });
  if (!compiled.ok) throw new Error(compiled.reason);
  const store = compiled.value.entities(entities);
  const context = compiled.value.context(act, { risk: 7, tags: ['x'] });
  if (!store.ok || !context.ok) throw new Error('the case was not made');
  const index = compiled.value.links();
  for (const one of links) expect(index.add({ ...one, template: 'policy0', principal: user })).toBe(true);
  const request = { principal: user, action: act, resource: thing, context: context.value };
  return compiled.value.explain(request, { entities: store.value, links: index });
}

describe('an explanation', () => {
  it('says of each clause what it came to, in the words of the policy and with what was compared', () => {
    const { policies } = explain(
      `permit (principal in Team::"core", action, resource)
when {
  principal.level > 1 && // one
  (resource.level < 5 && context.risk >= 9) && missing.never == 1
}
unless { true };`.replace('missing.never', 'context.never'),
    );
    expect(policies).toMatchObject([
      {
        policy: 'policy0',
        outcome: 'does-not-apply',
        clauses: [
          {
            kind: 'principal',
            text: 'principal in Team::"core"',
            outcome: 'met',
            parts: [{ values: [{ value: 'User::"ada"' }] }],
          },
          { kind: 'action', text: 'action', outcome: 'met' },
          { kind: 'resource', text: 'resource', outcome: 'met' },
          {
            kind: 'when',
            line: 3,
            outcome: 'not-met',
            parts: [
              { text: 'principal.level > 1', came: 'true', values: [{ text: 'principal.level', value: '3' }] },
              { text: 'resource.level < 5', came: 'true', values: [{ text: 'resource.level', value: '4' }] },
              { text: 'context.risk >= 9', came: 'false', values: [{ text: 'context.risk', value: '7' }] },
              { text: 'context.never == 1', came: 'not-reached', values: [] },
            ],
          },
          { kind: 'unless', text: 'true', line: 6, outcome: 'not-reached' },
        ],
      },
    ]);
  });

  it('says what went wrong where something did', () => {
    const { policies, reasons, errors } = explain(
      'forbid (principal, action, resource) unless { context.tags.contains("x") && context.never };',
    );
    expect({ reasons, errors: errors.length }).toEqual({ reasons: ['policy0'], errors: 1 });
    expect(policies[0]?.outcome).toBe('error');
    expect(policies[0]?.clauses.at(-1)).toMatchObject({
      outcome: 'error',
      parts: [
        { came: 'true', values: [{ text: 'context.tags', value: '["x"]' }] },
        { text: 'context.never', came: 'error', message: expect.stringContaining('`never`') },
      ],
    });
  });

  it('looks at every link of the principal, with its names in the scope', () => {
    const links = [
      { id: 'here', resource: thing },
      { id: 'elsewhere', resource: { type: 'Thing', id: 'two' } },
    ];
    const { policies } = explain('permit (principal in ?principal, action, resource in ?resource);', links);
    expect(
      policies.map(({ policy, template, outcome, clauses }) => [policy, template, outcome, clauses[2]?.text]),
    ).toEqual([
      ['here', 'policy0', 'applies', 'resource in Thing::"one"'],
      ['elsewhere', 'policy0', 'does-not-apply', 'resource in Thing::"two"'],
    ]);
  });

  it.each([
    'principal has level || principal.level == 1',
    'if principal.level == 3 then resource.name like "a*\\*" else false',
    'resource is Thing in Thing::"one"',
    '!(principal.level + 1 < -2 * 3)',
    'ip("10.0.0.1").isInRange(ip("10.0.0.0/8")) && datetime("2024-01-01") < datetime("2024-01-02").offset(duration("1h"))',
    '{"a b": [1, "x"]}["a b"].contains(1) && [].isEmpty()',
    'principal.hasTag("t") && principal.getTag("t") == "x"',
    'context has a.b.c',
    'resource["a b"] in [User::"x", Team::"y\\"z"]',
    '-(principal.level) - (1 - 2) * (3 + 4) == 9223372036854775807 || !(!true)',
  ])('cites a condition as it is written, and a part of one so that it means the same: %s', (condition) => {
    const { policies } = explain(`permit (principal, action, resource) when { ${condition} };`);
    const clause = policies[0]?.clauses.at(-1);
    expect(clause?.text).toBe(condition);
    const again = explain(
      `permit (principal, action, resource) when { ${clause?.parts.map(({ text }) => text).join(condition.includes('||') ? ' || ' : ' && ')} };`,
    );
    expect(again.policies[0]?.clauses.at(-1)?.outcome).toBe(clause?.outcome);
  });

  it.each([
    '(true || false) && (if context.x then 1 else 2) == -(3)',
    'context has a.b.c && context has "d e" && (context has f) == true',
    '[1, [], {"x": {}}].containsAll([-9223372036854775808]) || context["a\\"b"].c in User::"x"',
    'ip("::1").isLoopback() && duration("1h").toDays() - 1 < (2 - 3) - 4 * (5 - 6)',
    'principal is Org::Team in (if true then principal else resource)',
    'principal.getTag("k").isEmpty() != resource.hasTag(context.k) || "x\\ny" like "*\\*\\"*"',
  ])('can be printed from the compiled form, which reads back as the same: %s', (condition) => {
    const bodyOf = (text: string) => {
      const tree = readPolicyText(`permit (principal, action, resource) when { ${text} };`);
      if (!tree.ok) throw new Error(tree.reason.join());
      return tree.value.clauses[0]?.body;
    };
    const body = bodyOf(condition);
    expect(body && bodyOf(printExpression(body))).toEqual(body);
  });

  it('cuts off what is too long to read', () => {
    const compiled = compileCedar({
      policies: 'permit (principal, action, resource) when { context.many.contains(-1) };',
    });
    if (!compiled.ok) throw new Error(compiled.reason);
    const store = compiled.value.entities([]);
    const context = compiled.value.context(act, { many: Array.from({ length: 50_000 }, (_, at) => at) });
    if (!store.ok || !context.ok) throw new Error('the case was not made');
    const request = { principal: user, action: act, resource: thing, context: context.value };
    const { policies } = compiled.value.explain(request, { entities: store.value });
    const value = policies[0]?.clauses.at(-1)?.parts[0]?.values[0]?.value;
    expect(value).toMatch(/^\[0, 1, .*, 19, \.\.\. 49980 more\]$/);
  });
});

describe('an explanation of the default bundle', () => {
  const bundle = mustLoad(defaultFiles());
  const engine = createCompiledEngine(bundle);

  it('names the file and the line', () => {
    const question = ask({ action: 'audit.export', on: organization, links: [link('auditor', organization)] }, 'none');
    const trace = engine.explain(question).policies.find(({ policy }) => policy === 'unbound-export');
    const source =
      defaultFiles()
        .find(({ path }) => path === trace?.file)
        ?.text.split('\n') ?? [];
    const clause = trace?.clauses.find(({ kind }) => kind === 'when');
    expect(clause?.outcome).toBe('met');
    expect(source[(clause?.line ?? 0) - 1]).toContain(clause?.text.split('\n')[0]);
  });

  it('is what was decided: all that applies is the reason, all that errs is an error', () => {
    const roles = bundle.roles.map(({ name }) => name);
    const actions = [...bundle.types.actions.values()].map(({ node }) => node.id);
    const anyLink = fc
      .tuple(
        fc.constantFrom(...roles),
        fc.constantFrom(organization, project, resources.Model),
        fc.constantFrom(ada, team),
      )
      .map(([role, scope, principal]) => link(role, scope, principal));
    const anyQuestion = fc.record({
      action: fc.constantFrom(...actions),
      on: fc.constantFrom(...Object.values(resources)),
      links: fc.uniqueArray(anyLink, { maxLength: 5, selector: ({ id }) => id }),
      level: fc.constantFrom('none' as const, 'aal1' as const),
      without: fc.nat(8),
    });
    fc.assert(
      fc.property(anyQuestion, ({ level, without, ...asked }) => {
        const whole = ask(asked, level);
        const question = { ...whole, entities: whole.entities.filter((_, at) => at !== without) };
        const { policies, ...answer } = engine.explain(question);
        expect(answer).toEqual(engine.decide(question));
        if (answer.reasons.includes('request-invalid')) return;
        const named = (effect: string, ...outcomes: readonly string[]) =>
          policies.filter((one) => one.effect === effect && outcomes.includes(one.outcome)).map(({ policy }) => policy);
        const forbids = named('forbid', 'applies', 'error').sort();
        expect(answer.reasons).toEqual(forbids.length > 0 ? forbids : named('permit', 'applies').sort());
        expect(answer.errors).toHaveLength(policies.filter(({ outcome }) => outcome === 'error').length);
      }),
      { numRuns: 1000 },
    );
  });
});
