import type { JsonObject, Result } from '@modelward/basics';
import type { Action } from '@modelward/contract';

/** The head of a request as it arrived. Header names are lower case; a header that came twice is not here (the door refuses it). */
export type RequestHead = {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** What a request acts on, in the interface's own words; the gateway turns it into Modelward's resource. */
export type Subject =
  | {
      readonly type: KeyedType;
      readonly key: string /** The experiment id that an artifact path names as well. */;
      readonly within?: string;
    }
  | { readonly type: 'NamedExperiment'; readonly name: string }
  | { readonly type: 'NewIn'; readonly of: 'Experiment' | 'Model'; readonly name: string };

export type KeyedType = 'Experiment' | 'Run' | 'LoggedModel' | 'Model' | 'ModelVersion';

export type Need = { readonly action: Action; readonly on: Subject };

/** What becomes true when the upstream says yes. */
export type Effect =
  | {
      readonly kind: 'creates';
      readonly type: KeyedType;
      readonly name?: string /** Index into `needs` of what contains it. */;
      readonly parent?: number;
    }
  | { readonly kind: 'ends' }
  | { readonly kind: 'stages'; readonly stage: string; readonly archiveOthers: boolean };

/** How a list in the answer is authorised: where its rows are, what each row is, and the action each one needs. */
export type RowsRule = {
  readonly field: string;
  readonly type: KeyedType;
  readonly action: Action;
  readonly paged: boolean;
  /** Rows of one page when the client says no number: the gateway must fill the page itself, or a short one tells what was left out. */
  readonly usualRows: number;
};

export type Description = {
  /** Stable name of the operation, for the record and for metrics. */
  readonly operation: string;
  /** All of these must be allowed. Empty only when `rows` decides line by line or the answer holds nothing of anyone's. */
  readonly needs: readonly Need[];
  readonly effect?: Effect;
  readonly rows?: RowsRule;
  /** Answered by the gateway itself, without the upstream. */
  readonly answer?: JsonObject;
};

/** How the body must be read before the request can be described. */
export type BodyKind = 'none' | 'json' | 'stream';

/** Why a request is not even asked about. Each is an answer in the interface's own shape and a reason in the record. */
export type RequestFlaw =
  | { readonly reason: 'unknown-route' }
  | { readonly reason: 'malformed'; readonly detail: string }
  | { readonly reason: 'unresolvable'; readonly detail: string };

export type Interface = {
  readonly name: 'mlflow';
  /** From the head alone: the route and how to take the body. */
  readonly match: (head: RequestHead) => Result<{ readonly route: string; readonly body: BodyKind }, RequestFlaw>;
  readonly describe: (head: RequestHead, body: JsonObject | undefined) => Result<Description, RequestFlaw>;
  readonly refuse: (refusal: Refusal) => RefusalAnswer;
  /** The key of one row of a filtered list, or undefined when it cannot be told (the row is then dropped). */
  readonly rowKey: (rule: RowsRule, row: JsonObject) => string | undefined;
  /** The key of what the upstream says it created. */
  readonly createdKey: (type: KeyedType, answer: JsonObject) => string | undefined;
};

/** Everything that the gateway can answer instead of the upstream. */
export type Refusal =
  | RequestFlaw
  | { readonly reason: 'unauthenticated'; readonly why: 'missing' | 'unknown' | 'expired' | 'revoked' | 'suspended' }
  | { readonly reason: 'two-credentials' | 'credential-in-query' | 'unknown-host' | 'foreign-origin' | 'not-set-up' }
  | { readonly reason: 'denied'; readonly action: string; readonly next: string }
  | { readonly reason: 'not-found'; readonly on: Subject }
  | { readonly reason: 'exists'; readonly on: Subject }
  | { readonly reason: 'body-too-large'; readonly limitBytes: number }
  | { readonly reason: 'record-unavailable' | 'upstream-down' | 'upstream-slow' | 'upstream-odd' | 'busy' | 'fault' };

export type RefusalAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
