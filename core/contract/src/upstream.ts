import type { Action } from './actions.ts';

/** One request to a protected system, whoever answers it: a real server behind a socket, or the built-in registry. */
export type UpstreamRequest = {
  readonly method: string;
  /** Path and query, exactly as they are to arrive. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Aborted when the client goes away or a deadline passes. */
  readonly signal: AbortSignal;
};

export type UpstreamAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
};

/** What the second decision is asked about, as the service behind the gateway reads the operation itself. */
export type OwnReading = {
  readonly action: Action;
  readonly type: 'Project' | 'Experiment' | 'Run' | 'LoggedModel' | 'Model' | 'ModelVersion';
  /** What the interface calls it: an id, a name, `name/version`; for `Project`, the name of the thing to be made in it. */
  readonly key: string;
};

/** On whose behalf a request is sent. Both questions go to the policy decision point again. */
export type Caller = {
  readonly principalId: string;
  readonly principalName: string;
  /** For what the request names. The gateway has allowed it already, so a no is a disagreement, and recorded. */
  readonly authorize: (reading: OwnReading) => Promise<boolean>;
  /** For one row of a list. A no only leaves the row out. */
  readonly maySee: (reading: OwnReading) => Promise<boolean>;
};

export type Upstream = {
  readonly send: (request: UpstreamRequest, caller: Caller) => Promise<UpstreamAnswer>;
};
