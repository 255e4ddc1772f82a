import { createHash } from 'node:crypto';
import type { JsonObject } from '@modelward/basics';
import type { Caller, Upstream, UpstreamAnswer, UpstreamRequest } from '@modelward/contract';
import type { Database } from '@modelward/storage';
import { jsonAnswer, refusalAnswer } from './answer.ts';
import { type Blobs, createBlobs, isDiskFull } from './artifacts/blobs.ts';
import { readAway } from './artifacts/transfer.ts';
import { type Call, type Stores, storesOn } from './call.ts';
import { type Match, matchOperation } from './match.ts';
import type { Operation } from './operations.ts';
import { Refusal } from './refusal.ts';
import { type Fields, fieldsOf } from './request/fields.ts';
import { readQueryOnly, readValues } from './request/read-request.ts';

export type RegistryDeps = {
  readonly database: Database;
  /** Holds the bytes of artifacts; of this process alone. */
  readonly blobFolder: string;
  readonly nowMs: () => number;
  /** A random id of at least 128 bits. */
  readonly newId: (prefix: string) => string;
  /** Tests put another disk here. */
  readonly blobs?: Blobs;
};

/** The built-in registry, answering as an MLflow server does. */
export function createRegistry(deps: RegistryDeps): Upstream {
  const { blobFolder: folder, newId } = deps;
  const blobs = deps.blobs ?? createBlobs({ folder, newName: () => newId('upload') });
  const stores = storesOn(deps.database.tables, deps.database.kind);
  return {
    send: async (request, caller) => {
      try {
        return await answer(request, caller, { ...deps, blobs, stores });
      } catch (fault) {
        const refusal = refusalIn(fault);
        if (refusal === undefined) throw fault;
        await readAway(request);
        return refusalAnswer(refusal);
      }
    },
  };
}

function refusalIn(fault: unknown): Refusal | undefined {
  if (fault instanceof Refusal) return fault;
  if (!isDiskFull(fault)) return undefined;
  return new Refusal(
    'RESOURCE_EXHAUSTED',
    'the disk of the registry is full, so nothing was stored; tell an administrator',
  );
}

type House = RegistryDeps & { readonly blobs: Blobs; readonly stores: Stores };

/** One request, step by step: which operation, what was sent, may they, do it. */
async function answer(request: UpstreamRequest, caller: Caller, house: House): Promise<UpstreamAnswer> {
  const match = matchOperation(request.method, request.target);
  const fields = fieldsOf(await readSent(request, match));
  const { stores } = house;
  await decideAgain(match.operation, { fields, stores, caller });
  const call: Call = { fields, caller, stores, nowMs: house.nowMs(), newHexId: () => hexId(house.newId) };
  return perform(match.operation, { call, request, house });
}

async function readSent(request: UpstreamRequest, { operation, inPath }: Match): Promise<JsonObject> {
  const sent = operation.kind === 'streams' ? readQueryOnly(request) : await readValues(request);
  for (const [name, value] of Object.entries(inPath)) {
    if (sent[name] !== undefined && sent[name] !== value) {
      throw new Refusal('BAD_REQUEST', `\`${name}\` differs between path and body`);
    }
  }
  return { ...sent, ...inPath };
}

type Asked = { readonly fields: Fields; readonly stores: Stores; readonly caller: Caller };

/**
 * INVARIANT: nothing is read for an answer and nothing is changed before every reading was allowed. The gateway has asked the
 * same of its own reading; should it have understood another request than this one, this is where that ends.
 */
async function decideAgain({ readings }: Operation, { fields, stores, caller }: Asked): Promise<void> {
  for (const reading of await readings(fields, stores)) {
    if (await caller.authorize(reading)) continue;
    throw new Refusal('PERMISSION_DENIED', `\`${reading.action}\` is not allowed on this ${reading.type}`);
  }
}

type Work = { readonly call: Call; readonly request: UpstreamRequest; readonly house: House };

async function perform(operation: Operation, { call, request, house }: Work): Promise<UpstreamAnswer> {
  const { tables, kind } = house.database;
  const change = <Value>(work: (stores: Stores) => Promise<Value>) =>
    tables.transaction().execute((transaction) => work(storesOn(transaction, kind)));
  switch (operation.kind) {
    case 'asks':
      return jsonAnswer(await operation.perform(call));
    case 'changes':
      return jsonAnswer(await change((stores) => operation.perform({ ...call, stores })));
    case 'streams':
      return operation.perform({ ...call, request, blobs: house.blobs, change });
  }
}

/** In the form of MLflow's ids. The hash of a random id is as random as the id. */
function hexId(newId: RegistryDeps['newId']): string {
  return createHash('sha256').update(newId('mlflow')).digest('hex').slice(0, 32);
}
