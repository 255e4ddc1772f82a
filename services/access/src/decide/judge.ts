import type { Action } from '@modelward/contract';
import type { Entity, PolicyEngine, PolicyLink } from '@modelward/policy';
import { policyContext } from '../context/policy-context.ts';
import {
  accountEntities,
  entityTypeOfKind,
  organizationEntities,
  type Placed,
  projectEntities,
  resourceEntities,
} from '../facts/entities.ts';
import type { ProjectFacts } from '../facts/fact-store.ts';
import type { Facts } from '../facts/facts.ts';
import { coversAction, coversDiscovery } from '../scopes/scope.ts';
import type { AccessQuestion, ResourceRef } from './question.ts';

/** Who asks and with what. Remedies are found by asking again with one of these changed. */
export type Asking = {
  readonly question: Omit<AccessQuestion, 'asked'>;
  readonly facts: Facts;
  readonly links: readonly PolicyLink[];
};

/** A resource that is there, with all that policy may read of it. */
export type Subject = Placed & { readonly ref: ResourceRef; readonly project: ProjectFacts | undefined };

export type Judgement = {
  readonly allowed: boolean;
  /** What policy says alone, before the scopes of the credential narrow it. */
  readonly permitted: boolean;
  readonly reasons: readonly string[];
  readonly errors: readonly string[];
};

/** Undefined for what is not there, or not any more. */
export function findSubject(ref: ResourceRef, facts: Facts): Subject | undefined {
  if (ref.type === 'Organization') return { ref, ...organizationEntities(), project: undefined };
  if (ref.type === 'Account') {
    const account = facts.accounts.get(ref.id);
    return account && { ref, ...accountEntities(account), project: undefined };
  }
  if (ref.type === 'Project') {
    const project = facts.projects.get(ref.id);
    return project && { ref, ...projectEntities(project), project };
  }
  const placed = facts.resources.get(ref.id);
  const project = placed && facts.projects.get(placed.row.project_id);
  if (project === undefined || placed?.row.type !== ref.type) return undefined;
  return { ref, ...resourceEntities(placed, project), project };
}

export type Judge = (asking: Asking, action: Action, subject: Subject) => Judgement;

/** Decides one action on one resource: the policy's answer, and the scopes on top of it. */
export function createJudge(engine: PolicyEngine): Judge {
  return (asking, action, subject) => {
    const { question, facts, links } = asking;
    const { principal, scopes } = question;
    const answer = engine.decide({
      principal: { type: entityTypeOfKind[principal.kind], id: principal.id },
      action,
      resource: subject.uid,
      context: policyContext({ ...question, circumstances: question.circumstances, nowMs: facts.nowMs }),
      entities: sliceOf(asking, subject),
      links,
    });
    const covers = action.endsWith('.discover') ? coversDiscovery : coversAction;
    const covered = covers(scopes, { action, projectKey: subject.project?.key });
    const refusals = [
      ...(answer.allowed ? [] : answer.reasons.length > 0 ? answer.reasons : ['no-permit']),
      ...(covered ? [] : ['token-scope']),
    ];
    const allowed = answer.allowed && covered;
    return { allowed, permitted: answer.allowed, reasons: allowed ? answer.reasons : refusals, errors: answer.errors };
  };
}

/** The principal and the resource may share what they lie in, or be one; each entity is given once. */
function sliceOf({ question, facts }: Asking, subject: Subject): readonly Entity[] {
  const account = facts.accounts.get(question.principal.id);
  const all = [
    ...(account === undefined ? [] : accountEntities(account).entities),
    ...subject.entities,
    ...organizationEntities().entities,
  ];
  return [...new Map(all.map((entity) => [`${entity.uid.type}::${entity.uid.id}`, entity])).values()];
}
