import { z } from 'zod';
import { auditEndpoints } from './audit-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { factorEndpoints } from './factor-endpoints.ts';
import * as shape from './shapes.ts';

const nothing = z.strictObject({});
const done = z.object({});
const byName = z.strictObject({ name: shape.nameInput });
const membership = z.strictObject({ group: shape.nameInput, account: shape.nameInput });
const oneAccount = z.object({ account: shape.account });
const accounts = z.object({ accounts: z.array(shape.account) });

/** The control API, whole: the server binds it, the command line and the description for other programs are made from it. */
export const endpoints = {
  'enrolments.redeem': {
    method: 'POST',
    path: '/api/v1/enrolments/redeem',
    summary: 'Use up a one-time secret: set a password and be signed in. The first administrator also chooses a name',
    access: 'open',
    input: z.strictObject({
      secret: shape.secretInput,
      name: shape.nameInput.optional(),
      password: shape.passwordInput,
    }),
    output: z.object({ account: shape.account, session: shape.session, trackingUri: z.string() }),
  },
  'sessions.open': {
    method: 'POST',
    path: '/api/v1/sessions',
    summary: 'Sign in with name and password',
    access: 'open',
    input: z.strictObject({ name: shape.nameInput, password: shape.passwordInput }),
    output: z.object({ account: shape.account, session: shape.session }),
  },
  'sessions.end': {
    method: 'DELETE',
    path: '/api/v1/sessions/current',
    summary: 'Sign out: end the session that asks',
    access: 'signed-in',
    input: nothing,
    output: done,
  },
  ...factorEndpoints,
  me: {
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Who asks, with which credential',
    access: 'signed-in',
    input: nothing,
    output: z.object({
      account: shape.account,
      credential: z.object({
        kind: z.enum(['password-session', 'passkey-session', 'personal-token']),
        id: z.string(),
        level: shape.level,
        phishingResistant: z.boolean(),
        /** Since the person last proved who they are; of sessions only. */
        ageSeconds: z.number().optional(),
        scopes: z.array(z.string()).optional(),
      }),
      trackingUri: z.string(),
    }),
  },
  'people.list': {
    method: 'GET',
    path: '/api/v1/people',
    summary: 'All people',
    access: { action: 'account.read' },
    input: nothing,
    output: accounts,
  },
  'people.add': {
    method: 'POST',
    path: '/api/v1/people',
    summary: 'Add a person, who sets a password with the invitation that this answers with',
    access: { action: 'account.manage' },
    input: z.strictObject({ name: shape.nameInput, email: z.email().max(254).optional() }),
    output: z.object({ account: shape.account, invitation: shape.invitation }),
  },
  'people.invite': {
    method: 'POST',
    path: '/api/v1/people/{name}/invite',
    summary: 'A new one-time link for a person who let the last one pass, or who lost the password',
    access: { action: 'account.manage' },
    input: byName,
    output: z.object({ account: shape.account, invitation: shape.invitation }),
  },
  'people.suspend': {
    method: 'POST',
    path: '/api/v1/people/{name}/suspend',
    summary: 'Stop everything that a person holds from the next request on',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'people.lock': {
    method: 'POST',
    path: '/api/v1/people/{name}/lock',
    summary: 'The alarm: stop everything that a person holds, until an administrator activates the account',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'people.offboard': {
    method: 'POST',
    path: '/api/v1/people/{name}/offboard',
    summary:
      'End an account for good: password, factors, sessions, tokens and memberships go, and the name stays taken',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'people.reset': {
    method: 'POST',
    path: '/api/v1/people/{name}/reset',
    summary:
      'A one-time link for a person who lost the second factor: using it removes all factors and sets a new password',
    access: { action: 'account.manage' },
    input: byName,
    output: z.object({ account: shape.account, invitation: shape.invitation }),
  },
  'people.activate': {
    method: 'POST',
    path: '/api/v1/people/{name}/activate',
    summary: 'Let a suspended person in again',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'services.list': {
    method: 'GET',
    path: '/api/v1/services',
    summary: 'All services',
    access: { action: 'account.read' },
    input: nothing,
    output: accounts,
  },
  'services.add': {
    method: 'POST',
    path: '/api/v1/services',
    summary: 'Add a service: a job or a program that acts for itself',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'services.suspend': {
    method: 'POST',
    path: '/api/v1/services/{name}/suspend',
    summary: 'Stop everything that a service holds from the next request on',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'services.lock': {
    method: 'POST',
    path: '/api/v1/services/{name}/lock',
    summary: 'The alarm: stop everything that a service holds, until an administrator activates the account',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'services.offboard': {
    method: 'POST',
    path: '/api/v1/services/{name}/offboard',
    summary: 'End a service for good: its tokens and memberships go, and the name stays taken',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'services.activate': {
    method: 'POST',
    path: '/api/v1/services/{name}/activate',
    summary: 'Let a suspended service in again',
    access: { action: 'account.manage' },
    input: byName,
    output: oneAccount,
  },
  'groups.list': {
    method: 'GET',
    path: '/api/v1/groups',
    summary: 'All groups with their members',
    access: { action: 'account.read' },
    input: nothing,
    output: z.object({ groups: z.array(shape.group) }),
  },
  'groups.add': {
    method: 'POST',
    path: '/api/v1/groups',
    summary: 'Add a group',
    access: { action: 'group.manage' },
    input: byName,
    output: z.object({ id: z.string(), name: z.string() }),
  },
  'groups.add-member': {
    method: 'POST',
    path: '/api/v1/groups/{group}/members',
    summary: 'Put a person or service into a group',
    access: { action: 'group.manage' },
    input: membership,
    output: done,
  },
  'groups.remove-member': {
    method: 'DELETE',
    path: '/api/v1/groups/{group}/members/{account}',
    summary: 'Take a person or service out of a group',
    access: { action: 'group.manage' },
    input: membership,
    output: done,
  },
  'projects.list': {
    method: 'GET',
    path: '/api/v1/projects',
    summary: 'The projects that the caller may read',
    access: 'signed-in',
    input: nothing,
    output: z.object({ projects: z.array(shape.project) }),
  },
  'projects.add': {
    method: 'POST',
    path: '/api/v1/projects',
    summary: 'Add a project: its key is how the names of its models and experiments begin',
    access: { action: 'project.create' },
    input: z.strictObject({
      key: shape.nameInput,
      title: z.string().min(1).max(200),
      listed: z.boolean().default(false),
    }),
    output: z.object({ project: shape.project }),
  },
  'roles.list': {
    method: 'GET',
    path: '/api/v1/roles',
    summary: 'The roles of the active policy bundle',
    access: { action: 'role.read' },
    input: nothing,
    output: z.object({ bundle: z.object({ version: z.string(), digest: z.string() }), roles: z.array(shape.role) }),
  },
  'role-links.list': {
    method: 'GET',
    path: '/api/v1/role-links',
    summary: 'Who holds which role on what',
    access: { action: 'role.read' },
    input: nothing,
    output: z.object({ links: z.array(shape.roleLink) }),
  },
  'role-links.assign': {
    method: 'POST',
    path: '/api/v1/role-links',
    summary: 'Give a person, service or group a role on something',
    access: { action: 'role.assign' },
    input: z.strictObject({
      role: shape.nameInput,
      principal: shape.principalText,
      scope: shape.scopeText,
      untilMs: z.int().positive().optional(),
    }),
    output: z.object({ link: shape.roleLink }),
  },
  'role-links.revoke': {
    method: 'DELETE',
    path: '/api/v1/role-links/{id}',
    summary: 'Take a role away',
    access: { action: 'role.assign' },
    input: z.strictObject({ id: shape.idInput }),
    output: done,
  },
  'tokens.list': {
    method: 'GET',
    path: '/api/v1/tokens',
    summary: 'The tokens of the caller, or of a named service',
    access: { action: 'token.read' },
    input: z.strictObject({ service: shape.nameInput.optional() }),
    output: z.object({ tokens: z.array(shape.token) }),
  },
  'tokens.create': {
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Make a personal access token for the caller, or one for a named service; its secret is shown this once',
    access: { action: 'token.create' },
    input: z.strictObject({
      label: z.string().min(1).max(100),
      scopes: z.array(z.string().min(1).max(200)).min(1).max(64),
      /** Eight hours unless told, ninety days at most. */
      lifetimeSeconds: z.int().positive().optional(),
      service: shape.nameInput.optional(),
    }),
    output: z.object({ token: shape.token, secret: z.string(), trackingUri: z.string() }),
  },
  'tokens.revoke': {
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    summary: 'Revoke a token: it is refused from the next request on',
    access: { action: 'token.revoke' },
    input: z.strictObject({ id: shape.idInput }),
    output: done,
  },
  ...auditEndpoints,
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof endpoints;

/** What a caller gives. */
export type EndpointInput<Name extends EndpointName> = z.input<(typeof endpoints)[Name]['input']>;
/** What the endpoint works with, once it is checked. */
export type EndpointQuestion<Name extends EndpointName> = z.output<(typeof endpoints)[Name]['input']>;
export type EndpointOutput<Name extends EndpointName> = (typeof endpoints)[Name]['output'] extends infer Output
  ? Output extends z.ZodType
    ? z.output<Output>
    : Uint8Array
  : never;

export const endpointNames = Object.keys(endpoints) as readonly EndpointName[];
