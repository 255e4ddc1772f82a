import type { Random } from './random.ts';
import {
  addresses,
  anyEntity,
  dates,
  decimals,
  durations,
  folders,
  integers,
  literal,
  quoted,
  teams,
  texts,
  users,
} from './vocabulary.ts';

/* Expressions as text. Mostly of the type that is wanted, so that evaluation gets far; sometimes of any, so that it errs. */

type Kind =
  | 'bool'
  | 'long'
  | 'string'
  | 'entity'
  | 'strings'
  | 'entities'
  | 'record'
  | 'ip'
  | 'decimal'
  | 'datetime'
  | 'duration';

const kinds: readonly [Kind, ...Kind[]] = [
  'bool',
  'long',
  'string',
  'entity',
  'strings',
  'entities',
  'record',
  'ip',
  'decimal',
  'datetime',
  'duration',
];

type Make = (random: Random, depth: number) => string;

/** How often an expression is of a type that does not belong there. */
const astray = 0.02;

function expression(random: Random, kind: Kind, depth: number): string {
  const wanted = random.chance(astray) ? random.pick(kinds) : kind;
  if (depth <= 0 || random.chance(0.25)) return random.pick(leaves[wanted])(random, 0);
  return random.pick(branches[wanted])(random, depth - 1);
}

export function condition(random: Random, depth: number): string {
  return expression(random, 'bool', depth);
}

const fixed =
  (...choices: readonly [string, ...string[]]): Make =>
  (random) =>
    random.pick(choices);
const call =
  (name: string, choices: readonly [string, ...string[]]): Make =>
  (random) =>
    `${name}(${quoted(random.chance(0.04) ? 'no such form' : random.pick(choices))})`;

const leaves: Readonly<Record<Kind, readonly [Make, ...Make[]]>> = {
  bool: [
    fixed('true', 'false', 'principal.active', 'resource.public', 'context.session.mfa', 'principal.profile.deep.flag'),
    fixed('resource.owner == principal', 'principal in Org::Team::"eng"', 'resource is Doc', 'principal.age < 18'),
    (random) => `principal is User in ${literal(random.pick(teams))}`,
    (random) => `resource is ${random.pick(['Doc', 'Folder'])} in ${literal(random.pick(folders))}`,
    fixed('context.roles.contains("admin")', 'resource has expires', 'resource in Folder::"f2"'),
  ],
  long: [
    fixed(...integers),
    fixed('principal.age', 'resource.size', 'context.hour', 'principal.profile.level', 'context.session.age'),
    fixed('principal["__proto__"]'),
  ],
  string: [
    (random) => quoted(random.pick(texts)),
    fixed('principal.name', 'resource.title', 'context.mode', 'principal.profile.email'),
  ],
  entity: [
    fixed('principal', 'resource', 'action', 'resource.owner', 'principal.manager', 'context.about', 'resource.color'),
    (random) => literal(anyEntity(random)),
    (random) => literal(random.pick(random.pick([users, teams, folders]))),
  ],
  strings: [fixed('principal.labels', 'context.roles', '[]'), (random) => `[${setOf(random, 'string')}]`],
  entities: [fixed('resource.readers', '[principal]'), (random) => `[${setOf(random, 'entity')}]`],
  record: [fixed('context', 'context.session', 'principal.profile', '{}', '{"a": 1, "__proto__": true}')],
  ip: [call('ip', addresses), fixed('principal.address', 'context.from')],
  decimal: [call('decimal', decimals), fixed('principal.quota', 'context.cost')],
  datetime: [call('datetime', dates), fixed('principal.joined', 'context.now', 'resource.expires')],
  duration: [call('duration', durations), fixed('context.wait')],
};

function setOf(random: Random, kind: Kind): string {
  return random.list(0, 3, () => random.pick(leaves[kind])(random, 0)).join(', ');
}

const part =
  (kind: Kind): Make =>
  (random, depth) =>
    `(${expression(random, kind, depth)})`;

/** `$kind` stands for an expression of that kind, `%path` for one of these. */
function form(pattern: string, ...choices: readonly string[]): Make {
  return (random, depth) =>
    pattern.replace(/\$([a-z]+)|%/g, (_, kind: Kind | undefined) =>
      kind === undefined ? (choices[random.below(choices.length)] ?? '') : part(kind)(random, depth),
    );
}

const sameKinds: Make = (random, depth) => {
  const kind = random.pick(kinds);
  return form(`$${kind} % $${kind}`, '==', '!=')(random, depth);
};

const patterns = ['*', 'a*', '*a', 'a*a', '*b*', 'ab', '', 'x\\*y', '*\\**', '\u{1f600}*', '**a**'];
const paths = [
  'name',
  'manager',
  'expires',
  'profile.email',
  'profile.deep.flag',
  'session.age',
  'about.manager',
  '"__proto__"',
];
const keys = ['"k1"', '"k2"', '"__proto__"'];
const comparisons = ['<', '<=', '>', '>='];

const branches: Readonly<Record<Kind, readonly [Make, ...Make[]]>> = {
  bool: [
    form('$bool && $bool'),
    form('$bool || $bool'),
    form('$bool || $bool || $bool'),
    form('$bool && ($bool && $bool)'),
    form('!$bool'),
    form('if $bool then $bool else $bool'),
    sameKinds,
    form('$long % $long', ...comparisons),
    form('$datetime % $datetime', ...comparisons),
    form('$duration % $duration', ...comparisons),
    form('$entity in $entity'),
    form('$entity in $entities'),
    form('$entity is %', 'User', 'Doc', 'Org::Team', 'Action'),
    form('$entity is % in $entity', ...['User', 'Doc', 'Folder']),
    form('$entity has %', ...paths),
    form('$record has %', ...paths),
    form('$entity.hasTag(%)', ...keys),
    form('$entity.hasTag($string)'),
    form('$entity.getTag(%).contains(1)', ...keys),
    form('$string like "%"', ...patterns),
    form('$strings.contains($string)'),
    form('$entities.contains($entity)'),
    form('$strings.%($strings)', 'containsAll', 'containsAny'),
    form('$entities.%($entities)', 'containsAll', 'containsAny'),
    form('$strings.isEmpty()'),
    form('$ip.%()', 'isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'),
    form('$ip.isInRange($ip)'),
    form('$decimal.%($decimal)', 'lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'),
  ],
  long: [
    form('$long % $long', '+', '-', '*'),
    form('-$long'),
    form('if $bool then $long else $long'),
    form('$duration.%()', 'toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'),
    form('{ "a": $long, "b": $bool }["a"]'),
  ],
  string: [form('if $bool then $string else $string'), form('$entity.getTag(%)', ...keys), form('{ "s": $string }.s')],
  entity: [form('if $bool then $entity else $entity'), form('$entity.%', 'owner', 'manager')],
  strings: [form('[$string, $string]'), form('if $bool then $strings else $strings')],
  entities: [form('[$entity, $entity]'), form('if $bool then $entities else $entities')],
  record: [form('{ "a": $long, "s": $string }'), form('if $bool then $record else $record')],
  ip: [form('if $bool then $ip else $ip')],
  decimal: [form('if $bool then $decimal else $decimal')],
  datetime: [form('$datetime.offset($duration)'), form('$datetime.toDate()')],
  duration: [form('$datetime.durationSince($datetime)'), form('$datetime.toTime()')],
};
