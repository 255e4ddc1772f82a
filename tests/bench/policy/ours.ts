import { type CompiledPolicies, compileCedar, type LinkIndex } from '@modelward/policy';
import type { Contender } from './measure.ts';
import { type Entity, entities, policies, requests, schema, slice } from './scenario.ts';

export function compileScenario(more = ''): CompiledPolicies {
  const compiled = compileCedar({ policies: `${policies}\n${more}`, schema });
  if (!compiled.ok) throw new Error(compiled.reason);
  return compiled.value;
}

function entityFacts({ uid, attrs, parents, tags }: Entity) {
  return { uid, attributes: attrs, parents, ...(tags && { tags }) };
}

function must<Value>(result: { ok: true; value: Value } | { ok: false; reason: string }): Value {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

/** Resident entities, string ids, full diagnostics; a context is read once, as a request is by whoever takes it in. */
export function resident(compiled: CompiledPolicies, name: string, links?: LinkIndex): Contender {
  const store = must(compiled.entities(entities.map(entityFacts)));
  const facts = { entities: store, ...(links && { links }) };
  const ready = requests.map(({ context, ...request }) => ({
    ...request,
    context: must(compiled.context(request.action, context)),
  }));
  const [first] = ready;
  if (first === undefined) throw new Error('there are no requests');
  return { name, decide: (at) => compiled.decide(ready[at] ?? first, facts).allowed };
}

/** The same with the context read from JSON, texts of addresses and moments included, for each decision. */
export function fromJson(compiled: CompiledPolicies, name: string): Contender {
  const facts = { entities: must(compiled.entities(entities.map(entityFacts))) };
  return {
    name,
    decide: (at) => {
      const { context, ...request } = requests[at] as (typeof requests)[number];
      return compiled.decide({ ...request, context: must(compiled.context(request.action, context)) }, facts).allowed;
    },
  };
}

/** Nothing resident: the entities of each decision are handed over, read and checked against the schema, as a service does it. */
export function fromSlices(compiled: CompiledPolicies, name: string): Contender {
  const slices = requests.map((request) => slice(request).map(entityFacts));
  return {
    name,
    decide: (at) => {
      const { context, ...request } = requests[at] as (typeof requests)[number];
      const facts = { entities: must(compiled.entities(slices[at] ?? [])) };
      return compiled.decide({ ...request, context: must(compiled.context(request.action, context)) }, facts).allowed;
    },
  };
}
