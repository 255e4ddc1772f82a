/**
 * The built-in registry: experiments, runs, logged models, models, versions, aliases and artifacts, behind MLflow's REST API.
 * It does not know who may do what: before each operation it asks its caller, from its own reading of the request.
 */
export { createRegistry, type RegistryDeps } from './registry.ts';
