import type { Handler, KnownEndpoint, OpenEndpoint, OpenHandler } from './handler.ts';
import { accountHandlers } from './handlers/accounts.ts';
import { auditHandlers } from './handlers/audit.ts';
import { redeem } from './handlers/enrolments.ts';
import { groupHandlers } from './handlers/groups.ts';
import { projectHandlers } from './handlers/projects.ts';
import { roleHandlers } from './handlers/roles.ts';
import { openSession, sessionHandlers } from './handlers/sessions.ts';
import { tokenHandlers } from './handlers/tokens.ts';

/** Every endpoint of the contract has its handler: one that is missing does not compile. */
export const handlers: { readonly [Name in KnownEndpoint]: Handler<Name> } = {
  ...accountHandlers,
  ...auditHandlers,
  ...groupHandlers,
  ...projectHandlers,
  ...roleHandlers,
  ...sessionHandlers,
  ...tokenHandlers,
};

export const openHandlers: { readonly [Name in OpenEndpoint]: OpenHandler<Name> } = {
  'enrolments.redeem': redeem,
  'sessions.open': openSession,
};
