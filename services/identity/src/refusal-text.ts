import type { RedeemRefusal } from './enrolment/redeem.ts';
import type { FactorRefusal } from './factors/factor-change.ts';
import { limits } from './limits.ts';
import type { PasswordRefusal } from './passwords/rules.ts';
import type { NewTokenRefusal } from './tokens/tokens.ts';

export type IdentityRefusal =
  | NewTokenRefusal
  | RedeemRefusal
  | PasswordRefusal
  | FactorRefusal
  | 'password-needed'
  | 'email-form'
  | 'state'
  | 'group-unknown'
  | 'account-unknown'
  | 'member-already'
  | 'not-a-member'
  /** The one answer to every failed sign-in. */
  | 'refused';

/** What a refusal may say to whoever asked, and what to do next. */
export type RefusalText = { readonly message: string; readonly next: string };

const { passwords, tokens } = limits;
const otherPassword = 'choose another: several words that only you would put together do well';
const newSecret = 'ask an administrator for a new link';

const texts: Readonly<Record<IdentityRefusal, RefusalText>> = {
  refused: { message: 'name and password do not fit', next: 'check both, or ask an administrator for a recovery link' },
  busy: { message: 'too many people sign in at this moment', next: 'try again in a few seconds' },
  unknown: { message: 'the one-time secret is not one of ours, or a newer one has taken its place', next: newSecret },
  expired: { message: 'the one-time secret has expired', next: newSecret },
  used: { message: 'the one-time secret has been used', next: `sign in, or ${newSecret}` },
  suspended: { message: 'the account may not set a password now', next: 'ask an administrator' },
  state: {
    message: 'the account is not in the state for this',
    next: 'invite people who have no password yet, recover those who had one, and activate who is suspended first',
  },
  'name-missing': { message: 'the first administrator needs a name', next: 'choose one, such as `ada`' },
  'name-form': {
    message: 'a name has 2 to 63 characters: a lower case letter, then lower case letters, digits and `.`, `_`, `-`',
    next: 'choose another name',
  },
  'email-form': { message: 'that is no e-mail address', next: 'correct it, or leave it out' },
  exists: { message: 'the name is taken', next: 'choose another name' },
  'password-too-short': {
    message: `the password has fewer than ${passwords.fewestCharacters} characters (${passwords.fewestCharactersWithFactor} where a second factor is set up)`,
    next: otherPassword,
  },
  'password-too-long': {
    message: `the password has more than ${passwords.mostCharacters} characters`,
    next: 'shorten it',
  },
  'password-has-context': {
    message: 'the password is mostly a word that everybody here would guess first',
    next: otherPassword,
  },
  'password-common': { message: 'the password is one of those that leaks hold most often', next: otherPassword },
  'password-not-text': { message: 'the password is not valid text', next: otherPassword },
  'password-has-name': { message: 'the password contains the name of the account', next: otherPassword },
  'password-has-email': { message: 'the password contains the e-mail address', next: otherPassword },
  'password-too-simple': { message: 'the password is a pattern that is guessed at once', next: otherPassword },
  'password-needed': { message: 'a code alone is not enough by now', next: 'give the password with it' },
  'factor-needed': {
    message: 'the second factor is needed for this',
    next: 'use your passkey, or a code of your authenticator app',
  },
  stale: {
    message: 'you signed in too long ago for this',
    next: 'prove who you are again, then do it within ten minutes',
  },
  'factor-name-form': {
    message: `a name is one line of 1 to ${limits.factors.nameCharacters} characters`,
    next: 'choose another name',
  },
  'factor-refused': { message: 'that is no answer to what was asked, or it came too late', next: 'begin again' },
  'factor-exists': { message: 'that is set up already', next: 'remove the one that there is first' },
  'too-many-factors': {
    message: `an account has ${limits.factors.passkeys} passkeys at most`,
    next: 'remove those that are not used',
  },
  'factor-unknown': { message: 'there is no such factor', next: 'look at the list of your own' },
  'last-factor': { message: 'everybody keeps a second factor', next: 'add another one first' },
  'session-ended': { message: 'the session has ended', next: 'sign in again' },
  'label-form': {
    message: `a label is one line of 1 to ${tokens.labelCharacters} characters`,
    next: 'choose another label',
  },
  'scopes-form': {
    message: `a token has 1 to ${tokens.scopes} scopes of at most ${tokens.scopeCharacters} characters`,
    next: 'name fewer, or make a second token',
  },
  lifetime: {
    message: `a token lives from ${tokens.shortestSeconds} seconds to ${tokens.longestSeconds / 86_400} days`,
    next: 'choose a time between them',
  },
  'account-not-active': {
    message: 'the account is not active, and its tokens would be refused',
    next: 'activate it first',
  },
  'too-many-tokens': {
    message: `the account has ${tokens.live} tokens that are good`,
    next: 'revoke those that are not used',
  },
  'group-unknown': { message: 'there is no such group', next: 'check the spelling' },
  'account-unknown': { message: 'there is no such person or service', next: 'check the spelling' },
  'member-already': { message: 'the account is in the group already', next: 'nothing is left to do' },
  'not-a-member': { message: 'the account is not in the group', next: 'nothing is left to do' },
};

export function explainRefusal(reason: IdentityRefusal): RefusalText {
  return texts[reason];
}
