import { z } from 'zod';

/*
 * The kinds of record in the log. Leaves are public to auditors and can never be changed, so they carry no direct
 * identifier: principals and resources by their random internal ids, source addresses and unknown names only as keyed
 * pseudonyms (`src_`, `ref_`). Nothing a client typed is written as it was typed.
 */

const id = z.string().regex(/^[a-z]{2,5}_[0-9A-Za-z_-]{1,64}$/);
const reasonCode = z.string().regex(/^[a-z0-9][a-z0-9.:_-]{0,127}$/i);

/** Who acted: a person or service that was identified, or the process itself. */
const actor = z.strictObject({ kind: z.enum(['person', 'service', 'system']), id });

const resource = z.strictObject({
  type: z.string(),
  /** Modelward's own id of the resource; absent when there is none, or none yet. */
  id: id.optional(),
  project: id.optional(),
  /** Keyed pseudonym of what the request named, so that the same name can be recognised and never read. */
  ref: id.optional(),
});

/**
 * Salted hashes of personal values that are kept beside the log, sealed with a key of their person: by what they are. Once
 * the key is destroyed they say nothing.
 */
const commitments = z.record(z.string().regex(/^[a-z]{1,32}$/), z.string().regex(/^[0-9A-Za-z_-]{43}$/)).optional();

const authentication = z.strictObject({
  /** `none`: a credential that is not bound to a key; nothing lifts it. */
  level: z.enum(['none', 'aal1', 'aal2', 'aal3']),
  credential: z.enum(['personal-token', 'password-session', 'passkey-session', 'enrolment', 'files-owner']),
  /** With what the person signed in; of sessions only. */
  methods: z.array(z.enum(['password', 'totp', 'recovery-code', 'passkey'])).optional(),
  credentialId: id.optional(),
});

const decision = z.strictObject({
  type: z.literal('decision'),
  requestId: id,
  actor,
  authentication,
  interface: z.enum(['mlflow', 'control', 'cli']),
  asked: z.array(z.strictObject({ action: z.string(), resource })).min(1),
  decision: z.enum(['allow', 'deny']),
  /** The policies that determined the answer, or the code of a check that came before policy. */
  reasons: z.array(reasonCode),
  bundle: z.string(),
  source: id,
  risk: z.literal('unknown'),
  /** What the person was told would help: a role they may ask for. */
  remedies: z.array(reasonCode).optional(),
  /** What the decision point was asked about others, all in one: how much, how much of it was allowed, and a keyed digest of it. */
  evaluated: z
    .strictObject({
      kind: z.enum(['evaluation', 'evaluations', 'search-subject', 'search-resource', 'search-action']),
      count: z.int().nonnegative(),
      allowed: z.int().nonnegative(),
      digest: id,
    })
    .optional(),
  commitments,
});

const outcome = z.strictObject({
  type: z.literal('outcome'),
  /** Index of the decision that this is the outcome of. */
  of: z.int().nonnegative(),
  status: z.int(),
  bytesIn: z.int().nonnegative(),
  bytesOut: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
  /** How it ended: the whole answer left, the client went away, or the upstream failed. */
  end: z.enum(['complete', 'client-gone', 'upstream-failed', 'refused']),
});

/** Written by the start after a crash, for each decision that has no outcome in the log. */
const outcomeUnknown = z.strictObject({ type: z.literal('outcome.unknown'), of: z.int().nonnegative() });

/** One refusal of somebody who was not identified; the first few a minute for each source. */
const refusal = z.strictObject({
  type: z.literal('refusal'),
  requestId: id,
  interface: z.enum(['mlflow', 'control']),
  source: id,
  reason: reasonCode,
});

/** What the refusals beyond the first few came to: one record a minute for each source, or for all beyond the cap. */
const refusalSummary = z.strictObject({
  type: z.literal('refusal.summary'),
  source: id,
  count: z.int().positive(),
  firstMs: z.int(),
  lastMs: z.int(),
  reasons: z.record(z.string(), z.int().positive()),
});

/** A change of accounts, rights or settings, with the index of the decision that allowed it. */
const change = z.strictObject({
  type: z.literal('change'),
  what: z.enum([
    'account.created',
    'account.invited',
    'account.suspended',
    'account.activated',
    'account.recovered',
    'account.reset',
    'account.locked',
    'account.offboarded',
    'password.set',
    'factor.added',
    'factor.removed',
    'recovery-codes.made',
    'session.opened',
    'session.lifted',
    'session.ended',
    'token.created',
    'token.revoked',
    'group.created',
    'group.member-added',
    'group.member-removed',
    'project.created',
    'role.assigned',
    'role.revoked',
    'backup.taken',
    'backup.restored',
    'record.exported',
    'privacy.erased',
    'privacy.held',
    'privacy.released',
    'privacy.revealed',
    'privacy.rotated',
    'upstream.accepted-open',
    'upstream.found-open',
    'upstream.found-closed',
  ]),
  actor,
  of: z.int().nonnegative().optional(),
  subject: id.optional(),
  detail: z.record(z.string(), z.union([z.string(), z.int(), z.boolean()])).optional(),
  commitments,
});

/** The registry, or another service behind the gateway, read the request differently and refused what had been allowed. */
const disagreement = z.strictObject({
  type: z.literal('disagreement'),
  requestId: id,
  actor,
  asked: z.strictObject({ action: z.string(), resource }),
  reasons: z.array(reasonCode),
});

/** The log was opened: `previous` cites the last known checkpoint of the log that this one continues after a restore. */
const logOpened = z.strictObject({
  type: z.literal('log.opened'),
  previous: z.strictObject({ origin: z.string(), size: z.int().nonnegative(), root: z.string() }).optional(),
});
const logClosed = z.strictObject({ type: z.literal('log.closed') });
/** Each minute, so that silence and truncation can be seen; `open` are the decisions still without an outcome. */
const heartbeat = z.strictObject({ type: z.literal('log.heartbeat'), open: z.array(z.int().nonnegative()) });

export const auditEvent = z.discriminatedUnion('type', [
  decision,
  outcome,
  outcomeUnknown,
  refusal,
  refusalSummary,
  change,
  disagreement,
  logOpened,
  logClosed,
  heartbeat,
]);

export type AuditEvent = z.infer<typeof auditEvent>;
export type DecisionEvent = z.infer<typeof decision>;
export type OutcomeEvent = z.infer<typeof outcome>;
export type ChangeEvent = z.infer<typeof change>;
export type Actor = z.infer<typeof actor>;
export type AskedResource = z.infer<typeof resource>;
export type AuthenticationContext = z.infer<typeof authentication>;

/** One leaf of the log: the event with the moment of its sequencing. */
export const auditEntry = z.intersection(z.object({ v: z.literal(1), time: z.iso.datetime() }), auditEvent);
export type AuditEntry = { v: 1; time: string } & AuditEvent;

/** Where a record lies in the log. */
export type Receipt = { readonly origin: string; readonly index: number };
