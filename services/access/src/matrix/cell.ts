import type { Entity, EntityRef, PolicyEngine, PolicyLink } from '@modelward/policy';
import type { Authentication, Circumstances } from '../context/circumstances.ts';
import { policyContext } from '../context/policy-context.ts';
import { type Axis, type Change, searchSets } from '../remedies/search.ts';
import type { Answer, Condition } from './answer.ts';

/** Who would do what, with what they bring along. */
type Asker = {
  readonly principal: Entity;
  readonly authentication: Authentication;
  readonly circumstances: Circumstances;
};

export type CellQuestion = {
  readonly principal: Entity;
  readonly action: string;
  readonly resource: EntityRef;
  readonly links: (principal: EntityRef) => readonly PolicyLink[];
  /** What there is: the part of it that these lie in and refer to. */
  readonly slice: (from: readonly EntityRef[]) => readonly Entity[];
  /** Whoever asks, as the owner of the resource. */
  readonly owner?: Entity | undefined;
  readonly nowMs: number;
};

const digest = 'sha256:content';
const unbound: Authentication = { level: 'none', credential: 'personal-token' };
const mostConditions = 4;

/** Whether it is allowed with nothing but an unbound credential, never, or under which conditions. */
export function cellAnswer(question: CellQuestion, engine: PolicyEngine): Answer {
  const { principal } = question;
  const asker: Asker = { principal, authentication: unbound, circumstances: { contentDigest: digest } };
  const errors = new Set<string>();
  const allows = (one: Asker) => {
    const answer = engine.decide(questionOf(one, question));
    for (const error of answer.errors) errors.add(error);
    return answer.allowed;
  };
  if (allows(asker)) return { allowed: 'always' };
  const [error] = errors;
  if (error !== undefined) return { allowed: 'undecidable', error };
  const sets = searchSets({ of: asker, axes: axesOf(question), allows, most: mostConditions });
  return sets.length === 0
    ? { allowed: 'never' }
    : { allowed: 'when', sets: sets.map((set) => set.map(({ name }) => name)) };
}

function questionOf({ principal, authentication, circumstances }: Asker, question: CellQuestion) {
  const { action, resource, links, slice, nowMs } = question;
  const { uid } = principal;
  const context = policyContext({ authentication, scopes: undefined, interface: 'control', circumstances, nowMs });
  // Whoever asks may not be in the world, or be there as somebody else.
  const others = slice([resource, ...principal.parents]).filter(
    (one) => one.uid.id !== uid.id || one.uid.type !== uid.type,
  );
  return { principal: uid, action, resource, context, entities: [...others, principal], links: links(uid) };
}

type Lever = Change<Asker> & { readonly name: Condition };

function axesOf({ principal, owner }: CellQuestion): readonly Axis<Asker, Lever>[] {
  const own = owner === undefined ? [] : [axis([{ name: 'owner', pull: (one) => ({ ...one, principal: owner }) }])];
  return principal.uid.type === 'Service' ? [...own, keyBound, approval] : [...own, signIn, device, approval];
}

function axis(levers: readonly [...Lever[], Lever]): Axis<Asker, Lever> {
  const [last] = levers.slice(-1);
  return { levers, utmost: (one) => last?.pull(one) ?? one };
}

function session(name: Condition, shown: Omit<Authentication, 'credential'>): Lever {
  const authentication: Authentication = {
    credential: 'password-session',
    binding: 'session',
    ageSeconds: 0,
    ...shown,
  };
  return { name, pull: (one) => ({ ...one, authentication }) };
}

const signIn = axis([
  session('signed-in', { level: 'aal1' }),
  session('second-factor', { level: 'aal2' }),
  session('passkey', { level: 'aal2', phishingResistant: true }),
]);

const keyBound = axis([session('key-bound-token', { level: 'aal1', binding: 'mtls' })]);

function under(name: Condition, circumstances: Circumstances): Lever {
  return { name, pull: (one) => ({ ...one, circumstances: { ...one.circumstances, ...circumstances } }) };
}

const device = axis([
  under('enrolled-device', { device: { tier: 2, managed: false, compliant: false } }),
  under('managed-device', { device: { tier: 3, managed: true, compliant: true } }),
]);

const approval = axis([under('approval', { approvals: { people: 1, disinterested: 1, digest } })]);
