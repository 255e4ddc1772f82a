import { condition } from './expressions.ts';
import type { Random } from './random.ts';
import { actionGroups, actions, docs, folders, literal, type Name, strangers, teams, users } from './vocabulary.ts';

export type PolicyTexts = {
  readonly statics: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
  readonly links: readonly LinkText[];
};

type LinkText = {
  readonly id: string;
  readonly template: string;
  readonly principal?: Name;
  readonly resource?: Name;
};

/** Many policies that are decided together, with templates and their links among them. */
export function policies(random: Random): PolicyTexts {
  const statics = Object.fromEntries(
    random.list(6, 14, () => policy(random, scopes)).map((text, at) => [`policy${at}`, text]),
  );
  const made = random.list(1, 4, () => template(random));
  const templates = Object.fromEntries(made.map(({ text }, at) => [`template${at}`, text]));
  const links = random
    .list(2, 12, () => random.below(made.length))
    .map((at, number): LinkText => {
      const slots = made[at]?.slots ?? [];
      return {
        id: `link${number}`,
        template: `template${at}`,
        ...(slots.includes('principal') && { principal: random.pick(random.pick([users, teams, strangers])) }),
        ...(slots.includes('resource') && { resource: random.pick(random.pick([docs, folders, folders, strangers])) }),
      };
    });
  return { statics, templates, links };
}

type Scopes = { readonly principal: (random: Random) => string; readonly resource: (random: Random) => string };

function policy(random: Random, { principal, resource }: Scopes): string {
  const effect = random.chance(0.8) ? 'permit' : 'forbid';
  const depth = effect === 'permit' ? 3 : 2;
  // Several clauses at once: a compiler that drops the last one, or one kind, would be noticed by nothing else.
  const clauses = random.list(0, 3, () => `${random.pick(['when', 'when', 'unless'])} { ${condition(random, depth)} }`);
  return `${effect} (${principal(random)}, ${actionScope(random)}, ${resource(random)}) ${clauses.join(' ')};`;
}

const scopes: Scopes = { principal: principalScope, resource: resourceScope };

function principalScope(random: Random): string {
  const name = () => literal(random.pick(random.pick([users, teams, strangers])));
  return `principal${random.pick<() => string>([
    () => '',
    () => '',
    () => ` == ${literal(random.pick(users))}`,
    () => ` in ${name()}`,
    () => ` in ${literal(random.pick(teams))}`,
    () => ' is User',
    () => ` is User in ${name()}`,
  ])()}`;
}

function resourceScope(random: Random): string {
  return `resource${random.pick<() => string>([
    () => '',
    () => '',
    () => ` == ${literal(random.pick(docs))}`,
    () => ` in ${literal(random.pick(folders))}`,
    () => ` is ${random.pick(['Doc', 'Folder'])}`,
    () => ` is Doc in ${literal(random.pick(folders))}`,
  ])()}`;
}

function actionScope(random: Random): string {
  return `action${random.pick<() => string>([
    () => '',
    () => '',
    () => ` == ${literal(random.pick(actions))}`,
    () => ` in ${literal(random.pick(actionGroups))}`,
    () => ` in [${random.list(0, 3, () => literal(random.pick(random.pick([actions, actionGroups])))).join(', ')}]`,
  ])()}`;
}

type Template = { readonly text: string; readonly slots: readonly ('principal' | 'resource')[] };

function template(random: Random): Template {
  const ofPrincipal = () => `principal${random.pick([' == ', ' in ', ' in ', ' is User in '])}?principal`;
  const ofResource = () => `resource${random.pick([' == ', ' in ', ' in ', ' is Doc in '])}?resource`;
  const slots = random.pick<Template['slots']>([
    ['principal', 'resource'],
    ['principal', 'resource'],
    ['principal'],
    ['resource'],
  ]);
  const text = policy(random, {
    principal: slots.includes('principal') ? ofPrincipal : principalScope,
    resource: slots.includes('resource') ? ofResource : resourceScope,
  });
  return { text, slots };
}
