import type { Result } from '@modelward/basics';
import type { EndpointName, EndpointOutput, EndpointQuestion, endpoints } from '@modelward/contract';
import type { Caller, ControlDeps, Exchange, ResourceRef } from './deps.ts';
import type { ChangeDraft } from './record.ts';
import type { ControlRefusal } from './refusal.ts';

/** What is sent, and what became different because of it: a change that is not named here is one that nobody can prove. */
export type Done<Name extends EndpointName> = {
  readonly output: EndpointOutput<Name>;
  readonly changes: readonly ChangeDraft[];
  readonly headers?: Readonly<Record<string, string>>;
};

/** What a decision is about: the resource, or undefined when there is none of that name. */
export type About = {
  readonly resource: ResourceRef | undefined;
  /** In the caller's words, for the answer; in the record only as a pseudonym. */
  readonly named?: { readonly type: string; readonly name: string };
};

type Known<Name extends EndpointName> = {
  readonly question: EndpointQuestion<Name>;
  readonly caller: Caller;
  readonly exchange: Exchange;
  readonly deps: ControlDeps;
};

/** An endpoint for somebody who is identified. The decision is made and recorded between `about` and `perform`. */
export type Handler<Name extends EndpointName> = {
  /** The whole organization when this is absent. */
  readonly about?: (known: Known<Name>) => Promise<About>;
  readonly perform: (known: Known<Name>) => Promise<Result<Done<Name>, ControlRefusal>>;
};

/** An endpoint for anybody: it finds out who acts on its way, and records the decision itself before it has any effect. */
export type OpenHandler<Name extends EndpointName> = (open: {
  readonly question: EndpointQuestion<Name>;
  readonly exchange: Exchange;
  readonly deps: ControlDeps;
}) => Promise<Result<Done<Name>, ControlRefusal>>;

export type OpenEndpoint = {
  [Name in EndpointName]: (typeof endpoints)[Name]['access'] extends 'open' ? Name : never;
}[EndpointName];
export type KnownEndpoint = Exclude<EndpointName, OpenEndpoint>;
