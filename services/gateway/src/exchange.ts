import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject, Result } from '@modelward/basics';
import type {
  Action,
  ApiRemedy,
  AuditEvent,
  Caller,
  DecisionEvent,
  Receipt,
  Upstream,
  UpstreamAnswer,
} from '@modelward/contract';
import type { Description, Interface, KeyedType, Need, Refusal, RequestHead } from '@modelward/interfaces';

import type { Ticket } from './load.ts';

/** A resource as Modelward knows it: its own id, and the facts that policy reads. */
export type ResourceFacts = {
  readonly type: KeyedType;
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
  readonly projectId: string;
  readonly parentId: string | null;
  readonly ownerId: string;
  readonly producerId: string;
  readonly stage: string;
  readonly state: 'reserved' | 'live';
};
export type ResourceRef =
  | { readonly type: 'Organization' }
  | { readonly type: 'Project'; readonly id: string }
  | ResourceFacts;

type Principal = { readonly kind: 'person' | 'service'; readonly id: string; readonly name: string };

export type Identity = {
  readonly principal: Principal;
  readonly credentialId: string;
  readonly scopes: readonly string[];
  /** `none`: a personal access token is bound to no key, and nothing lifts it. */
  readonly authentication: { readonly level: 'none'; readonly credential: 'personal-token' };
};

export type Remedy = ApiRemedy;

export type Decision = {
  readonly allowed: boolean;
  readonly discoverable: boolean;
  readonly reasons: readonly string[];
  readonly bundle: string;
  /** All of these together would allow it. */
  readonly remedies: readonly Remedy[];
  /** What would help is not known: another decision point decides. */
  readonly remediesUnavailable?: boolean;
};

export type Question = {
  readonly principal: Pick<Principal, 'kind' | 'id'>;
  readonly authentication: Identity['authentication'];
  readonly scopes: readonly string[];
  readonly interface: 'mlflow';
  /** A resource is undefined when it is not there. */
  readonly asked: readonly { readonly action: Action; readonly resource: ResourceRef | undefined }[];
};

/** The facts about resources that the gateway reads and, when the upstream has made or ended something, writes. */
export type Resources = {
  readonly find: (type: KeyedType, key: string) => Promise<ResourceFacts | undefined>;
  readonly findExperimentNamed: (name: string) => Promise<ResourceFacts | undefined>;
  readonly findById: (id: string) => Promise<ResourceFacts | undefined>;
  readonly reserve: (
    resource: NewResource,
  ) => Promise<Result<{ readonly resource: ResourceFacts; readonly fresh: boolean }, 'exists'>>;
  readonly confirm: (id: string, as: { readonly key: string; readonly ownerId: string }) => Promise<boolean>;
  /** Takes back a reservation that came to nothing; leaves one alone that has been confirmed meanwhile. */
  readonly release: (id: string) => Promise<void>;
  readonly setStage: (change: {
    readonly id: string;
    readonly stage: string;
    readonly archiveOthers: boolean;
  }) => Promise<void>;
  readonly end: (id: string) => Promise<void>;
};

export type NewResource = {
  readonly type: KeyedType;
  readonly key: string;
  readonly name?: string;
  readonly projectId: string;
  readonly parentId?: string;
  readonly ownerId: string;
  readonly producerId: string;
};

/** By what they are, for the person whose they are. */
export type Personal = { readonly subject: string; readonly values: Readonly<Record<string, string>> };

/** Everything that the gateway needs from the rest of the house, handed in by the wiring. */
export type GatewayDeps = {
  readonly interface: Interface;
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
  readonly isSetUp: () => Promise<boolean>;
  /** Exact `Host` values, and the origins whose pages may call. */
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** The address that the request came from, forwarded headers believed only from trusted proxies. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly identifyToken: (
    secret: string,
  ) => Promise<Result<Omit<Identity, 'authentication'>, 'unknown' | 'expired' | 'revoked' | 'suspended'>>;
  readonly decide: (question: Question) => Promise<Decision>;
  /** The same answer without its reasons, for the many rows of a list. */
  readonly allows: (question: Question) => Promise<boolean>;
  readonly projectForName: (name: string) => Promise<{ readonly id: string } | undefined>;
  readonly resources: Resources;
  /** Personal values are sealed beside the record, and become durable with the event. */
  readonly append: (event: AuditEvent, personal?: Personal) => Promise<Receipt>;
  /** Writes a refusal into the reserve of a full record. */
  readonly appendRefusal: (event: DecisionEvent) => Promise<Receipt>;
  readonly isRecordUnavailable: (fault: unknown) => 'full' | 'other' | undefined;
  readonly noteRefusal: (refusal: { requestId: string; interface: 'mlflow'; source: string; reason: string }) => void;
  readonly pseudonyms: {
    readonly source: (address: string) => string;
    readonly reference: (type: string, name: string) => string;
  };
  readonly upstream: Upstream;
  /** Page tokens of filtered lists are sealed: the upstream's own would tell how many rows were hidden. */
  readonly seal: (text: string) => string;
  readonly open: (sealed: string) => string | undefined;
  readonly report: (fault: unknown, requestId: string) => void;
};

/** One request on its way. Each step reads what earlier ones found and adds its own. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly startedMs: number;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** What it takes of the whole; absent when there is no more to be had. */
  readonly ticket: Ticket | undefined;
  /** Reservations that requests on their way are working on. */
  readonly reservations: Set<string>;
  readonly head: RequestHead;
  source: string;
  identity?: Identity;
  bodyBytes?: Uint8Array;
  body?: JsonObject;
  description?: Description;
  resolved?: readonly Resolved[];
  refusal?: { readonly refusal: Refusal; readonly reasons: readonly string[] };
  decision?: Pick<Decision, 'reasons' | 'bundle' | 'remedies'>;
  receipt?: Receipt;
  caller?: Caller;
  answer?: UpstreamAnswer;
  /** The answer read whole, when it is JSON. */
  answerBytes?: Uint8Array;
  bytesIn: number;
  bytesOut: number;
};

export type Resolved = { readonly need: Need; readonly resource: ResourceRef | undefined };

/** Returns a refusal to answer with, or nothing to go on. */
export type Step = (exchange: Exchange, deps: GatewayDeps) => Promise<Refusal | undefined>;

/** What an earlier step has left. A missing piece is a fault in the order of the steps, so it throws. */
export function need<Piece>(piece: Piece | undefined, name: string): Piece {
  if (piece === undefined) throw new Error(`the step that finds the ${name} has not run`);
  return piece;
}
