import type { PolicyBundle, PolicyTree } from '@modelward/policy';

/** What could permit an action on a type at all: these roles, and with `everywhere` also a policy that no link leads to. */
export type Granting = { readonly roles: ReadonlySet<string>; readonly everywhere: boolean };

/** Read from the scopes of the policies alone: it may name one that never will, and leaves out none that might. */
export function grantingOf({ policies, types }: PolicyBundle, action: string, entityType: string): Granting {
  const declared = [...types.actions.values()].find(({ node }) => node.id === action);
  if (declared === undefined || !declared.resources.has(entityType)) return { roles: new Set(), everywhere: false };
  const keys = new Set([declared.node.key, ...declared.node.ancestors]);
  const granting = policies.filter(({ kind, tree }) => kind !== 'guardrail' && mayPermit(tree, keys, entityType));
  const roles = granting.filter(({ kind }) => kind === 'role').map(({ id }) => id);
  return { roles: new Set(roles), everywhere: granting.some(({ kind }) => kind === 'permit') };
}

function mayPermit({ action, resource }: PolicyTree, keys: ReadonlySet<string>, entityType: string): boolean {
  const actions = [...(action.equals === undefined ? [] : [action.equals]), ...(action.in ?? [])];
  const isAny = action.equals === undefined && action.in === undefined;
  return (
    (isAny || actions.some(({ key }) => keys.has(key))) && (resource.type === undefined || resource.type === entityType)
  );
}
