/** Identity: accounts, groups, passwords, sessions and tokens: who somebody is. What they may do is for others to decide. */

export type { Account } from './accounts/account-store.ts';
export type { Invited, NewPerson } from './accounts/accounts.ts';
export type { Invitation } from './enrolment/issue.ts';
export type { Redeemed, RedeemRefusal, Redemption } from './enrolment/redeem.ts';
export type { Group, GroupMember, GroupWithMembers } from './groups/group-store.ts';
export { createIdentity, type Identity, type IdentityDeps } from './identity.ts';
export type { PasswordRefusal } from './passwords/rules.ts';
export { explainRefusal, type IdentityRefusal, type RefusalText } from './refusal-text.ts';
export type { Session } from './sessions/session-store.ts';
export type { Opened, SignIn, SignInRefusal } from './sessions/sessions.ts';
export type { Token } from './tokens/token-store.ts';
export type { NewToken, NewTokenRefusal } from './tokens/tokens.ts';
