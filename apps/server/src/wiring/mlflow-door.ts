import { randomBytes } from 'node:crypto';
import { RecordUnavailable, type RefusalLog } from '@modelward/audit';
import type { Upstream } from '@modelward/contract';
import { createGateway, createSeal, type GatewayDeps, gatewayLimits } from '@modelward/gateway';
import { mlflow } from '@modelward/interfaces';
import type { Config } from '../config/load-config.ts';
import { allowedHosts, originOf } from '../config/origins.ts';
import { createTrustedProxies } from '../config/trusted-proxies.ts';
import { createDoorServer } from './door-server.ts';
import { newId } from './ids.ts';
import { addressFrom } from './proxies.ts';
import type { State } from './state.ts';

type MlflowDoor = {
  readonly config: Config;
  readonly state: State;
  readonly upstream: Upstream;
  readonly refusals: RefusalLog;
  readonly isSetUp: () => Promise<boolean>;
  readonly report: (fault: unknown, requestId: string) => void;
};

/** The MLflow interface: the gateway with everything that it needs, on a server of its own. */
export function createMlflowDoor({ config, state, upstream, refusals, isSetUp, report }: MlflowDoor) {
  const { access, identity, record, pseudonyms } = state;
  const { isTrustedProxy } = createTrustedProxies(config);
  const deps: GatewayDeps = {
    interface: mlflow,
    nowMs: Date.now,
    newId,
    isSetUp,
    hosts: new Set(allowedHosts(config, 'mlflow')),
    origins: new Set([originOf(config, 'mlflow')]),
    addressOf: addressFrom(isTrustedProxy),
    identifyToken: async (secret) => {
      const found = await identity.tokens.identify(secret);
      if (!found.ok) return found;
      const { account, token } = found.value;
      return { ok: true, value: { principal: account, credentialId: token.id, scopes: token.scopes } };
    },
    decide: access.decide,
    allows: access.allows,
    projectForName: access.projects.forName,
    resources: access.resources,
    append: record.append,
    appendRefusal: record.appendRefusal,
    isRecordUnavailable,
    noteRefusal: refusals.note,
    pseudonyms,
    upstream,
    // Page tokens live as long as the process: a list that was begun before a restart is begun again.
    ...createSeal(randomBytes(32)),
    report,
  };
  const gateway = createGateway(deps);
  return {
    server: createDoorServer({
      config,
      handle: gateway.handle,
      headerBytes: gatewayLimits.headerBytes,
      refuse: refuseUnread,
    }),
    drained: gateway.drained,
  };
}

export function isRecordUnavailable(fault: unknown): 'full' | 'other' | undefined {
  if (!(fault instanceof RecordUnavailable)) return undefined;
  return fault.reason === 'full' ? 'full' : 'other';
}

/** What could not even be read as HTTP is answered in the interface's shape all the same. */
function refuseUnread(status: 400 | 408 | 431): string {
  const message = {
    400: 'the request is not HTTP/1.1',
    408: 'the request took too long to arrive',
    431: 'the headers are larger than 16 KiB',
  }[status];
  return JSON.stringify({ error_code: 'BAD_REQUEST', message });
}
