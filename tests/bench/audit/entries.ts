import type { DecisionEvent } from '@modelward/contract';

const actors = 1000;
const resources = 20_000;
const actions = ['model.read', 'version.read', 'version.download', 'run.read', 'run.update', 'experiment.read'];

export const actorOf = (at: number) => `acc_actor${String(at % actors).padStart(16, '0')}`;
export const resourceOf = (at: number) => `res_thing${String((at * 7919) % resources).padStart(16, '0')}`;

/** A decision as the gateway records it: about 500 bytes in the log, of a thousand people on twenty thousand things. */
export function decisionAt(at: number): DecisionEvent {
  const actor = actorOf(at);
  return {
    type: 'decision',
    requestId: `req_${String(at).padStart(22, '0')}`,
    actor: { kind: 'person', id: actor },
    authentication: { level: 'none', credential: 'personal-token', credentialId: `tok_${actor.slice(4)}` },
    interface: 'mlflow',
    asked: [
      {
        action: actions[at % actions.length] ?? '',
        resource: {
          type: 'Model',
          id: resourceOf(at),
          project: `prj_${at % 50}`,
          ref: `ref_${String(at % resources).padStart(22, '0')}`,
        },
      },
    ],
    decision: at % 20 === 0 ? 'deny' : 'allow',
    reasons: ['data-scientist:lnk_0123456789abcdefghijkl'],
    bundle: 'd81499d58aa0766d82797ebb96badd93',
    source: 'src_0123456789abcdefghijkl',
    risk: 'unknown',
  };
}

/** One that nothing follows: a log of decisions that all wait for an outcome is no log that there is. */
export const refusalAt = (at: number): DecisionEvent => ({ ...decisionAt(at), decision: 'deny' });
