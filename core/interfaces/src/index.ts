/** Interfaces: what a request to a protected system asks for, in Modelward's words. Decides nothing and sends nothing. */
export type * from './adapter.ts';
export { readJsonBody } from './mlflow/fields.ts';
export { mlflow } from './mlflow/interface.ts';
export { routes as mlflowRoutes } from './mlflow/routes.ts';
