import { createRefusalLog } from '@modelward/audit';
import { type Logger, pino } from 'pino';
import type { Config } from '../config/load-config.ts';
import { originOf } from '../config/origins.ts';
import { createControlDoor } from './control-door.ts';
import { forgetFirstSecret, inviteFirstAdministrator } from './first-administrator.ts';
import { recordFolder } from './folders.ts';
import { closeServer, listen } from './listen.ts';
import { createMlflowDoor } from './mlflow-door.ts';
import { createOpened } from './opened.ts';
import { createSetUpCheck } from './set-up.ts';
import { openState, type State } from './state.ts';
import { type OpenUpstream, openUpstream } from './upstream.ts';

export type RunningServer = {
  /** What a person needs next, in lines for the terminal. */
  readonly told: readonly string[];
  /** Finishes the requests in flight, closes the record cleanly, releases the folder. */
  readonly stop: () => Promise<void>;
};

type StartOptions = {
  readonly config: Config;
  readonly isTerminal: boolean;
  /** Called when the record's disk fails: the process must end, for nothing more could be answered. */
  readonly onFatal: (fault: unknown) => void;
};

/** Opens everything, both doors last. Throws in plain words when something cannot be opened, with all that was open closed. */
export async function startServer({ config, isTerminal, onFatal }: StartOptions): Promise<RunningServer> {
  const opened = createOpened();
  try {
    const state = await openState({ config, purpose: 'a Modelward server', onFault: onFatal });
    opened.add(state.close);
    const log = pino({ level: config.logLevel, base: null });
    const upstream = await openUpstream(config, state, (message) => log.error(message));
    opened.add(upstream.close);
    // Before the doors: whoever finds them open finds the way in as well.
    const invited = await inviteFirstAdministrator(invitationOf({ config, state, isTerminal }));
    opened.add(await openDoors({ config, state, upstream, log }));
    return { told: tell({ config, state, upstream, invited }), stop: opened.close };
  } catch (fault) {
    await opened.close();
    throw fault;
  }
}

type Inviting = { readonly config: Config; readonly state: State; readonly isTerminal: boolean };

function invitationOf({ config, state, isTerminal }: Inviting) {
  const { enrolments } = state.identity;
  return { enrolments, controlUrl: originOf(config, 'control'), dataFolder: config.dataFolder, isTerminal };
}

type Open = { readonly config: Config; readonly state: State; readonly upstream: OpenUpstream };

async function openDoors({ config, state, upstream, log }: Open & { log: Logger }): Promise<() => Promise<void>> {
  // Only the fault itself: a request's headers or body never get into a log.
  const report = (fault: unknown, requestId: string) =>
    log.error({ requestId, fault: fault instanceof Error ? fault.stack : String(fault) });
  const refusals = createRefusalLog({ append: state.record.append, nowMs: Date.now });
  const isSetUp = createSetUpCheck(state.identity.enrolments, () => forgetFirstSecret(config.dataFolder));
  const mlflow = createMlflowDoor({ config, state, upstream: upstream.upstream, refusals, isSetUp, report });
  const control = await createControlDoor({ config, state, upstream, refusals, isSetUp, report });
  const stop = async () => {
    await Promise.all([closeServer(mlflow.server), closeServer(control.server)]);
    await Promise.all([mlflow.drained(), control.drained()]);
    await refusals.flush();
  };
  try {
    await listen(control.server, { name: 'control', ...config.control });
    await listen(mlflow.server, { name: 'mlflow', ...config.mlflow });
  } catch (fault) {
    await stop();
    throw fault;
  }
  return stop;
}

function tell({ config, state, upstream, invited }: Open & { invited: readonly string[] }): readonly string[] {
  const controlUrl = originOf(config, 'control');
  const trackingUri = originOf(config, 'mlflow');
  return [
    `Modelward serves. Control API: ${controlUrl} · MLflow interface: ${trackingUri} (before ${upstream.described})`,
    ...invited,
    'For MLflow:',
    `  export MLFLOW_TRACKING_URI=${trackingUri}`,
    '  export MLFLOW_TRACKING_TOKEN=...   # npx modelward sign-in, then npx modelward token create --label mlflow',
    `The record is in ${recordFolder(config.dataFolder)}; see it with npx modelward audit tail, check it with npx modelward audit verify.`,
    `  Its verifier key: ${state.record.verifierKey}`,
  ];
}
