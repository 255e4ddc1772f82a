import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EndpointInput, EndpointName } from '@modelward/contract';
import { askControl, type ControlAnswer } from '../../../../tests/support/control-client.ts';
import { freePort } from '../../../../tests/support/house.ts';
import { loadConfig } from '../config/load-config.ts';
import { startServer } from '../wiring/start.ts';

export type TestServer = {
  readonly controlUrl: string;
  readonly trackingUri: string;
  readonly folder: string;
  readonly told: readonly string[];
  readonly ask: <Name extends EndpointName>(
    name: Name,
    input: EndpointInput<Name>,
    secret?: string,
  ) => Promise<ControlAnswer>;
  readonly stop: () => Promise<void>;
};

type TestServerOptions = {
  readonly isTerminal?: boolean;
  /** More settings, as variables. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** A whole server in this process, on free ports and a temporary folder. */
export async function startTestServer({
  isTerminal = false,
  environment = {},
}: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-server-'));
  const config = loadConfig({
    env: {
      ...environment,
      MODELWARD_DATA_FOLDER: join(folder, 'data'),
      MODELWARD_KEY_FOLDER: join(folder, 'keys'),
      MODELWARD_CONTROL_PORT: String(await freePort()),
      MODELWARD_MLFLOW_PORT: String(await freePort()),
    },
  });
  if (!config.ok) throw new Error(JSON.stringify(config.reason));
  const onFatal = (fault: unknown) => {
    throw fault;
  };
  const { told, stop } = await startServer({ config: config.value, isTerminal, onFatal });
  const controlUrl = `http://localhost:${config.value.control.port}`;
  return {
    controlUrl,
    trackingUri: `http://127.0.0.1:${config.value.mlflow.port}`,
    folder,
    told,
    ask: (name, input, secret) => askControl({ baseUrl: controlUrl, secret }, name, input),
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
