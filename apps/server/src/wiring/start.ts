import { createRefusalLog } from '@modelward/audit';
import { pino } from 'pino';
import type { Config } from '../config/load-config.ts';
import { originOf } from '../config/origins.ts';
import { createControlDoor } from './control-door.ts';
import { inviteFirstAdministrator } from './first-administrator.ts';
import { recordFolder } from './folders.ts';
import { closeServer, listen } from './listen.ts';
import { createMlflowDoor } from './mlflow-door.ts';
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
  const state = await openState(config, onFatal);
  const opened: (() => Promise<void>)[] = [state.close];
  try {
    const upstream = await openUpstream(config, state);
    opened.unshift(upstream.close);
    const stopDoors = await openDoors({ config, state, upstream });
    opened.unshift(stopDoors);
    const told = await tell({ config, state, upstream, isTerminal });
    return { told, stop: () => closeAll(opened) };
  } catch (fault) {
    await closeAll(opened);
    throw fault;
  }
}

async function closeAll(opened: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of opened) await close();
}

type Opened = { readonly config: Config; readonly state: State; readonly upstream: OpenUpstream };

async function openDoors({ config, state, upstream }: Opened): Promise<() => Promise<void>> {
  const log = pino({ level: config.logLevel, base: null });
  // Only the fault itself: a request's headers or body never get into a log.
  const report = (fault: unknown, requestId: string) =>
    log.error({ requestId, fault: fault instanceof Error ? fault.stack : String(fault) });
  const refusals = createRefusalLog({ append: state.record.append, nowMs: Date.now });
  const isSetUp = createSetUpCheck(state.identity.enrolments);
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

async function tell({
  config,
  state,
  upstream,
  isTerminal,
}: Opened & { isTerminal: boolean }): Promise<readonly string[]> {
  const controlUrl = originOf(config, 'control');
  const trackingUri = originOf(config, 'mlflow');
  const invitation = { enrolments: state.identity.enrolments, controlUrl, dataFolder: config.dataFolder, isTerminal };
  return [
    `Modelward serves. Control API: ${controlUrl} · MLflow interface: ${trackingUri} (before ${upstream.described})`,
    ...(await inviteFirstAdministrator(invitation)),
    'For MLflow:',
    `  export MLFLOW_TRACKING_URI=${trackingUri}`,
    '  export MLFLOW_TRACKING_TOKEN=...   # npx modelward sign-in, then npx modelward token create --label mlflow',
    `The record is in ${recordFolder(config.dataFolder)}; see it with npx modelward audit tail, check it with npx modelward audit verify.`,
    `  Its verifier key: ${state.record.verifierKey}`,
  ];
}
