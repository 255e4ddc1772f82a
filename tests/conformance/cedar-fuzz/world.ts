import type { Random } from './random.ts';
import {
  actions,
  addresses,
  colors,
  dates,
  decimals,
  docs,
  durations,
  folders,
  memberships,
  type Name,
  strangers,
  teams,
  texts,
  users,
} from './vocabulary.ts';

type Json = boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type EntityJson = {
  readonly uid: Name;
  readonly attrs: Record<string, Json>;
  readonly parents: readonly Name[];
  readonly tags?: Record<string, Json>;
};

/** `typed`: in the forms that only a schema explains, and nothing missing. Otherwise explicit, with gaps and with what does not belong. */
export type Form = 'typed' | 'untyped';

type Making = { readonly random: Random; readonly form: Form };

/** Entities in hierarchies of a few levels; the folders lie seven deep at most. */
export function entities(random: Random, form: Form): readonly EntityJson[] {
  const making = { random, form };
  const inEarlier = (all: readonly Name[], at: number): Name[] => {
    const earlier = all.slice(0, at).toReversed();
    return random.chance(0.8) ? earlier.slice(0, 1) : earlier.filter(() => random.chance(0.3));
  };
  return [
    ...teams.map((uid, at) => ({ uid, attrs: {}, parents: inEarlier(teams, at) })),
    ...folders.map((uid, at) => ({ uid, attrs: attributes(making, folderFields), parents: inEarlier(folders, at) })),
    ...users.map((uid) => ({
      uid,
      attrs: attributes(making, userFields),
      parents: teams.filter(() => random.chance(0.3)),
      tags: tags(making, () => random.pick(texts)),
    })),
    ...docs.map((uid) => ({
      uid,
      attrs: attributes(making, docFields),
      parents: folders.filter(() => random.chance(0.25)),
      tags: tags(making, () => random.list(0, 3, () => random.below(3))),
    })),
    ...(form === 'typed' ? [] : Object.entries(memberships).map(actionEntity)),
  ];
}

function actionEntity([id, parents]: readonly [string, readonly Name[]]): EntityJson {
  return { uid: { type: 'Action', id }, attrs: {}, parents };
}

type Field = { readonly make: (making: Making) => Json; readonly optional?: true };

const text: Field = { make: ({ random }) => random.pick(texts) };
const flag: Field = { make: ({ random }) => random.chance(0.6) };
const long: Field = { make: ({ random }) => random.pick([0, 1, 7, 18, 40, -1, Number.MAX_SAFE_INTEGER]) };
const strings: Field = { make: ({ random }) => random.list(0, 3, () => random.pick(texts)) };
const user: Field = {
  make: (making) =>
    name(
      making,
      making.random.pick(
        making.random.pick([users, users, strangers.filter(({ type }) => type === 'User') as unknown as typeof users]),
      ),
    ),
};
const extension = (fn: string, choices: readonly [string, ...string[]]): Field => ({
  make: ({ random, form }) => {
    const arg = random.pick(choices);
    return form === 'typed' ? random.pick<Json>([arg, { fn, arg }, { __extn: { fn, arg } }]) : { __extn: { fn, arg } };
  },
});
const optional = (field: Field): Field => ({ ...field, optional: true });
const record = (fields: Fields): Field => ({ make: (making) => attributes(making, fields) });

function name({ random, form }: Making, { type, id }: Name): Json {
  return form === 'typed' && random.chance(0.5) ? { type, id } : { __entity: { type, id } };
}

type Fields = Readonly<Record<string, Field>>;

const folderFields: Fields = { title: text, owner: user };
const docFields: Fields = {
  title: text,
  owner: user,
  readers: { make: (making) => making.random.list(0, 3, () => user.make(making)) },
  public: flag,
  size: long,
  expires: optional(extension('datetime', dates)),
  color: optional({ make: (making) => name(making, making.random.pick(colors)) }),
};
const userFields: Fields = {
  name: text,
  age: long,
  active: flag,
  labels: strings,
  manager: optional(user),
  address: extension('ip', addresses),
  joined: extension('datetime', dates),
  quota: extension('decimal', decimals),
  profile: record({ level: long, email: optional(text), deep: optional(record({ flag })) }),
  // Written like this, so that it is an attribute and not the prototype.
  ...Object.fromEntries([['__proto__', optional(long)]]),
};
const contextFields: Fields = {
  hour: long,
  from: extension('ip', addresses),
  now: extension('datetime', dates),
  cost: extension('decimal', decimals),
  wait: extension('duration', durations),
  mode: text,
  roles: { make: ({ random }) => random.list(0, 2, () => random.pick(['admin', ...texts])) },
  session: record({ mfa: flag, age: optional(long) }),
  about: optional(user),
};

function attributes(making: Making, fields: Fields): Record<string, Json> {
  const { random, form } = making;
  const made: [string, Json][] = [];
  for (const [field, { make, optional: mayLack }] of Object.entries(fields)) {
    if (mayLack ? random.chance(0.4) : form === 'untyped' && random.chance(0.03)) continue;
    const astray = form === 'untyped' && random.chance(0.03);
    made.push([field, astray ? random.pick<Json>([true, 3, 'a', [], {}]) : make(making)]);
  }
  return Object.fromEntries(made);
}

function tags({ random }: Making, make: () => Json): Record<string, Json> {
  return Object.fromEntries(['k1', 'k2', '__proto__'].filter(() => random.chance(0.5)).map((key) => [key, make()]));
}

export type RequestJson = {
  readonly principal: Name;
  readonly action: Name;
  readonly resource: Name;
  readonly context: Record<string, Json>;
};

export function request(random: Random, form: Form): RequestJson {
  const stranger = random.chance(0.05);
  return {
    principal: stranger ? { type: 'User', id: 'nobody' } : random.pick(users),
    action: random.chance(0.02) ? { type: 'Action', id: 'unheard-of' } : random.pick(actions),
    resource: stranger ? random.pick(strangers) : random.pick(random.pick([docs, docs, folders])),
    context: attributes({ random, form }, contextFields),
  };
}
