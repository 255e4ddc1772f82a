/** Access: who may do what, over projects, role links and facts about resources. Says nothing to the caller; the doors do. */
export { type Access, type AccessDeps, createAccess } from './access.ts';
export { type Form, formFlaw, outOfForm } from './bundles/check-form.ts';
export { type CheckedBundle, checkBundle, readBundle, readBundleFiles } from './bundles/read-bundle.ts';
export type { Approvals, Authentication, Binding, Circumstances } from './context/circumstances.ts';
export type { AccessDecision, AccessQuestion, Asked, ReasonCode, ResourceRef } from './decide/question.ts';
export type { LinkFilter, LinkPrincipal, LinkScope, RoleLink } from './links/link-store.ts';
export type { Assignment, AssignRefusal, Links } from './links/links.ts';
export { organizationId } from './organization.ts';
export type { FailedCase, TestRun } from './policy-tests/run-suites.ts';
export type { Project } from './projects/project-store.ts';
export type { NewProject, ProjectRefusal } from './projects/projects.ts';
export type { Remedy, RemedyScope } from './remedies/remedy.ts';
export type { ResourceFacts, Sensitivity } from './resources/resource-store.ts';
export type { NewResource, Reservation } from './resources/resources.ts';
export { parseScope, type Scope, type ScopeRefusal } from './scopes/scope.ts';
