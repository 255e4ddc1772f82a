/** Identity: accounts, groups, passwords, sessions and tokens: who somebody is. What they may do is for others to decide. */

export type { Account } from './accounts/account-store.ts';
export type { Invited, NewPerson } from './accounts/accounts.ts';
export type { Invitation } from './enrolment/issue.ts';
export type { Redeemed, RedeemRefusal, Redemption } from './enrolment/redeem.ts';
export type { Added, Asker, FactorRefusal } from './factors/factor-change.ts';
export type { NewPasskeyAnswer, PasskeyAnswer, RelyingParty } from './factors/passkey-ceremony.ts';
export type { Passkey } from './factors/passkey-store.ts';
export type { Proof } from './factors/proof.ts';
export { type Method, type Strength, strengthOf } from './factors/strength.ts';
export type { Group, GroupMember, GroupWithMembers } from './groups/group-store.ts';
export { createIdentity, type Identity, type IdentityDeps } from './identity.ts';
export type { PasswordRefusal } from './passwords/rules.ts';
export { explainRefusal, type IdentityRefusal, type RefusalText } from './refusal-text.ts';
export type { Opened } from './sessions/open-session.ts';
export type { Session } from './sessions/session-store.ts';
export type { SignIn, SignInRefusal } from './sessions/sign-in.ts';
export type { StepUpRefusal } from './sessions/step-up.ts';
export type { Token } from './tokens/token-store.ts';
export type { NewToken, NewTokenRefusal } from './tokens/tokens.ts';
