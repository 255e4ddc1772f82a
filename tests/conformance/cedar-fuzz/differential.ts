import {
  type AuthorizationAnswer,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import {
  type CompiledPolicies,
  compilePolicies,
  type LinkIndex,
  type NamedPolicy,
  type PolicyTree,
  readPolicyText,
  readSchema,
} from '@modelward/policy';
import { Coverage } from './coverage.ts';
import { type PolicyTexts, policies } from './policies.ts';
import { type Random, seeded } from './random.ts';
import { schema } from './vocabulary.ts';
import { type EntityJson, entities, type Form, type RequestJson, request } from './world.ts';

type Difference = {
  readonly seed: number;
  readonly policies: PolicyTexts;
  readonly request: RequestJson;
  readonly cedar: string;
  readonly ours: string;
};

export type FuzzOptions = {
  readonly seed: number;
  readonly cases: number;
  /** A miscompilation, to see that it is noticed. */
  readonly plant?: (tree: PolicyTree) => PolicyTree;
  readonly stopAtFirst?: boolean;
};

export type FuzzResult = {
  readonly cases: number;
  readonly allowed: number;
  readonly differences: readonly Difference[];
  readonly coverage: Coverage;
};

const schemaName = 'fuzz';
const policySetName = 'fuzz';
const requestsPerSet = 40;
const explainedEvery = 8;

const types = readSchema(schema);
const parsed = preparseSchema(schemaName, schema);
if (!types.ok || parsed.type === 'failure') throw new Error('the schema of the fuzz does not parse');

/** Decides the same by Cedar's engine and by ours, the plain one and the observed one, and tells where they differ. */
export function fuzz({ seed, cases, plant = (tree) => tree, stopAtFirst = false }: FuzzOptions): FuzzResult {
  const coverage = new Coverage();
  const differences: Difference[] = [];
  let [done, allowed] = [0, 0];
  for (let round = 0; done < cases; round += 1) {
    const set = makeSet(
      { random: seeded(seed + round * 7919), form: round % 2 === 0 ? 'typed' : 'untyped' },
      plant,
      coverage,
    );
    for (let at = 0; at < requestsPerSet && done < cases; at += 1) {
      const asked = request(set.random, set.form);
      const cedar = askCedar(asked, set);
      const ours = set.engines.map((engine) => askOurs(asked, engine));
      // Explanations are made from the same trees in another way, so that what applies in them is compared as well.
      if (at % explainedEvery === 0 && set.engines[0]) ours.push(explained(asked, set.engines[0]));
      done += 1;
      if (cedar.startsWith('allow')) allowed += 1;
      const wrong = ours.find((answer) => answer !== cedar);
      if (wrong !== undefined)
        differences.push({ seed: seed + round * 7919, policies: set.texts, request: asked, cedar, ours: wrong });
      if (wrong !== undefined && stopAtFirst) return { cases: done, allowed, differences, coverage };
    }
  }
  return { cases: done, allowed, differences, coverage };
}

type Made = { readonly random: Random; readonly form: Form };
type FuzzSet = Made & {
  readonly texts: PolicyTexts;
  readonly world: readonly EntityJson[];
  readonly engines: readonly Engine[];
};
type Engine = { readonly policies: CompiledPolicies; readonly facts: Parameters<CompiledPolicies['decide']>[1] };

function makeSet({ random, form }: Made, plant: (tree: PolicyTree) => PolicyTree, coverage: Coverage): FuzzSet {
  const texts = policies(random);
  const world = entities(random, form);
  const { statics, templates, links } = texts;
  const templateLinks = links.map(({ id, template, principal, resource }) => ({
    templateId: template,
    newId: id,
    values: { ...(principal && { '?principal': principal }), ...(resource && { '?resource': resource }) },
  }));
  const answer = preparsePolicySet(policySetName, { staticPolicies: statics, templates, templateLinks });
  if (answer.type === 'failure') throw new Error(`${answer.errors[0]?.message}: ${JSON.stringify(texts)}`);
  const trees = Object.entries({ ...statics, ...templates }).map(([id, text]): NamedPolicy => {
    const tree = readPolicyText(text);
    if (!tree.ok) throw new Error(`${tree.reason}: ${text}`);
    return { id, tree: plant(tree.value) };
  });
  const options = {
    brokenForbids: 'are-left-out',
    ...(form === 'typed' && types.ok && { schema: types.value }),
  } as const;
  const engines = [options, { ...options, observe: coverage.observe }].map((each): Engine => {
    const compiled = compilePolicies(trees, each);
    return {
      policies: compiled,
      facts: { entities: must(compiled.entities(world.map(entityFacts))), links: linkIndex(compiled, links) },
    };
  });
  return { random, form, texts, world, engines };
}

function linkIndex(compiled: CompiledPolicies, links: PolicyTexts['links']): LinkIndex {
  const index = compiled.links();
  for (const link of links) if (!index.add(link)) throw new Error(`\`${link.id}\` is refused`);
  return index;
}

function must<Value>(result: { ok: true; value: Value } | { ok: false; reason: string }): Value {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

function entityFacts({ uid, attrs, parents, tags }: EntityJson) {
  return { uid, attributes: attrs, parents, ...(tags && { tags }) };
}

function askCedar(asked: RequestJson, { world, form }: FuzzSet): string {
  const answer: AuthorizationAnswer = statefulIsAuthorized({
    ...asked,
    preparsedPolicySetId: policySetName,
    ...(form === 'typed' && { preparsedSchemaName: schemaName, validateRequest: true }),
    entities: world,
  } as unknown as Parameters<typeof statefulIsAuthorized>[0]);
  if (answer.type === 'failure') return 'refused';
  const { decision, diagnostics } = answer.response;
  return told(
    decision,
    diagnostics.reason,
    diagnostics.errors.map(({ policyId }) => policyId),
  );
}

function askOurs(asked: RequestJson, { policies: compiled, facts }: Engine): string {
  const context = compiled.context(asked.action, asked.context);
  if (!context.ok) return 'refused';
  const { allowed, reasons, errors } = compiled.decide({ ...asked, context: context.value }, facts);
  if (reasons.includes('request-invalid')) return 'refused';
  const failed = errors.map(({ policy }) => policy);
  return told(allowed ? 'allow' : 'deny', reasons, failed);
}

function explained(asked: RequestJson, { policies: compiled, facts }: Engine): string {
  const context = compiled.context(asked.action, asked.context);
  if (!context.ok) return 'refused';
  const { reasons, policies: traces } = compiled.explain({ ...asked, context: context.value }, facts);
  if (reasons.includes('request-invalid')) return 'refused';
  const named = (outcome: string, effect?: string) =>
    traces
      .filter((one) => one.outcome === outcome && (effect ?? one.effect) === one.effect)
      .map(({ policy }) => policy);
  const [forbids, permits] = [named('applies', 'forbid'), named('applies', 'permit')];
  const decision = forbids.length === 0 && permits.length > 0 ? 'allow' : 'deny';
  return told(decision, forbids.length > 0 ? forbids : permits, named('error'));
}

function told(decision: string, reasons: readonly string[], errors: readonly string[]): string {
  return `${decision} because of ${reasons.toSorted().join()} with errors in ${errors.toSorted().join()}`;
}
