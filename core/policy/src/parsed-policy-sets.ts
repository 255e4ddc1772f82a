import { type PolicySet, preparsePolicySet, preparseSchema } from '@cedar-policy/cedar-wasm/nodejs';
import { limits } from './limits.ts';

/*
 * The wasm keeps what it has parsed under names, for the whole thread, and never lets go of one; a name that is used
 * again is replaced. So there is a fixed number of names here, for all engines of the thread together, and the one that
 * was not used for longest is given to the next. INVARIANT: a name holds what its key in `names` says and nothing else.
 */
const names = new Map<string, string>();

/** The name under which a policy set lies parsed. `key` must be equal only for equal sets. */
export function parsedPolicySet(key: string, build: () => PolicySet): string {
  const known = names.get(key);
  if (known !== undefined) {
    // Taken out and put back, so that the order of the map is the order of use.
    names.delete(key);
    names.set(key, known);
    return known;
  }
  const oldest = names.size < limits.parsedPolicySets ? undefined : names.entries().next().value;
  const name = oldest?.[1] ?? `set-${names.size + 1}`;
  // A set that does not parse leaves the name with what it held.
  const answer = preparsePolicySet(name, build());
  if (answer.type === 'failure') throw new Error(`a checked bundle does not parse: ${answer.errors[0]?.message}`);
  if (oldest !== undefined) names.delete(oldest[0]);
  names.set(key, name);
  return name;
}

/** Schemas come with bundles, of which a process sees few; each keeps its name. */
export function parsedSchema(digest: string, schema: string): string {
  const answer = preparseSchema(digest, schema);
  if (answer.type === 'failure') throw new Error(`a checked schema does not parse: ${answer.errors[0]?.message}`);
  return digest;
}
