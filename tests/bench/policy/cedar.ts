import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { Contender } from './measure.ts';
import { policies, requests, schema, slice } from './scenario.ts';

type Call = Parameters<typeof statefulIsAuthorized>[0];

/** Cedar's own engine, at its best: policies parsed before, about ten entities with each request, nothing validated. */
export function statefulCedar(name: string): Contender {
  const parsed = preparsePolicySet('bench', { staticPolicies: policies });
  if (parsed.type === 'failure' || preparseSchema('bench', schema).type === 'failure') throw new Error('not parsed');
  const actions = Object.entries(groups).map(([id, group]) => ({
    uid: action(id),
    attrs: {},
    parents: [action(group)],
  }));
  const slices = requests.map((request) => [
    ...slice(request),
    ...actions.filter(({ uid }) => uid.id === request.action.id),
  ]);
  return {
    name,
    decide: (at) => {
      const answer = statefulIsAuthorized({
        ...requests[at],
        preparsedPolicySetId: 'bench',
        entities: slices[at],
      } as unknown as Call);
      if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
      return answer.response.decision === 'allow';
    },
  };
}

const action = (id: string) => ({ type: 'Action', id });

/** Said by the schema, and by each request where there is none. */
const groups: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['use', ['model.read', 'model.list', 'artifact.read', 'deployment.read', 'pipeline.read']],
    [
      'manage',
      ['model.promote', 'model.delete', 'artifact.write', 'deployment.approve', 'deployment.deploy', 'pipeline.run'],
    ],
  ].flatMap(([group, ids]) => (ids as string[]).map((id) => [id, group as string])),
);
