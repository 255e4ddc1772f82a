import type { ChangeEvent, Upstream } from '@modelward/contract';
import { createHttpUpstream } from '@modelward/gateway';
import { createRegistry } from '@modelward/registry';
import type { Config } from '../config/load-config.ts';
import { blobsFolder } from './folders.ts';
import { newId } from './ids.ts';
import type { State } from './state.ts';
import { watchUpstream } from './upstream-watch.ts';

export type OpenUpstream = {
  readonly upstream: Upstream;
  /** What a person should know of it, for the start's printout. */
  readonly described: string;
  /** For /readyz: it answers, and nobody but Modelward, unless that was accepted. */
  readonly isReady: () => Promise<boolean>;
  readonly close: () => Promise<void>;
};

const lookEveryMs = 60_000;

/** What stands behind the MLflow interface. */
export function openUpstream(config: Config, state: State, alert: (message: string) => void): Promise<OpenUpstream> {
  const { upstream } = config.mlflow;
  return upstream.kind === 'built-in' ? openBuiltIn(config, state) : openReal(upstream, state, alert);
}

async function openBuiltIn(config: Config, { database }: State): Promise<OpenUpstream> {
  const upstream = createRegistry({ database, blobFolder: blobsFolder(config.dataFolder), nowMs: Date.now, newId });
  return { upstream, described: 'the built-in registry', isReady: async () => true, close: async () => undefined };
}

type Real = Extract<Config['mlflow']['upstream'], { kind: 'mlflow' }>;

/** A real server. One that others can reach past the gateway stops the start; later, it is an alert and Modelward is not ready. */
async function openReal(chosen: Real, state: State, alert: (message: string) => void): Promise<OpenUpstream> {
  const location =
    chosen.socket === undefined
      ? ({ kind: 'url', url: chosen.url ?? '' } as const)
      : ({ kind: 'socket', path: chosen.socket } as const);
  const { upstream, isOpen, isAlive, close } = createHttpUpstream({ location });
  const place = location.kind === 'url' ? location.url : location.path;
  try {
    if (!(await isAlive())) {
      throw new Error(
        `the MLflow server at \`${place}\` does not answer; start it first, or correct \`mlflow.upstream\``,
      );
    }
    const isFoundOpen = await isOpen();
    if (isFoundOpen && chosen.acceptOpen === undefined) throw new Error(openWords(place));
    if (isFoundOpen) await recordSystem(state, 'upstream.accepted-open', { reason: chosen.acceptOpen ?? '' });
  } catch (fault) {
    await close();
    throw fault;
  }
  const accepted = chosen.acceptOpen;
  const described = `the MLflow server at ${place}${accepted === undefined ? '' : `, accepted although others reach it: ${accepted}`}`;
  if (accepted !== undefined) return { upstream, described, isReady: isAlive, close };

  const onChange = (isFoundOpen: boolean) => {
    if (isFoundOpen) alert(openWords(place));
    // A record that cannot be written has its own alarm; this one was told already.
    recordSystem(state, isFoundOpen ? 'upstream.found-open' : 'upstream.found-closed').catch((fault) =>
      alert(`what was found about the MLflow server could not be recorded: ${fault.message}`),
    );
  };
  const watch = watchUpstream({ isOpen, onChange, everyMs: lookEveryMs });
  const isReady = async () => watch.isClosed() && (await isAlive());
  return {
    upstream,
    described,
    isReady,
    async close() {
      watch.stop();
      await close();
    },
  };
}

function openWords(place: string): string {
  return (
    `the MLflow server at \`${place}\` answers others than Modelward, so nothing here would protect it; let it listen on a Unix socket ` +
    'in a folder of mode 0700 (`mlflow server --uvicorn-opts "--uds FILE"`, then `mlflow.upstream.socket`), or, when a network rule ' +
    'closes it, say so in `mlflow.upstream.acceptOpen`; the reason is recorded'
  );
}

type Found = Extract<ChangeEvent['what'], `upstream.${string}`>;

async function recordSystem({ record }: State, what: Found, detail?: ChangeEvent['detail']): Promise<void> {
  const actor = { kind: 'system', id: 'sys_server' } as const;
  await record.append({ type: 'change', what, actor, ...(detail === undefined ? {} : { detail }) });
}
