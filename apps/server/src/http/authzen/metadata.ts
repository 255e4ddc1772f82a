import { authzenPaths } from '@modelward/contract';

/** `/.well-known/authzen-configuration` (section 9): where this decision point answers, for anybody. */
export function metadataOf(publicUrl: string) {
  const at = (path: string) => `${publicUrl}${path}`;
  return {
    policy_decision_point: publicUrl,
    access_evaluation_endpoint: at(authzenPaths.evaluation),
    access_evaluations_endpoint: at(authzenPaths.evaluations),
    search_subject_endpoint: at(authzenPaths['search-subject']),
    search_resource_endpoint: at(authzenPaths['search-resource']),
    search_action_endpoint: at(authzenPaths['search-action']),
  };
}
