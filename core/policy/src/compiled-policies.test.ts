import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCedar } from './compiled-policies.ts';
import type { PolicySetOptions } from './decide/policy-set.ts';
import type { EntityFacts } from './entities/build-entities.ts';
import { limits } from './limits.ts';

/* Expected values stand here where Cedar's own engine cannot be asked: it takes and gives numbers as JSON has them in JavaScript. */

const ada = { type: 'User', id: 'ada' };
const thing = { type: 'Thing', id: 'one' };
const act = { type: 'Action', id: 'act' };

type Asked = { readonly entities?: readonly EntityFacts[]; readonly context?: unknown } & Pick<
  PolicySetOptions,
  'brokenForbids'
>;

function decide(policies: string, { entities = [], context = {}, ...options }: Asked = {}) {
  const compiled = compileCedar({ policies, ...options });
  if (!compiled.ok) throw new Error(compiled.reason);
  const store = compiled.value.entities(entities);
  const fields = compiled.value.context(act, context);
  if (!store.ok || !fields.ok) throw new Error(`${store.ok ? '' : store.reason}${fields.ok ? '' : fields.reason}`);
  const request = { principal: ada, action: act, resource: thing, context: fields.value };
  return compiled.value.decide(request, { entities: store.value });
}

const permitWhen = (condition: string) => `permit (principal, action, resource) when { ${condition} };`;

/** What a condition comes to: an error is an outcome too. */
function outcome(condition: string, asked: Asked = {}): boolean | 'error' {
  const { allowed, errors } = decide(permitWhen(condition), asked);
  return errors.length > 0 ? 'error' : allowed;
}

const highest = '9223372036854775807';
const lowest = '-9223372036854775808';

describe('integers', () => {
  it.each([
    [`${highest} == 9223372036854775806`, false],
    [`${highest} - 1 == 9223372036854775806`, true],
    ['9007199254740993 == 9007199254740992', false],
    ['9007199254740992 + 1 == 9007199254740993', true],
    ['9007199254740993 - 2 == 9007199254740991', true],
    [`${highest} + 1 == 0`, 'error'],
    [`${lowest} - 1 == 0`, 'error'],
    [`-(${lowest}) == 0`, 'error'],
    [`${lowest} < ${highest}`, true],
    ['3037000500 * 3037000500 == 0', 'error'],
    ['3037000499 * 3037000499 == 9223372030926249001', true],
    ['-4294967296 * 2147483648 == -9223372036854775808', true],
    ['0 * -1 == 0', true],
    ['[0].contains(0 * -1)', true],
    [`[1, 2, 3, 4, 5, 6, 7, 8, ${highest}].contains(${highest})`, true],
    [`[1, 2, 3, 4, 5, 6, 7, 8, ${highest}].contains(9223372036854775806)`, false],
    // A number in a string or a comment is none.
    [`"${highest}" == "9223372036854775808" // ${highest}\n`, false],
    [`duration("${highest}ms").toMilliseconds() == ${highest}`, true],
    [`datetime("1970-01-01").offset(duration("${lowest}ms")).toDate() == datetime("1970-01-01")`, 'error'],
  ])('are exact to 64 bits: %s is %s', (condition, expected) => {
    expect(outcome(condition)).toBe(expected);
  });

  it('come exactly from a context and an entity too', () => {
    const entities = [{ uid: ada, attributes: { large: 2n ** 63n - 1n }, parents: [] }];
    const asked = { context: { large: 2n ** 63n - 1n }, entities };
    expect(outcome(`context.large == ${highest} && principal.large == ${highest}`, asked)).toBe(true);
    expect(outcome('context.large == 9223372036854775806', asked)).toBe(false);
  });

  it.each([
    [2n ** 63n, '64 bits'],
    [2 ** 53, 'not an integer that is exact'],
    [1.5, 'not an integer that is exact'],
    [null, 'a value that Cedar does not have'],
  ])('that are none are refused: %s', (large, message) => {
    expect(() => outcome('true', { context: { large } })).toThrow(message);
  });

  it('obey the laws of whole numbers, or err', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const near = fc.oneof(
      long,
      fc.bigInt({ min: -9n, max: 9n }),
      fc.bigInt({ min: 2n ** 53n - 9n, max: 2n ** 53n + 9n }),
    );
    const operations = {
      '+': (a: bigint, b: bigint) => a + b,
      '-': (a: bigint, b: bigint) => a - b,
      '*': (a: bigint, b: bigint) => a * b,
    };
    const [sum, difference, product] = (['+', '-', '*'] as const).map((sign) => {
      const compiled = compileCedar({ policies: permitWhen(`context.a ${sign} context.b == context.c`) });
      if (!compiled.ok) throw new Error(compiled.reason);
      return compiled.value;
    });
    const engines = { '+': sum, '-': difference, '*': product };
    fc.assert(
      fc.property(fc.constantFrom('+', '-', '*'), near, near, (sign, a, b) => {
        const c = operations[sign](a, b);
        const fits = BigInt.asIntN(64, c) === c;
        const engine = engines[sign];
        const store = engine?.entities([]);
        const context = engine?.context(act, { a, b, c: fits ? c : 0n });
        if (!engine || !store?.ok || !context?.ok) throw new Error('the case was not made');
        const request = { principal: ada, action: act, resource: thing, context: context.value };
        const { allowed, errors } = engine.decide(request, { entities: store.value });
        expect({ allowed, errs: errors.length > 0 }).toEqual({ allowed: fits, errs: !fits });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('extension values', () => {
  it.each([
    ['decimal("922337203685477.5807") == decimal("0922337203685477.58070")', 'error'],
    ['decimal("922337203685477.5808") == decimal("0.0")', 'error'],
    ['decimal("-922337203685477.5808").lessThan(decimal("0.0"))', true],
    ['decimal("1") == decimal("1.0")', 'error'],
    ['decimal("1.20") == decimal("1.2")', true],
    ['ip("127.0.0.01").isIpv4()', 'error'],
    ['ip("::ffff:127.0.0.1").isIpv6()', 'error'],
    ['ip("10.0.0.0/08").isIpv4()', 'error'],
    ['ip("10.0.0.0/33").isIpv4()', 'error'],
    ['ip("1::2::3").isIpv6()', 'error'],
    ['ip("1:2:3:4:5:6:7::").isIpv6()', true],
    ['ip("1:2:3:4:5:6:7:8::").isIpv6()', 'error'],
    ['ip("127.0.0.1") == ip("127.0.0.1/32")', true],
    ['ip("10.1.2.3").isInRange(ip("10.0.0.0/8"))', true],
    ['ip("10.0.0.0/7").isInRange(ip("10.0.0.0/8"))', false],
    ['ip("::1").isInRange(ip("0.0.0.0/0"))', false],
    ['ip("ff02::1").isMulticast()', true],
    ['datetime("2024-02-29") < datetime("2024-03-01")', true],
    ['datetime("2023-02-29") == datetime("2023-03-01")', 'error'],
    ['datetime("0000-01-01") < datetime("0001-01-01")', true],
    ['datetime("2024-01-01T24:00:00Z") == datetime("2024-01-02")', 'error'],
    ['datetime("2024-01-01T00:00:00+0100") == datetime("2023-12-31T23:00:00Z")', true],
    ['datetime("2024-01-01T00:00:00+2400") == datetime("2023-12-31")', 'error'],
    ['datetime("1969-12-31T23:00:00Z").toDate() == datetime("1969-12-31")', true],
    ['datetime("1969-12-31T23:00:00Z").toTime() == duration("23h")', true],
    ['duration("1d2h3m4s5ms").toMilliseconds() == 93784005', true],
    ['duration("-90m").toHours() == -1', true],
    ['duration("1h1d") == duration("25h")', 'error'],
    ['duration("") == duration("0ms")', 'error'],
    ['duration("99999999999999999999d") == duration("0ms")', 'error'],
    ['datetime("2024-01-01") < duration("1h")', 'error'],
    ['decimal("1.0") < decimal("2.0")', 'error'],
  ])('%s is %s', (condition, expected) => {
    expect(outcome(condition)).toBe(expected);
  });

  it('that are written with a million digits cost next to nothing', () => {
    const digits = '9'.repeat(1_000_000);
    expect(() => outcome('true', { context: { x: { __extn: { fn: 'duration', arg: `${digits}d` } } } })).toThrow(
      'range',
    );
  });
});

describe('hostile names and sizes', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'an attribute or tag called %s is one like any other',
    (name) => {
      const fields = (json: string) => JSON.parse(json.replaceAll('NAME', name));
      expect(outcome(`context has "${name}" || principal has "${name}" || {} has "${name}"`)).toBe(false);
      expect(outcome(`principal.hasTag("${name}")`)).toBe(false);
      expect(outcome(`context["${name}"] == 1`, { context: fields('{"NAME": 1}') })).toBe(true);
      const entities = [
        { uid: ada, attributes: fields('{"NAME": {"NAME": 2}}'), tags: fields('{"NAME": 3}'), parents: [] },
      ];
      expect(outcome(`principal["${name}"]["${name}"] == 2 && principal.getTag("${name}") == 3`, { entities })).toBe(
        true,
      );
    },
  );

  it.each([
    ['deep', { context: { deep: JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`) } }, 'levels of nesting'],
    [
      'wide',
      { context: { wide: Array.from({ length: 1_000_000 }, (_, at) => at) } },
      `more than ${limits.valuesRead} values`,
    ],
    [
      'both',
      { entities: [{ uid: ada, attributes: { a: Array.from({ length: limits.valuesRead }, () => []) }, parents: [] }] },
      'more than',
    ],
  ])('a context or an entity that is too %s is refused, and said to be', (_, asked, message) => {
    expect(() => outcome('true', asked)).toThrow(message);
  });

  it.each([
    ['brackets', '(', ')', 53],
    ['records', '{"a": ', '}', 53],
    ['sets', '[', ']', 53],
    ['negations', '!(', ')', 48],
    ['choices', 'if true then true else ', '', 195],
    ['steps', 'context.a == true && context.a', '.a', 585],
    ['conjunctions', 'true && ', '', 585],
  ])('%s inside each other are refused before they could break the parser', (_, before, after, most) => {
    const nested = (depth: number) =>
      before.startsWith('context') ? before + after.repeat(depth) : `${before.repeat(depth)}true${after.repeat(depth)}`;
    expect(() => outcome(nested(100_000))).toThrow('nest too deep');
    expect(() => outcome(nested(most + 15))).toThrow('nest too deep');
    outcome(nested(most - 5));
    expect(outcome('true')).toBe(true);
  });

  it('a policy that does not parse is refused', () => {
    expect(compileCedar({ policies: 'permit (principal, action, resource) when { 1 + };' }).ok).toBe(false);
  });

  it('a bracket in a string or a comment is none, and what follows a comment is', () => {
    const many = '('.repeat(1000);
    expect(outcome(`"${many}" == "" || true // ${many}\n`)).toBe(true);
    expect(() => outcome(`// \r${many}true`)).toThrow('nest too deep');
  });

  it('a chain of hundreds is no nesting', () => {
    expect(outcome(Array(500).fill('principal == principal').join(' && '))).toBe(true);
    expect(outcome(Array(500).fill('principal == resource').join(' || '))).toBe(false);
  });

  it('`like` is linear: many wildcards on a long text are answered at once', () => {
    const text = 'a'.repeat(100_000);
    expect(outcome(`context.text like "${'*a'.repeat(100)}*b"`, { context: { text } })).toBe(false);
    expect(outcome(`context.text like "${'*a'.repeat(100)}*"`, { context: { text } })).toBe(true);
  });

  it.each([
    ['lies in itself', [{ uid: ada, attributes: {}, parents: [ada] }]],
    [
      'lies in itself',
      [
        { uid: ada, attributes: {}, parents: [thing] },
        { uid: thing, attributes: {}, parents: [ada] },
      ],
    ],
    [
      'given twice',
      [
        { uid: ada, attributes: {}, parents: [] },
        { uid: ada, attributes: {}, parents: [] },
      ],
    ],
    [
      'more than',
      [
        {
          uid: ada,
          attributes: {},
          parents: Array.from({ length: 1001 }, (_, at) => ({ type: 'Group', id: `${at}` })),
        },
      ],
    ],
  ])('entities of which one %s are refused', (message, entities) => {
    expect(() => outcome('true', { entities })).toThrow(message);
  });
});

describe('what a schema enumerates', () => {
  const schema = `entity User = { mood?: Mood }; entity Mood enum ["calm"];
action act appliesTo { principal: User, resource: Mood, context: { mood?: Mood } };`;
  const compiled = compileCedar({ policies: 'permit (principal, action, resource);', schema });

  it.each([
    ['is asked about', { resource: 'calm' }, true],
    ['and nothing else is', { resource: 'wild' }, false],
    ['is in a context', { context: { mood: { type: 'Mood', id: 'calm' } } }, true],
    ['and nothing else is', { context: { mood: { type: 'Mood', id: 'wild' } } }, false],
    ['is in an attribute', { attributes: { mood: { __entity: { type: 'Mood', id: 'calm' } } } }, true],
    ['and nothing else is', { attributes: { mood: { __entity: { type: 'Mood', id: 'wild' } } } }, false],
    ['is an entity', { entity: 'calm' }, true],
    ['and nothing else is', { entity: 'wild' }, false],
  ])(
    '%s: %o',
    (_, { resource = 'calm', context = {}, attributes = {}, entity = 'calm' }: Record<string, unknown>, fits) => {
      if (!compiled.ok) throw new Error(compiled.reason);
      const facts = [
        { uid: ada, attributes, parents: [] },
        { uid: { type: 'Mood', id: `${entity}` }, attributes: {}, parents: [] },
      ];
      const [store, fields] = [compiled.value.entities(facts), compiled.value.context(act, context)];
      if (!store.ok || !fields.ok) return expect(fits).toBe(false);
      const request = {
        principal: ada,
        action: act,
        resource: { type: 'Mood', id: `${resource}` },
        context: fields.value,
      };
      expect(compiled.value.decide(request, { entities: store.value }).allowed).toBe(fits);
    },
  );
});

describe('memory', () => {
  it('does not grow by names that nobody declared', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const schema = 'entity User; entity Thing; action act appliesTo { principal: User, resource: Thing };';
    const engines = [schema, undefined].map((text) => {
      const policies = 'permit (principal == User::"ada", action, resource in Thing::"one");';
      const compiled = compileCedar({ policies, ...(text !== undefined && { schema: text }) });
      if (!compiled.ok) throw new Error(compiled.reason);
      const store = compiled.value.entities([{ uid: ada, attributes: {}, parents: [] }]);
      if (!store.ok) throw new Error(store.reason);
      return { compiled: compiled.value, facts: { entities: store.value, links: compiled.value.links() } };
    });
    const ask = (from: number) => {
      for (let at = from; at < from + 50_000; at += 1) {
        const names = {
          principal: { type: 'User', id: `u${at}` },
          resource: { type: at % 2 ? 'Thing' : `T${at}`, id: `r${at}` },
        };
        const action = { type: 'Action', id: at % 3 ? 'act' : `a${at}` };
        for (const { compiled, facts } of engines) {
          if (compiled.decide({ ...names, action, context: new Map() }, facts).allowed) throw new Error('allowed');
        }
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    ask(0);
    const before = ask(50_000);
    // A single remembered node for each would be more than ten times as much.
    expect(ask(100_000) - before).toBeLessThan(1_000_000);
  });
});

describe('a forbid that errs', () => {
  const policies = `permit (principal, action, resource);\nforbid (principal, action, resource) when { context.missing };`;

  it('forbids, and says so', () => {
    expect(decide(policies)).toEqual({
      allowed: false,
      reasons: ['policy1'],
      errors: [{ policy: 'policy1', message: expect.stringContaining('missing') }],
    });
  });

  it('is left out only where that is asked for, to compare with Cedar', () => {
    expect(decide(policies, { brokenForbids: 'are-left-out' })).toMatchObject({ allowed: true, reasons: ['policy0'] });
  });
});
