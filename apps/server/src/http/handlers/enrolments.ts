import { organizationId } from '@modelward/access';
import { ok, refused } from '@modelward/basics';
import { explainRefusal, type Opened, type Redeemed, type RedeemRefusal } from '@modelward/identity';
import type { Kysely, Tables } from '@modelward/storage';
import type { ControlDeps, Exchange } from '../deps.ts';
import type { OpenHandler } from '../handler.ts';
import { type ChangeDraft, recordDecision } from '../record.ts';
import { type ControlRefusal, conflict, malformed } from '../refusal.ts';
import { shownSession, tooBusy } from './sessions.ts';

/** What the first administrator holds: running the platform, and deciding who may do what. */
export const administratorRoles = ['platform-admin', 'security-admin'] as const;

/**
 * Using a one-time secret up. The decision, the account, its roles and its session are one transaction: of many who come at
 * once with one secret, one gets everything and the others nothing.
 */
export const redeem: OpenHandler<'enrolments.redeem'> = async ({ question, exchange, deps }) => {
  let made: Made | undefined;
  const inTransaction = async (transaction: Kysely<Tables>, redeemed: Redeemed) => {
    await recordRedemption(redeemed, exchange, deps);
    made = await makeRest(transaction, redeemed, deps);
  };
  const { secret, password, name } = question;
  const named = name === undefined ? {} : { name };
  const redeemed = await deps.identity.enrolments.redeem({ secret, password, ...named, inTransaction });
  if (!redeemed.ok) return refused(redeemRefusal(redeemed.reason, { isSetUp: await deps.isSetUp() }));
  if (made === undefined) throw new Error('a one-time secret was used up without its transaction');
  const { opened, links } = made;
  const { account } = redeemed.value;
  const session = await shownSession(opened, deps);
  const changes = [
    ...accountChanges(redeemed.value),
    ...links,
    { what: 'session.opened', subject: account.id, detail: { session: opened.session.id } } as const,
  ];
  return ok({ output: { account, session, trackingUri: deps.trackingUri }, changes });
};

type Made = { readonly opened: Opened; readonly links: readonly ChangeDraft[] };

async function recordRedemption({ account, purpose }: Redeemed, exchange: Exchange, deps: ControlDeps): Promise<void> {
  await recordDecision(exchange, deps, {
    actor: { kind: account.kind, id: account.id },
    authentication: { level: 'none', credential: 'enrolment' },
    asked: [{ action: 'enrolments.redeem', resource: { type: 'Account', id: account.id } }],
    allowed: true,
    reasons: [purpose],
  });
}

async function makeRest(transaction: Kysely<Tables>, { account, purpose }: Redeemed, deps: ControlDeps): Promise<Made> {
  const roles = purpose === 'first-administrator' ? administratorRoles : [];
  const links: ChangeDraft[] = [];
  for (const role of roles) {
    const assigned = await deps.access.links.within(transaction).assign({
      role,
      principal: { kind: 'person', id: account.id },
      scope: { type: 'Organization', id: organizationId },
      origin: 'first-administrator',
    });
    if (!assigned.ok) throw new Error(`the policy bundle does not let \`${role}\` be given to the first administrator`);
    const detail = { link: assigned.value.id, role, scope: organizationId };
    links.push({ what: 'role.assigned', subject: account.id, detail });
  }
  return { opened: await deps.identity.sessions.openWithin(transaction, account), links };
}

function accountChanges({ account, purpose }: Redeemed): readonly ChangeDraft[] {
  const passwordSet = { what: 'password.set', subject: account.id, detail: { purpose } } as const;
  if (purpose !== 'first-administrator') return [passwordSet];
  return [{ what: 'account.created', subject: account.id, detail: { kind: 'person' } }, passwordSet];
}

function redeemRefusal(reason: RedeemRefusal, { isSetUp }: { isSetUp: boolean }): ControlRefusal {
  const { message, next } = explainRefusal(reason);
  switch (reason) {
    case 'unknown':
    case 'expired':
    case 'used':
      return {
        code: 'enrolment-refused',
        message,
        next: isSetUp ? next : firstAgain,
        reasons: [`enrolment-${reason}`],
      };
    case 'suspended':
      return { code: 'enrolment-refused', message, next, reasons: ['enrolment-suspended'] };
    case 'name-missing':
    case 'name-form':
      return malformed(message, next);
    case 'exists':
      return conflict(message, next);
    case 'busy':
      return tooBusy;
    default:
      return { code: 'password-refused', message, next, reasons: [reason] };
  }
}

/** There is nobody to ask yet. */
const firstAgain = 'use the newest link that the server printed, or start the server again: it makes a new one';
