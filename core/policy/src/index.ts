/** Policy: loads a Cedar bundle and decides over the entities and links it is given. Where those come from is not its matter. */
export type { BundleFile, BundleFlaw, Policy, PolicyBundle, Risk, Role } from './bundle.ts';
export { createCedarEngine } from './cedar-engine.ts';
export {
  createCompiledEngine,
  type ExplainedAnswer,
  type ExplainingEngine,
  type LocatedTrace,
} from './compiled-engine.ts';
export {
  type CompiledPolicies,
  compileCedar,
  compilePolicies,
} from './compiled-policies.ts';
export type { DecisionFacts, DecisionRequest, PolicyError, Verdict } from './decide/decide.ts';
export type { Link, LinkIndex } from './decide/link-index.ts';
export type { NamedPolicy } from './decide/policy-set.ts';
export type {
  Entity,
  EntityRef,
  PolicyAnswer,
  PolicyContext,
  PolicyEngine,
  PolicyLink,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
} from './engine.ts';
export type { EntityFacts } from './entities/build-entities.ts';
export { type Expression, partsOf } from './est/expression.ts';
export { readPolicyText } from './est/policy-text.ts';
export type { Constraint, PolicyTree, Target } from './est/policy-tree.ts';
export type { ClauseTrace, Explanation, PartTrace, PolicyTrace, SeenValue } from './explain/explanation.ts';
export { formatPolicyFile } from './format-policies.ts';
export { loadBundle, type ValidatedBundles } from './load-bundle.ts';
export { readSchema } from './schema/read-schema.ts';
export { createShadowedEngine, type ShadowDifference } from './shadowed-engine.ts';
export { Failure, type Outcome } from './values/value.ts';
