import { organizationId } from '@modelward/access';
import { createRefusalLog } from '@modelward/audit';
import { loadConfig } from '../../../apps/server/src/config/load-config.ts';
import { createControlDoor } from '../../../apps/server/src/wiring/control-door.ts';
import { listen } from '../../../apps/server/src/wiring/listen.ts';
import { openState, type State } from '../../../apps/server/src/wiring/state.ts';
import { openUpstream } from '../../../apps/server/src/wiring/upstream.ts';

/*
 * A control API for the bench, in a process of its own: everything as `npm start` has it, and with MODELWARD_TEST_RECORD=off
 * a record that keeps nothing, which no setting of the product can make. Prints one line of JSON when it serves.
 */

const config = loadConfig({ env: process.env });
if (!config.ok) throw new Error(JSON.stringify(config.reason));
const onFault = (fault: unknown) => {
  throw fault;
};
const opened = await openState({ config: config.value, purpose: 'a bench', onFault });
const state: State = process.env.MODELWARD_TEST_RECORD === 'off' ? withoutRecord(opened) : opened;
const upstream = await openUpstream(config.value, state, console.error);
const refusals = createRefusalLog({ append: state.record.append, nowMs: Date.now });
const isSetUp = async () => true;
const door = await createControlDoor({ config: config.value, state, upstream, refusals, isSetUp, report: onFault });
await listen(door.server, { name: 'control', ...config.value.control });
console.log(JSON.stringify(await populate(state)));

function withoutRecord(whole: State): State {
  const receipt = { origin: whole.record.origin, index: 0 };
  return { ...whole, record: { ...whole.record, append: async () => receipt } };
}

/** A service that may ask, a project, and somebody who may read it. */
async function populate({ identity, access }: State) {
  const caller = must(await identity.accounts.addService({ name: 'caller' }));
  const reader = must(await identity.accounts.addService({ name: 'reader' }));
  const project = must(await access.projects.add({ key: 'fraud', title: 'Fraud', listed: false }));
  const everywhere = { type: 'Organization', id: organizationId } as const;
  const links = [
    { role: 'decision-caller', principal: { kind: 'service', id: caller.id }, scope: everywhere },
    { role: 'viewer', principal: { kind: 'service', id: reader.id }, scope: { type: 'Project', id: project.id } },
  ] as const;
  for (const link of links) must(await access.links.assign({ ...link, origin: 'bench' }));
  const token = must(await identity.tokens.create({ account: caller, label: 'bench', scopes: ['pdp.*'] }));
  return { secret: token.secret, reader: reader.id, project: project.id };
}

function must<Value>(result: { ok: true; value: Value } | { ok: false; reason: unknown }): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.reason));
  return result.value;
}
