import { getCedarSDKVersion, schemaToJson, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { canonicalJson, ok, parseStrictJson, type Result, refused, utf8 } from '@modelward/basics';
import type { BundleFile, BundleFlaw, Policy, PolicyBundle, Role } from './bundle.ts';
import { flawOf } from './cedar-errors.ts';
import { limits } from './limits.ts';
import { nestingFlaw } from './nesting-flaw.ts';
import { type PolicySource, readPolicyFile } from './policy-file.ts';
import { kindOfFile, shapeFlaws } from './policy-shape.ts';
import { approverFlaws, readRole } from './role-annotations.ts';
import type { PolicySchema } from './schema/policy-schema.ts';
import { readSchema as readTypes } from './schema/read-schema.ts';

const schemaPath = 'schema.cedarschema';
const manifestPath = 'manifest.json';

type Flaws = readonly BundleFlaw[];
type Loaded = { readonly policies: readonly Policy[]; readonly roles: readonly Role[] };

/**
 * Bundles that passed strict validation before, by validator and digest: the same bytes before the same validator have
 * the same verdict, and asking again is most of what a start takes. Whoever can write here could as well change the code.
 */
export type ValidatedBundles = { readonly has: (key: string) => boolean; readonly add: (key: string) => void };

const noneValidated: ValidatedBundles = { has: () => false, add: () => undefined };

/**
 * Reads, checks and names everything in a bundle, or says all that is wrong with it. `digest` is given the bytes that
 * stand for the whole bundle. Files that are neither policies, schema nor manifest decide nothing and are left out.
 */
export function loadBundle(
  files: readonly BundleFile[],
  digest: (bytes: Uint8Array) => string,
  validated: ValidatedBundles = noneValidated,
): Result<PolicyBundle, Flaws> {
  const misplaced = misplacedFlaws(files);
  if (misplaced.length > 0) return refused(misplaced);
  const manifest = readManifest(files);
  const schema = readSchema(files);
  if (!manifest.ok) return manifest;
  if (!schema.ok) return schema;
  const loaded = readPolicies(files, schema.value.types);
  if (!loaded.ok) return loaded;
  const bundleDigest = digest(bytesOf(files.filter((file) => decides(file.path))));
  const key = `cedar-${getCedarSDKVersion()} ${bundleDigest}`;
  if (!validated.has(key)) {
    const invalid = validationFlaws(schema.value.text, loaded.value.policies);
    if (invalid.length > 0) return refused(invalid);
    validated.add(key);
  }
  return ok({
    ...manifest.value,
    digest: bundleDigest,
    schema: schema.value.text,
    types: schema.value.types,
    ...loaded.value,
  });
}

function decides(path: string): boolean {
  return path === schemaPath || path === manifestPath || kindOfFile(path) !== undefined;
}

function misplacedFlaws(files: readonly BundleFile[]): Flaws {
  if (files.length > limits.files) return [{ file: '.', message: `a bundle has at most ${limits.files} files` }];
  return files.flatMap(({ path, text }) => {
    if (text.length > limits.fileCharacters) {
      return [{ file: path, message: `a file of a bundle has at most ${limits.fileCharacters} characters` }];
    }
    // A policy that is silently left out would be a guardrail that nobody misses.
    if (/\.cedar(schema)?$/.test(path) && !decides(path)) {
      return [{ file: path, message: 'policies lie in `roles/`, `permits/` or `guardrails/`; move it or take it out' }];
    }
    return [];
  });
}

function readManifest(files: readonly BundleFile[]): Result<{ name: string; version: string }, Flaws> {
  const flaw = (message: string) => refused([{ file: manifestPath, message }]);
  const file = files.find(({ path }) => path === manifestPath);
  if (file === undefined) return flaw('the bundle has no manifest; add one with `name` and `version`');
  const json = parseStrictJson(file.text);
  if (!json.ok) return flaw(`the manifest cannot be read: ${json.reason}`);
  const { name, version } = Object(json.value) as { name?: unknown; version?: unknown };
  if (typeof name !== 'string' || typeof version !== 'string') return flaw('`name` and `version` must be text');
  return ok({ name, version });
}

type Schema = { readonly text: string; readonly types: PolicySchema };

function readSchema(files: readonly BundleFile[]): Result<Schema, Flaws> {
  const file = files.find(({ path }) => path === schemaPath);
  if (file === undefined) return refused([{ file: schemaPath, message: 'the bundle has no schema; add one' }]);
  const source = { file: file.path, text: file.text, line: 1 };
  const deep = nestingFlaw(file);
  if (deep !== undefined) return refused([deep]);
  const answer = schemaToJson(file.text);
  if (answer.type === 'failure') return refused(answer.errors.map((error) => flawOf(error, source)));
  if (answer.warnings.length > 0) return refused(answer.warnings.map((error) => flawOf(error, source)));
  const types = readTypes(file.text);
  return types.ok
    ? ok({ text: file.text, types: types.value })
    : refused([{ file: schemaPath, message: types.reason }]);
}

function readPolicies(files: readonly BundleFile[], { entityTypes }: PolicySchema): Result<Loaded, Flaws> {
  const flaws: BundleFlaw[] = [];
  const policies = new Map<string, Policy>();
  const roles: Role[] = [];
  for (const file of inOrder(files)) {
    const kind = kindOfFile(file.path);
    if (kind === undefined) continue;
    const sources = readPolicyFile(file);
    if (!sources.ok) flaws.push(...sources.reason);
    for (const source of sources.ok ? sources.value : []) {
      const messages = [...shapeFlaws(source, kind), ...duplicateFlaws(source, policies)];
      const id = source.annotations.id ?? '';
      const role = kind === 'role' ? readRole(id, source.annotations, new Set(entityTypes.keys())) : undefined;
      if (role?.ok === false) messages.push(...role.reason);
      if (role?.ok) roles.push(role.value);
      if (!source.tree.ok) messages.push(...source.tree.reason);
      const { file: path, line, text, tree } = source;
      flaws.push(...messages.map((message) => ({ file: path, line, message })));
      if (tree.ok) policies.set(id, { id, kind, text, file: path, line, tree: tree.value });
    }
  }
  for (const role of roles) {
    const { file = '.', line = 1 } = policies.get(role.name) ?? {};
    flaws.push(...approverFlaws(role, roles).map((message) => ({ file, line, message })));
  }
  if (policies.size > limits.policies) {
    flaws.push({ file: '.', message: `a bundle has at most ${limits.policies} policies` });
  }
  return flaws.length > 0 ? refused(flaws) : ok({ policies: [...policies.values()], roles });
}

function duplicateFlaws({ annotations: { id } }: PolicySource, policies: ReadonlyMap<string, Policy>) {
  const earlier = id === undefined ? undefined : policies.get(id);
  return earlier === undefined
    ? []
    : [`\`${id}\` is already the name of a policy in \`${earlier.file}\`; choose another`];
}

/** Strict validation. A warning is a flaw as well: it is how Cedar says that a policy can never apply. */
function validationFlaws(schema: string, policies: readonly Policy[]): Flaws {
  const textOf = (kinds: readonly Policy[]) => Object.fromEntries(kinds.map(({ id, text }) => [id, text]));
  const answer = validate({
    schema,
    policies: {
      staticPolicies: textOf(policies.filter(({ kind }) => kind !== 'role')),
      templates: textOf(policies.filter(({ kind }) => kind === 'role')),
    },
  });
  const wholeBundle = { file: '.', text: '', line: 1 };
  if (answer.type === 'failure') {
    return [...answer.errors, ...answer.warnings].map((error) => flawOf(error, wholeBundle));
  }
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  return [
    ...[...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) =>
      flawOf(error, byId.get(policyId) ?? wholeBundle),
    ),
    ...answer.otherWarnings.map((error) => flawOf(error, wholeBundle)),
  ];
}

function inOrder(files: readonly BundleFile[]): readonly BundleFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One text for one bundle: a name cannot run over into a content, nor one file into the next. */
function bytesOf(files: readonly BundleFile[]): Uint8Array {
  return utf8(canonicalJson(inOrder(files).map(({ path, text }) => ({ path, text }))));
}
