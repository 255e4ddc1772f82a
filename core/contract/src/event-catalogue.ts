import type { Action } from './actions.ts';
import type { AuditEvent, ChangeEvent } from './events.ts';

/** What one kind of entry is for. The fields are in its schema; docs/events.md is made of both. */
export type EventKind = {
  readonly meaning: string;
  /** How much somebody who watches should care, as in OCSF. */
  readonly severity: 'informational' | 'low' | 'medium' | 'high';
  readonly reader: Action;
  /** Requirements that the entry is evidence for. */
  readonly controls: readonly string[];
};

/** Grows with the meaning of entries; `v` in an entry is the form that it is written in. */
export const catalogueVersion = 1;

const access = ['NIST 800-53 AC-3', 'NIST 800-53 AU-3', 'NIST 800-53 AU-12', 'OWASP ASVS 16.3.2', '21 CFR 11.10(e)'];
const accounts = ['NIST 800-53 AC-2(4)', 'NIST 800-53 AU-12', '21 CFR 11.10(e)'];
const rights = ['NIST 800-53 AC-2(4)', 'NIST 800-53 AC-6(9)', 'OWASP ASVS 16.3.2', '21 CFR 11.10(g)'];
const signIn = ['NIST 800-53 AC-7', 'NIST 800-53 IA-2', 'OWASP ASVS 16.3.1'];
const logHealth = ['NIST 800-53 AU-5', 'NIST 800-53 AU-9', 'ISO 27001 A.8.15'];
const keeping = ['NIST 800-53 AU-9(2)', 'NIST 800-53 CP-9'];
const leaving = ['NIST 800-53 AC-6(9)', 'NIST 800-53 AU-9', '21 CFR 11.10(b)'];
const personal = ['GDPR Art. 17', 'GDPR Art. 30', 'NIST 800-53 AU-11'];
const boundary = ['NIST 800-53 SC-7', 'NIST 800-53 AC-3'];

function kind(severity: EventKind['severity'], controls: readonly string[], meaning: string): EventKind {
  return { severity, controls, meaning, reader: 'audit.read' };
}

export const eventKinds: Readonly<Record<AuditEvent['type'], EventKind>> = {
  decision: kind(
    'informational',
    access,
    'somebody who was identified asked for something, and it was allowed or denied: durable before anything happened',
  ),
  outcome: kind('informational', access, 'how an allowed request ended'),
  'outcome.unknown': kind(
    'medium',
    [...access, 'NIST 800-53 AU-5'],
    'an allowed request whose end nobody knows, because the process stopped before it',
  ),
  refusal: kind(
    'low',
    [...signIn, 'OWASP ASVS 16.3.2'],
    'somebody who was not identified was refused: the first few a minute for each network',
  ),
  'refusal.summary': kind(
    'medium',
    [...signIn, 'OWASP ASVS 16.3.2'],
    'how many more were refused within a minute, from where and why',
  ),
  change: kind('informational', accounts, 'something became different; `what` says what, and each has a row below'),
  disagreement: kind('high', access, 'a service behind the gateway read an allowed request differently and refused it'),
  'log.opened': kind(
    'informational',
    logHealth,
    'the log was opened; after a restore it names the log that it follows',
  ),
  'log.closed': kind('informational', logHealth, 'the log was closed with nothing left open'),
  'log.heartbeat': kind(
    'informational',
    [...logHealth, 'NIST 800-53 AU-12(1)'],
    'each minute, so that silence and truncation can be seen',
  ),
};

export const changeKinds: Readonly<Record<ChangeEvent['what'], EventKind>> = {
  'account.created': kind('low', accounts, 'a person or service was added'),
  'account.invited': kind('low', accounts, 'a one-time link was made'),
  'account.suspended': kind('low', accounts, 'nothing that the account holds is good any more'),
  'account.activated': kind('low', accounts, 'a suspended account was let in again'),
  'account.recovered': kind('high', rights, 'the owner of the files let an administrator in past every door'),
  'account.reset': kind(
    'high',
    rights,
    'password and factors were taken away; the person starts anew with a one-time link',
  ),
  'account.locked': kind('high', rights, 'nothing that the account holds is good until somebody looked into it'),
  'account.offboarded': kind('medium', rights, 'the account ended for good, with its tokens, factors and groups'),
  'password.set': kind('low', signIn, 'a person set a password'),
  'factor.added': kind('medium', signIn, 'a person added a passkey or an authenticator app'),
  'factor.removed': kind('medium', signIn, 'a person removed a passkey or an authenticator app'),
  'recovery-codes.made': kind('medium', signIn, 'new recovery codes were made; older ones are good for nothing'),
  'session.opened': kind('informational', signIn, 'somebody signed in'),
  'session.lifted': kind(
    'informational',
    signIn,
    'a signed-in person proved once more, or more strongly, who they are',
  ),
  'session.ended': kind('informational', signIn, 'somebody signed out'),
  'token.created': kind('low', rights, 'a personal access token was made; its scopes are in `detail`'),
  'token.revoked': kind('low', rights, 'a token is good for nothing any more'),
  'group.created': kind('low', accounts, 'a group was added'),
  'group.member-added': kind('medium', rights, 'somebody got the roles of a group'),
  'group.member-removed': kind('low', rights, 'somebody lost the roles of a group'),
  'project.created': kind('low', accounts, 'a project was added'),
  'role.assigned': kind('medium', rights, 'somebody was given a role on something'),
  'role.revoked': kind('low', rights, 'a role was taken away'),
  'backup.taken': kind('medium', keeping, 'everything was copied, with the server stopped'),
  'backup.restored': kind('high', keeping, 'everything was put back from a backup'),
  'record.exported': kind('medium', leaving, 'entries were about to leave for a file, a webhook or an auditor'),
  'privacy.erased': kind(
    'medium',
    personal,
    'the key of what is sealed of a person was destroyed; `exports` left before that',
  ),
  'privacy.held': kind('medium', personal, 'a person must not be erased'),
  'privacy.released': kind('medium', personal, 'a person may be erased again'),
  'privacy.revealed': kind('high', personal, 'the owner of the files opened what is sealed beside an entry'),
  'privacy.rotated': kind('low', ['NIST 800-53 SC-12'], 'the keys of people are wrapped by a new master key'),
  'upstream.accepted-open': kind('high', boundary, 'the server was started before an upstream that answers others too'),
  'upstream.found-open': kind('high', boundary, 'the upstream answered somebody who is not Modelward'),
  'upstream.found-closed': kind('informational', boundary, 'the upstream does not answer others any more'),
};
