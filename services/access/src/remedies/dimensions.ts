import type { Authentication, Circumstances } from '../context/circumstances.ts';
import type { Asking } from '../decide/judge.ts';
import { scopeFor } from '../scopes/scope.ts';
import type { Dimension, Lever } from './lever.ts';
import type { Refused } from './remedies.ts';

/** A wider token, for a credential whose scopes leave out what was asked. */
export function scopeDimension(refusals: readonly Refused[], asking: Asking): Dimension | undefined {
  const { scopes } = asking.question;
  const left = refusals.filter(({ judgement }) => judgement.reasons.includes('token-scope'));
  if (scopes === undefined || left.length === 0) return undefined;
  const missing = left.map(({ action, subject }) => scopeFor({ action, projectKey: subject.project?.key }));
  const added = [...new Set(missing)];
  return dimension([
    {
      remedies: added.map((scope) => ({ kind: 'token-scope', scope })),
      pull: (one) => ({ ...one, question: { ...one.question, scopes: [...scopes, ...added] } }),
    },
  ]);
}

/** A sign-in of one's own, a fresh one, a stronger one: a service has none of these. */
export function signInDimension(asking: Asking): Dimension | undefined {
  const { authentication, principal } = asking.question;
  if (principal.kind !== 'person') return undefined;
  return dimension(isUnbound(authentication) ? unboundSignIns : boundSignIns(authentication));
}

function isUnbound({ level, binding }: Authentication): boolean {
  return level === 'none' || binding === 'none';
}

/** A session is bound, and its scopes are not narrowed. */
function signedIn(remedy: Lever['remedies'][number], authentication: Omit<Authentication, 'credential'>): Lever {
  const session = { credential: 'password-session', binding: 'session', ageSeconds: 0, ...authentication } as const;
  const pull = (one: Asking) => ({ ...one, question: { ...one.question, authentication: session, scopes: undefined } });
  return { remedies: [remedy], pull };
}

const unboundSignIns: readonly Lever[] = [
  // A whole sign-in: the second factor belongs to it.
  signedIn({ kind: 'sign-in' }, { level: 'aal2' }),
  signedIn({ kind: 'step-up', level: 'aal2', phishingResistant: true }, { level: 'aal2', phishingResistant: true }),
];

const levels: readonly Authentication['level'][] = ['none', 'aal1', 'aal2', 'aal3'];

/** The same credential, once a factor has been shown again. */
function boundSignIns({ level, phishingResistant = false }: Authentication): readonly Lever[] {
  const second = levels.indexOf(level) < levels.indexOf('aal2') ? 'aal2' : level;
  const wanted = [
    { level, phishingResistant },
    { level: second, phishingResistant },
    { level: second, phishingResistant: true },
  ];
  const distinct = [...new Map(wanted.map((one) => [`${one.level} ${one.phishingResistant}`, one])).values()];
  return distinct.map((shown) => ({
    remedies: [{ kind: 'step-up', ...shown }],
    pull: (one) => {
      const authentication = { ...one.question.authentication, ...shown, ageSeconds: 0 };
      return { ...one, question: { ...one.question, authentication } };
    },
  }));
}

const trusted = [
  { need: 'enrolled', device: { tier: 2, managed: false, compliant: false } },
  { need: 'managed', device: { tier: 3, managed: true, compliant: true } },
] as const;

export function deviceDimension({ question }: Asking): Dimension | undefined {
  const tier = question.circumstances?.device?.tier ?? 0;
  const better = trusted.filter(({ device }) => device.tier > tier);
  return dimension(better.map(({ need, device }) => under({ device }, { kind: 'device', need })));
}

/** Of exactly this, by one who gains nothing by it: who that is, is not said. */
export function approvalDimension({ question }: Asking): Dimension | undefined {
  const { approvals, contentDigest = '' } = question.circumstances ?? {};
  const valid = approvals?.digest === contentDigest ? approvals : undefined;
  const given = {
    people: (valid?.people ?? 0) + 1,
    disinterested: (valid?.disinterested ?? 0) + 1,
    digest: contentDigest,
  };
  return dimension([under({ approvals: given }, { kind: 'approval', people: 1 })]);
}

function under(circumstances: Circumstances, remedy: Lever['remedies'][number]): Lever {
  return {
    remedies: [remedy],
    pull: (one) => {
      const changed = { ...one.question.circumstances, ...circumstances };
      return { ...one, question: { ...one.question, circumstances: changed } };
    },
  };
}

function dimension(levers: readonly Lever[]): Dimension | undefined {
  const strongest = levers.at(-1);
  return strongest && { levers, utmost: strongest.pull };
}
