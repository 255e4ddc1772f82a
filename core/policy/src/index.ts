/** Policy: loads a Cedar bundle and decides over the entities and links it is given. Where those come from is not its matter. */
export type { BundleFile, BundleFlaw, Policy, PolicyBundle, Risk, Role } from './bundle.ts';
export { createCedarEngine } from './cedar-engine.ts';
export {
  type CompiledPolicies,
  type CompileOptions,
  compileCedar,
  compilePolicies,
  type LinkFacts,
} from './compiled-policies.ts';
export type { DecisionFacts, DecisionRequest, PolicyError, Verdict } from './decide/decide.ts';
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
export { loadBundle } from './load-bundle.ts';
