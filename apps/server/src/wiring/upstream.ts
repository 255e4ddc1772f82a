import type { Upstream } from '@modelward/contract';
import { createHttpUpstream } from '@modelward/gateway';
import { createRegistry } from '@modelward/registry';
import type { Config } from '../config/load-config.ts';
import { blobsFolder } from './folders.ts';
import { newId } from './ids.ts';
import type { State } from './state.ts';

export type OpenUpstream = {
  readonly upstream: Upstream;
  /** What a person should know of it, for the start's printout. */
  readonly described: string;
  readonly isAlive: () => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** What stands behind the MLflow interface. A real server that others can reach past the gateway stops the start. */
export async function openUpstream(config: Config, state: State): Promise<OpenUpstream> {
  const chosen = config.mlflow.upstream;
  if (chosen.kind === 'built-in') {
    const upstream = createRegistry({
      database: state.database,
      blobFolder: blobsFolder(config.dataFolder),
      nowMs: Date.now,
      newId,
    });
    return { upstream, described: 'the built-in registry', isAlive: async () => true, close: async () => undefined };
  }
  const location =
    chosen.socket === undefined
      ? ({ kind: 'url', url: chosen.url ?? '' } as const)
      : ({ kind: 'socket', path: chosen.socket } as const);
  const { upstream, isOpen, isAlive, close } = createHttpUpstream({ location });
  const place = location.kind === 'url' ? location.url : location.path;
  if (!(await isAlive())) {
    await close();
    throw new Error(
      `the MLflow server at \`${place}\` does not answer; start it first, or correct \`mlflow.upstream\``,
    );
  }
  if (await isOpen()) await allowOpen({ place, reason: chosen.acceptOpen, close, state });
  return { upstream, described: `the MLflow server at ${place}`, isAlive, close };
}

type OpenDoor = {
  readonly place: string;
  readonly reason: string | undefined;
  readonly close: () => Promise<void>;
  readonly state: State;
};

async function allowOpen({ place, reason, close, state }: OpenDoor): Promise<void> {
  if (reason === undefined) {
    await close();
    throw new Error(
      `the MLflow server at \`${place}\` answers others than Modelward, so nothing here would protect it; let it listen on a Unix socket ` +
        'in a folder of mode 0700 (`mlflow server --uvicorn-opts "--uds FILE"`, then `mlflow.upstream.socket`), or, when a network rule ' +
        'closes it, say so in `mlflow.upstream.acceptOpen`; the reason is recorded',
    );
  }
  await state.record.append({
    type: 'change',
    what: 'upstream.accepted-open',
    actor: { kind: 'system', id: 'sys_server' },
  });
}
