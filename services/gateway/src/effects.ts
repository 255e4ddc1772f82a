import { fromUtf8, type JsonObject, type JsonValue } from '@modelward/basics';
import type { Caller } from '@modelward/contract';
import type { Effect, KeyedType } from '@modelward/interfaces';
import { ask, readAnswer } from './ask-upstream.ts';
import { type Exchange, type GatewayDeps, type NewResource, need, type ResourceFacts } from './exchange.ts';

/*
 * Modelward's own facts about what exists. A name is reserved before the upstream is asked to make it, so that a crash
 * between the two leaves a reservation and never a name that exists upstream and belongs to nobody here. What the upstream
 * names itself (runs, logged models, versions) is known only from its answer: after a crash such a one is nobody's, and hidden.
 */

export type Prepared = {
  readonly reservation?: ResourceFacts;
  readonly fresh: boolean;
  /** To be called when the request has ended. */
  readonly leave: () => void;
};

const nothing: Prepared = { fresh: false, leave: () => undefined };

/** Before the request goes on. */
export async function prepareEffect(exchange: Exchange, deps: GatewayDeps): Promise<Prepared> {
  const effect = exchange.description?.effect;
  if (effect?.kind !== 'creates' || effect.name === undefined) return nothing;
  const reserved = await deps.resources.reserve(
    newResource(exchange, effect, provisionalKey(effect.type, effect.name)),
  );
  // A living fact; the upstream says so itself, or shows that the fact is stale by creating it anew.
  if (!reserved.ok) return nothing;
  const { resource: reservation, fresh } = reserved.value;
  const { reservations } = exchange;
  // One that another request is working on was not left behind: what it stands for must not be taken over from it.
  if (reservations.has(reservation.id)) return nothing;
  reservations.add(reservation.id);
  return { reservation, fresh, leave: () => reservations.delete(reservation.id) };
}

/** An experiment's key is an id that only the upstream gives; until then its name stands in. */
function provisionalKey(type: KeyedType, name: string): string {
  return type === 'Experiment' ? `name:${name}` : name;
}

/** After the upstream answered and before the client hears of it. */
export async function completeEffect(exchange: Exchange, deps: GatewayDeps, prepared: Prepared): Promise<void> {
  const effect = exchange.description?.effect;
  const status = need(exchange.answer, 'answer').status;
  if (effect === undefined) return;
  if (effect.kind === 'creates') return completeCreation(exchange, deps, { effect, prepared });
  if (status !== 200) return;
  const target = firstResource(exchange);
  if (effect.kind === 'ends') return deps.resources.end(target.id);
  return deps.resources.setStage({ id: target.id, stage: effect.stage, archiveOthers: effect.archiveOthers });
}

type Creation = { readonly effect: Extract<Effect, { kind: 'creates' }>; readonly prepared: Prepared };

async function completeCreation(exchange: Exchange, deps: GatewayDeps, { effect, prepared }: Creation): Promise<void> {
  const answer = readObject(exchange.answerBytes);
  const created =
    exchange.answer?.status === 200 && answer !== undefined
      ? deps.interface.createdKey(effect.type, answer)
      : undefined;
  if (created !== undefined) return confirmCreation(exchange, deps, { effect, prepared, key: created });
  if (prepared.reservation === undefined) return;
  if (prepared.fresh) {
    // After a fault of its own the upstream may have made it all the same; the reservation stays for the next try to find.
    const { status } = need(exchange.answer, 'answer');
    if (status >= 400 && status < 500) await deps.resources.release(prepared.reservation.id);
    return;
  }
  // The reservation is older than this request: what it stood for was made, but its answer was lost on the way back.
  const key = answer?.error_code === 'RESOURCE_ALREADY_EXISTS' ? await lostKey(deps, effect) : undefined;
  if (key !== undefined) await deps.resources.confirm(prepared.reservation.id, { key, ownerId: ownerOf(exchange) });
}

async function confirmCreation(
  exchange: Exchange,
  deps: GatewayDeps,
  creation: Creation & { key: string },
): Promise<void> {
  const { effect, prepared, key } = creation;
  const ownerId = ownerOf(exchange);
  if (prepared.reservation !== undefined && (await deps.resources.confirm(prepared.reservation.id, { key, ownerId })))
    return;
  // A living fact under this key is of something that the upstream has meanwhile lost: what is made now is a new resource.
  const stale = await deps.resources.find(effect.type, key);
  if (stale !== undefined) await deps.resources.end(stale.id);
  const reserved = await deps.resources.reserve(newResource(exchange, effect, key));
  if (reserved.ok) await deps.resources.confirm(reserved.value.resource.id, { key, ownerId });
}

/** Asks for the gateway's own bookkeeping: what nobody owns yet would be refused to everybody else. */
const itself: Caller = {
  principalId: 'gateway',
  principalName: 'gateway',
  authorize: async () => true,
  maySee: async () => true,
};

async function lostKey(deps: GatewayDeps, effect: Creation['effect']): Promise<string | undefined> {
  if (effect.type !== 'Experiment') return effect.name;
  const target = `/api/2.0/mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(effect.name ?? '')}`;
  const { signal } = new AbortController();
  const request = { method: 'GET', target, headers: { 'accept-encoding': 'identity' }, signal };
  const answer = await readAnswer(await ask(deps.upstream, request, itself), signal);
  const experiment = readObject(answer)?.experiment;
  return isObject(experiment) ? deps.interface.createdKey('Experiment', experiment) : undefined;
}

function newResource(exchange: Exchange, effect: Creation['effect'], key: string): NewResource {
  const owner = ownerOf(exchange);
  const place = exchange.resolved?.[effect.parent ?? 0]?.resource;
  if (place === undefined || place.type === 'Organization') throw new Error(`a new \`${effect.type}\` has no place`);
  const projectId = place.type === 'Project' ? place.id : place.projectId;
  return {
    type: effect.type,
    key,
    projectId,
    ownerId: owner,
    producerId: owner,
    ...(effect.name === undefined ? {} : { name: effect.name }),
    ...(place.type === 'Project' ? {} : { parentId: place.id }),
  };
}

function firstResource(exchange: Exchange): ResourceFacts {
  const resource = exchange.resolved?.[0]?.resource;
  if (resource === undefined || resource.type === 'Organization' || resource.type === 'Project') {
    throw new Error('the request names no resource to change');
  }
  return resource;
}

function ownerOf(exchange: Exchange): string {
  return need(exchange.identity, 'identity').principal.id;
}

export function readObject(bytes: Uint8Array | undefined): JsonObject | undefined {
  const text = bytes && fromUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
