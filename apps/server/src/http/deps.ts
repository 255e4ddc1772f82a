import type { IncomingMessage } from 'node:http';
import type { Access, AccessQuestion, Application } from '@modelward/access';
import type { AuditRecord, RecordIndex } from '@modelward/audit';
import type { Actor, AuthenticationContext, DecisionEvent, Receipt } from '@modelward/contract';
import { type Account, type Identity, type Session, strengthOf } from '@modelward/identity';
import type { PolicyBundle } from '@modelward/policy';
import type { PageTokens } from './authzen/page-token.ts';

export type { ResourceRef } from '@modelward/access';

/** Everything that the control API needs from the rest of the house, handed in by the wiring. */
export type ControlDeps = {
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
  readonly version: string;
  /** The one spelling that browsers are sent to, such as `http://localhost:8080`. */
  readonly publicUrl: string;
  /** Where MLflow clients are pointed. */
  readonly trackingUri: string;
  /** Exact `Host` values, and the origins whose pages may ask for changes. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** `Host` values that a browser may have used instead: a page asked for there redirects to `publicUrl`. */
  readonly otherSpellings: ReadonlySet<string>;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** The address that the request came from, forwarded headers believed only from trusted proxies. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly isSetUp: () => Promise<boolean>;
  /** For /readyz: whether storage answers, the record can be written, and what else must work to serve. */
  readonly readiness: () => Promise<{
    readonly storage: boolean;
    readonly record: boolean;
    readonly upstream?: boolean;
  }>;
  readonly identity: Pick<
    Identity,
    'accounts' | 'groups' | 'enrolments' | 'passwords' | 'factors' | 'sessions' | 'stepUpLinks' | 'tokens'
  >;
  readonly access: Pick<Access, 'decide' | 'list' | 'projects' | 'links' | 'resources'>;
  readonly bundle: Pick<PolicyBundle, 'version' | 'digest' | 'roles' | 'types'>;
  /** Another application's policies, that may be asked over AuthZEN. */
  readonly application?: Application | undefined;
  readonly pageTokens: PageTokens;
  readonly record: ControlRecord;
  readonly recordIndex: Pick<RecordIndex, 'query' | 'rebuild'>;
  /** Whether anybody may read the checkpoint and the hash tiles of the record. */
  readonly isRecordPublic: boolean;
  readonly noteRefusal: (refusal: { requestId: string; interface: 'control'; source: string; reason: string }) => void;
  readonly pseudonyms: {
    readonly source: (address: string) => string;
    readonly reference: (type: string, name: string) => string;
  };
  /** Plain text for people, served under /docs/. */
  readonly documents: readonly { readonly name: string; readonly title: string; readonly text: string }[];
  readonly report: (fault: unknown, requestId: string) => void;
};

type ControlRecord = Pick<
  AuditRecord,
  'origin' | 'verifierKey' | 'witnesses' | 'append' | 'size' | 'entries' | 'readPublished'
> & {
  /** Writes a refusal into the reserve of a full record. */
  readonly appendRefusal: (event: DecisionEvent) => Promise<Receipt>;
  readonly isUnavailable: (fault: unknown) => 'full' | 'other' | undefined;
};

/** Who asks, and how far their credential reaches. */
export type Caller = {
  readonly account: Account;
  readonly authentication: AuthenticationContext & { readonly credentialId: string };
  /** Of a person who is signed in; a token has none. */
  readonly session?: Session;
  /** Undefined: not narrowed. */
  readonly scopes: readonly string[] | undefined;
};

/** One request on its way; who acts, and the receipt of the decision, once they are known. */
export type Exchange = {
  readonly requestId: string;
  readonly source: string;
  /** Only for a sealed value: the record itself has the pseudonym of its network. */
  readonly address: string;
  readonly startedMs: number;
  bytesIn: number;
  bytesOut: number;
  /** Resolves when the connection is done with the answer: whether it left whole. */
  readonly closed: Promise<boolean>;
  caller?: Caller;
  actor?: Actor;
  receipt?: Receipt;
  /** Only what was allowed has an outcome. */
  wasAllowed: boolean;
};

export function needCaller({ caller }: Exchange): Caller {
  if (caller === undefined) throw new Error('the step that identifies the caller has not run');
  return caller;
}

export function actorOf({ account }: Caller): Actor {
  return { kind: account.kind, id: account.id };
}

export function questionOf(caller: Caller, nowMs: number): Omit<AccessQuestion, 'asked'> {
  const { level, credential } = caller.authentication;
  return {
    principal: { kind: caller.account.kind, id: caller.account.id },
    authentication: { level, credential, ...provedBy(caller, nowMs) },
    scopes: caller.scopes,
    interface: 'control',
  };
}

/** How strongly and how long ago a signed-in person proved who they are. */
export function provedBy({ session }: Caller, nowMs: number) {
  if (session === undefined) return {};
  const { phishingResistant } = strengthOf(session.methods);
  return { phishingResistant, ageSeconds: Math.max(0, nowMs - session.authenticatedAtMs) / 1000 };
}
