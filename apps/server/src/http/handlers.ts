import type { Handler, KnownEndpoint, OpenEndpoint, OpenHandler } from './handler.ts';
import { accountHandlers } from './handlers/accounts.ts';
import { auditHandlers } from './handlers/audit.ts';
import { redeem } from './handlers/enrolments.ts';
import { factorHandlers } from './handlers/factors.ts';
import { groupHandlers } from './handlers/groups.ts';
import { ownSessionHandlers } from './handlers/own-sessions.ts';
import { projectHandlers } from './handlers/projects.ts';
import { roleHandlers } from './handlers/roles.ts';
import { beginPasskeySignIn, finishPasskeySignIn, openSession, sessionHandlers } from './handlers/sessions.ts';
import { approve, look, stepUpLinkHandlers } from './handlers/step-up-links.ts';
import { tokenHandlers } from './handlers/tokens.ts';

/** Every endpoint of the contract has its handler: one that is missing does not compile. */
export const handlers: { readonly [Name in KnownEndpoint]: Handler<Name> } = {
  ...accountHandlers,
  ...auditHandlers,
  ...factorHandlers,
  ...groupHandlers,
  ...projectHandlers,
  ...roleHandlers,
  ...ownSessionHandlers,
  ...sessionHandlers,
  ...stepUpLinkHandlers,
  ...tokenHandlers,
};

export const openHandlers: { readonly [Name in OpenEndpoint]: OpenHandler<Name> } = {
  'enrolments.redeem': redeem,
  'passkey-sign-ins.begin': beginPasskeySignIn,
  'passkey-sign-ins.finish': finishPasskeySignIn,
  'sessions.open': openSession,
  'step-up-links.approve': approve,
  'step-up-links.look': look,
};
