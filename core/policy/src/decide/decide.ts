import type { Environment } from '../compile/environment.ts';
import type { EntityStore } from '../entities/entity-store.ts';
import type { Failure, RecordValue } from '../values/value.ts';
import { hasBit, wordOf } from './bits.ts';
import type { LinkIndex } from './link-index.ts';
import type { Partition } from './partitions.ts';
import type { PolicySet, Rule } from './policy-set.ts';
import { asPrincipal, asResource, isMet, leaveOut, type Standing } from './standing.ts';

type Name = { readonly type: string; readonly id: string };

export type DecisionRequest = {
  readonly principal: Name;
  readonly action: Name;
  readonly resource: Name;
  readonly context: RecordValue;
};

export type DecisionFacts = { readonly entities: EntityStore; readonly links?: LinkIndex };

export type PolicyError = { readonly policy: string; readonly message: string };

export type Verdict = {
  readonly allowed: boolean;
  /** The policies that determined it: all forbids that apply, or else all permits. Empty when nothing permits. */
  readonly reasons: readonly string[];
  readonly errors: readonly PolicyError[];
};

const none: readonly never[] = [];

/** One decision on its way, with all that was found to apply. Lists are made when something is put into them: mostly nothing is. */
type Round = {
  readonly environment: Environment;
  readonly principal: Standing;
  readonly resource: Standing;
  readonly brokenForbidsForbid: boolean;
  permits: string[] | undefined;
  forbids: string[] | undefined;
  errors: PolicyError[] | undefined;
};

type Placed = { readonly environment: Environment; readonly partition: Partition | undefined };

export function environmentOf(policies: PolicySet, request: DecisionRequest, entities: EntityStore): Placed {
  const principal = entities.findOrName(request.principal.type, request.principal.id);
  const resource = entities.findOrName(request.resource.type, request.resource.id);
  const action = policies.partitions(request.action, entities);
  return {
    environment: { principal, action: action.node, resource, context: request.context, entities },
    partition: action.partition(principal, resource),
  };
}

/** Decides with full diagnostics: every policy that applies is looked at, whatever the others said. */
export function decide(policies: PolicySet, request: DecisionRequest, facts: DecisionFacts): Verdict {
  const { links } = facts;
  const { environment, partition } = environmentOf(policies, request, facts.entities);
  if (partition === undefined) return notAsked(request);
  const { brokenForbidsForbid, rules } = policies;
  const round: Round = {
    environment,
    principal: asPrincipal(policies, environment.principal),
    resource: asResource(policies, environment.resource),
    brokenForbidsForbid,
    permits: undefined,
    forbids: undefined,
    errors: undefined,
  };
  const principals = round.principal.fitting;
  const resources = round.resource.fitting;
  const { statics } = partition;
  for (let word = 0; word < statics.length; word += 1) {
    let left = wordOf(statics, word) & wordOf(principals, word) & wordOf(resources, word);
    while (left !== 0) {
      const lowest = left & -left;
      left ^= lowest;
      const rule = rules[(word << 5) + 31 - Math.clz32(lowest)];
      if (rule !== undefined) look(round, rule.id, rule);
    }
  }
  if (links !== undefined && links.size > 0) lookAtLinks(policies, links, { partition, round });
  return verdictOf(round);
}

/** The reason that is given for what does not fit the schema. */
const requestInvalid = 'request-invalid';

function notAsked({ principal, action, resource }: DecisionRequest): Verdict {
  const asked = `\`${action.type}::${JSON.stringify(action.id)}\` by \`${principal.type}\` on \`${resource.type}\``;
  const message = `the schema does not have the action ${asked}`;
  return { allowed: false, reasons: [requestInvalid], errors: [{ policy: requestInvalid, message }] };
}

function ask({ environment, principal, resource }: Round, { at, conditions }: Rule): boolean | Failure {
  const { ofPrincipal, ofResource, rest } = conditions;
  if (ofPrincipal !== undefined) {
    const met = isMet(ofPrincipal, at, principal, environment);
    if (met !== true) return met === false ? leaveOut(principal, at) : met;
  }
  if (ofResource !== undefined) {
    const met = isMet(ofResource, at, resource, environment);
    if (met !== true) return met === false && ofPrincipal === undefined ? leaveOut(resource, at) : met;
  }
  return rest(environment);
}

function look(round: Round, id: string, rule: Rule): void {
  const met = ask(round, rule);
  if (met === false) return;
  if (met !== true) {
    round.errors = added(round.errors, { policy: id, message: met.message });
    if (rule.permits || !round.brokenForbidsForbid) return;
  }
  if (rule.permits) round.permits = added(round.permits, id);
  else round.forbids = added(round.forbids, id);
}

function added<Item>(list: Item[] | undefined, item: Item): Item[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}

type LookingAtLinks = { readonly partition: Partition; readonly round: Round };

/** A link applies where its template does; what its slots say is what it was found by. */
function lookAtLinks(policies: PolicySet, links: LinkIndex, { partition, round }: LookingAtLinks): void {
  const { environment, principal, resource } = round;
  links.concerning(environment.principal, environment.resource, ({ id, template }) => {
    const rule = policies.templates.get(template);
    if (rule === undefined || !hasBit(partition.policies, rule.at)) return;
    if (hasBit(principal.fitting, rule.at) && hasBit(resource.fitting, rule.at)) look(round, id, rule);
  });
}

function verdictOf({ permits, forbids, errors }: Round): Verdict {
  if (forbids !== undefined) return { allowed: false, reasons: forbids, errors: errors ?? none };
  return { allowed: permits !== undefined, reasons: permits ?? none, errors: errors ?? none };
}
