import { z } from 'zod';
import { auditEntry } from './events.ts';

/*
 * What goes in and out of the control API. Times are milliseconds since the epoch; a secret appears once, in the answer
 * that made it.
 */

/** A whole number, also as the query of a URL writes it. */
export const wholeNumber = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** How many entries of the record one answer may hold. */
export const recordLimit = wholeNumber.pipe(z.int().min(1).max(500)).default(100);

/** Long enough for any name here; whether it is a good one is for the service that keeps it to say. */
export const nameInput = z.string().min(1).max(200);
export const idInput = z.string().regex(/^[a-z]{3}_[0-9A-Za-z_-]{1,64}$/, 'is not an id');
export const secretInput = z.string().min(1).max(200);
export const passwordInput = z.string().min(1).max(1024);

/** `alice`, `service:ci` or `group:team`. */
export const principalText = z
  .string()
  .regex(/^(service:|group:)?[^:]{1,200}$/, 'is no `name`, `service:name` or `group:name`');
/** `organization`, `project:key`, `model:name` or `experiment:id`. */
export const scopeText = z
  .string()
  .regex(
    /^(organization|(project|model|experiment):.{1,256})$/,
    'is no `organization`, `project:key`, `model:name` or `experiment:id`',
  );

/** Up to eight ids, with commas between. */
export const idList = z
  .string()
  .regex(/^[a-z]{2,5}_[0-9A-Za-z_-]{1,64}(,[a-z]{2,5}_[0-9A-Za-z_-]{1,64}){0,7}$/, 'is no id');

/** Something that records are about, as people call it. */
export const recordSubject = z
  .string()
  .regex(
    /^(project|model|experiment|person|service|group):.{1,256}$/,
    'is no `project:key`, `model:name`, `experiment:id`, `person:name`, `service:name` or `group:name`',
  );

export const account = z.object({
  id: z.string(),
  kind: z.enum(['person', 'service']),
  name: z.string(),
  email: z.string().nullable(),
  state: z.enum(['invited', 'active', 'suspended', 'locked', 'offboarded']),
  createdAtMs: z.int(),
});

export const invitation = z.object({
  secret: z.string(),
  /** The page that takes the secret, which is only in the part of the address that browsers never send. */
  link: z.string(),
  endsAtMs: z.int(),
});

export const level = z.enum(['none', 'aal1', 'aal2', 'aal3']);
const method = z.enum(['password', 'totp', 'recovery-code', 'passkey']);

export const session = z.object({
  secret: z.string(),
  endsAtMs: z.int(),
  level,
  phishingResistant: z.boolean(),
  /** What is still to be done before the session is good for anything: use the second factor, or set one up. */
  missing: z.enum(['second-factor', 'factor-setup']).nullable(),
});

/** A session as its person sees it among all of theirs. */
export const ownSession = z.object({
  id: z.string(),
  isThis: z.boolean(),
  client: z.enum(['browser', 'program']),
  methods: z.array(method),
  openedAtMs: z.int(),
  lastUsedAtMs: z.int(),
  endsAtMs: z.int(),
});

export const passkey = z.object({
  id: z.string(),
  name: z.string(),
  createdAtMs: z.int(),
  lastUsedAtMs: z.int().nullable(),
  /** It may be copied to other devices of the same person. */
  backupEligible: z.boolean(),
  backedUp: z.boolean(),
});

export const notice = z.object({ kind: z.string(), subject: z.string().nullable(), atMs: z.int() });

/** What `navigator.credentials` is asked with; written by the WebAuthn library. */
export const webAuthnOptions = z.looseObject({ challenge: z.string() });

const base64Url = z
  .string()
  .max(32_768)
  .regex(/^[\w-]*$/);
const credential = {
  id: base64Url.min(1),
  rawId: base64Url,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string().max(64), z.unknown()).default({}),
};
const transports = z.array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])).max(8);

/** `PublicKeyCredential.toJSON()` of a new passkey. */
export const newPasskeyInput = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64Url,
    attestationObject: base64Url,
    transports: transports.optional().catch(undefined),
  }),
});

/** `PublicKeyCredential.toJSON()` of a passkey that was used. */
export const passkeyInput = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64Url,
    authenticatorData: base64Url,
    signature: base64Url,
    userHandle: base64Url.optional(),
  }),
});

/** What adding a factor answers with; recovery codes and the session's new secret come with the first one. */
export const factorAdded = z.object({ recoveryCodes: z.array(z.string()).optional(), session: session.optional() });

const member = z.object({ id: z.string(), kind: z.enum(['person', 'service']), name: z.string() });

export const group = z.object({ id: z.string(), name: z.string(), members: z.array(member), createdAtMs: z.int() });

export const project = z.object({
  id: z.string(),
  key: z.string(),
  title: z.string(),
  /** Everybody signed in may know that its models and experiments exist. */
  listed: z.boolean(),
});

export const role = z.object({
  name: z.string(),
  title: z.string(),
  /** Whether somebody who lacks it may be told to ask for it. */
  requestable: z.boolean(),
  risk: z.enum(['low', 'medium', 'high']),
  scopeTypes: z.array(z.string()),
});

export const roleLink = z.object({
  id: z.string(),
  role: z.string(),
  principal: z.object({ kind: z.enum(['person', 'service', 'group']), id: z.string(), name: z.string() }),
  scope: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  fromMs: z.int(),
  /** Null: until it is revoked. */
  untilMs: z.int().nullable(),
  origin: z.string(),
});

export const token = z.object({
  id: z.string(),
  account: z.object({ id: z.string(), name: z.string() }),
  label: z.string(),
  scopes: z.array(z.string()),
  createdAtMs: z.int(),
  endsAtMs: z.int(),
  lastUsedAtMs: z.int().nullable(),
  revokedAtMs: z.int().nullable(),
});

export const indexedEntries = z.array(z.object({ index: z.int(), entry: auditEntry }));

export const recordPage = z.object({
  origin: z.string(),
  /** What the record's checkpoints are signed with, in the form that note verifiers read. */
  verifierKey: z.string(),
  /** Who is asked to cosign. `built-in` and `this-machine` fall with the machine that the server runs on. */
  witnesses: z.array(z.object({ key: z.string(), place: z.enum(['built-in', 'this-machine', 'elsewhere']) })),
  size: z.int(),
  entries: indexedEntries,
});
