import type { Environment } from '../compile/environment.ts';
import type { EntityStore } from '../entities/entity-store.ts';
import type { RecordValue } from '../values/value.ts';
import { type Bits, hasBit } from './bits.ts';
import type { LinkIndex } from './link-index.ts';
import type { PolicySet, Rule } from './policy-set.ts';
import { scopesOfPrincipal, scopesOfResource } from './scopes.ts';

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

/** What a forbid that errs does. Cedar leaves it out, so that whatever breaks it lifts it; we do that only to compare with Cedar. */
export type BrokenForbids = 'forbid' | 'are-left-out';

const none: readonly never[] = [];

/** Everything that was found to apply. The lists are made when something is put into them: mostly nothing is. */
class Tally {
  permits: string[] | undefined;
  forbids: string[] | undefined;
  errors: PolicyError[] | undefined;
  readonly #brokenForbids: BrokenForbids;

  constructor(brokenForbids: BrokenForbids) {
    this.#brokenForbids = brokenForbids;
  }

  add(id: string, rule: Rule, environment: Environment): void {
    const met = rule.conditions(environment);
    if (met === false) return;
    if (met !== true) {
      this.errors = [...(this.errors ?? none), { policy: id, message: met.message }];
      if (rule.tree.effect === 'permit' || this.#brokenForbids === 'are-left-out') return;
    }
    if (rule.tree.effect === 'permit') {
      if (this.permits === undefined) this.permits = [id];
      else this.permits.push(id);
    } else if (this.forbids === undefined) this.forbids = [id];
    else this.forbids.push(id);
  }

  verdict(): Verdict {
    const { permits, forbids, errors = none } = this;
    if (forbids !== undefined) return { allowed: false, reasons: forbids, errors };
    return { allowed: permits !== undefined, reasons: permits ?? none, errors };
  }
}

type Deciding = DecisionFacts & { readonly brokenForbids?: BrokenForbids };

/** Decides with full diagnostics: every policy that applies is looked at, whatever the others said. */
export function decide(policies: PolicySet, request: DecisionRequest, facts: Deciding): Verdict {
  const environment = environmentOf(policies, request, facts.entities);
  const { action, principal, resource } = environment;
  const partition = policies.partitions.find(action, environment);
  if (partition === undefined) return notAsked(request);
  const asPrincipal = scopesOfPrincipal(policies, principal);
  const asResource = scopesOfResource(policies, resource);
  const tally = new Tally(facts.brokenForbids ?? 'forbid');
  for (let word = 0; word < partition.length; word += 1) {
    const fitting = wordOf(partition, word) & wordOf(asPrincipal, word) & wordOf(asResource, word);
    let left = fitting & wordOf(policies.statics, word);
    while (left !== 0) {
      const lowest = left & -left;
      left ^= lowest;
      const rule = policies.rules[(word << 5) + 31 - Math.clz32(lowest)];
      if (rule !== undefined) tally.add(rule.id, rule, environment);
    }
  }
  facts.links?.concerning(principal, resource, ({ id, template }) => {
    const rule = policies.templates.get(template);
    if (rule === undefined || !hasBit(partition, rule.at)) return;
    if (hasBit(asPrincipal, rule.at) && hasBit(asResource, rule.at)) tally.add(id, rule, environment);
  });
  return tally.verdict();
}

/** The reason that is given for what does not fit the schema. */
export const requestInvalid = 'request-invalid';

function notAsked({ principal, action, resource }: DecisionRequest): Verdict {
  const asked = `\`${action.type}::${JSON.stringify(action.id)}\` by \`${principal.type}\` on \`${resource.type}\``;
  const message = `the schema does not have the action ${asked}`;
  return { allowed: false, reasons: [requestInvalid], errors: [{ policy: requestInvalid, message }] };
}

function wordOf(bits: Bits, word: number): number {
  return bits[word] ?? 0;
}

export function environmentOf(policies: PolicySet, request: DecisionRequest, entities: EntityStore): Environment {
  const { principal, action, resource, context } = request;
  return {
    principal: entities.findOrName(principal.type, principal.id),
    action: policies.partitions.actionNode(action) ?? entities.findOrName(action.type, action.id),
    resource: entities.findOrName(resource.type, resource.id),
    context,
    entities,
  };
}
