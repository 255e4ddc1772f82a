import { readFileSync } from 'node:fs';
import { loadSecretKey, type RefusalLog } from '@modelward/audit';
import { sql } from '@modelward/storage';
import { isLoopbackHost } from '../config/addresses.ts';
import type { Config } from '../config/load-config.ts';
import { allowedHosts, originOf } from '../config/origins.ts';
import { createTrustedProxies } from '../config/trusted-proxies.ts';
import { type ControlApp, createControlApp } from '../http/app.ts';
import { createPageTokens } from '../http/authzen/page-token.ts';
import type { ControlDeps } from '../http/deps.ts';
import { readDocuments } from './documents.ts';
import { pageTokenKeyFile } from './folders.ts';
import { newId } from './ids.ts';
import { isRecordUnavailable } from './mlflow-door.ts';
import { addressFrom } from './proxies.ts';
import type { State } from './state.ts';
import type { OpenUpstream } from './upstream.ts';
import { version } from './version.ts';

type ControlDoor = {
  readonly config: Config;
  readonly state: State;
  readonly upstream: OpenUpstream;
  readonly refusals: RefusalLog;
  readonly isSetUp: () => Promise<boolean>;
  readonly report: (fault: unknown, requestId: string) => void;
};

/** The control API and its pages, with everything that they need. */
export function createControlDoor({
  config,
  state,
  upstream,
  refusals,
  isSetUp,
  report,
}: ControlDoor): Promise<ControlApp> {
  const { record, recordIndex, identity, access, bundle, application, pseudonyms } = state;
  const { isTrustedProxy } = createTrustedProxies(config);
  const deps: ControlDeps = {
    nowMs: Date.now,
    newId,
    version,
    publicUrl: originOf(config, 'control'),
    trackingUri: originOf(config, 'mlflow'),
    hosts: new Set(allowedHosts(config, 'control')),
    origins: new Set([originOf(config, 'control')]),
    otherSpellings: otherSpellings(config),
    ...(config.tls === undefined
      ? {}
      : { tls: { cert: readFileSync(config.tls.certificateFile), key: readFileSync(config.tls.keyFile) } }),
    addressOf: addressFrom(isTrustedProxy),
    isSetUp,
    readiness: async () => ({
      storage: await answers(state),
      record: record.isWritable(),
      upstream: await upstream.isReady(),
    }),
    identity,
    access,
    bundle,
    application,
    pageTokens: createPageTokens(loadSecretKey(pageTokenKeyFile(config.keyFolder)).export(), Date.now),
    record: { ...record, isUnavailable: isRecordUnavailable },
    recordIndex,
    isRecordPublic: config.record.public,
    noteRefusal: refusals.note,
    pseudonyms,
    documents: readDocuments(),
    report,
  };
  return createControlApp(deps);
}

/** On loopback a browser may have used the number for the name, or the other way round. */
function otherSpellings({ control }: Config): ReadonlySet<string> {
  if (!isLoopbackHost(control.host)) return new Set();
  return new Set(['localhost', '127.0.0.1', '[::1]'].map((host) => `${host}:${control.port}`));
}

async function answers({ database }: State): Promise<boolean> {
  try {
    await sql`select 1`.execute(database.tables);
    return true;
  } catch {
    return false;
  }
}
