import type { AuthzenDecision, AuthzenEntity, AuthzenEvaluation } from '@modelward/contract';
import type { Caller, ControlDeps } from '../deps.ts';
import { nothingTold, readTold, type Told } from './circumstances.ts';
import { mayEverywhere, type Reach } from './reach.ts';
import { asAction, findPrincipal, findThing, isDeclared, isOurs, type Principal, type Thing } from './things.ts';

/** One request to the decision point on its way: who asks, how far, and whether what comes along is believed. */
export type Asking = {
  readonly caller: Caller;
  readonly reach: Reach;
  readonly deps: ControlDeps;
  readonly requestId: string;
  /** Decided once, and only when something came along that could be believed. */
  readonly isTrusted: () => Promise<boolean>;
  /** Each is looked up once, however often a batch names it. */
  readonly principal: (entity: AuthzenEntity) => Promise<Principal>;
  readonly thing: (entity: AuthzenEntity) => Promise<Thing>;
};

export function createAsking(asked: Omit<Asking, 'isTrusted' | 'principal' | 'thing'>): Asking {
  let trusted: Promise<boolean> | undefined;
  const isTrusted = () => {
    trusted ??= mayEverywhere(asked.caller, asked.deps, 'pdp.assert');
    return trusted;
  };
  const principal = once((entity) => findPrincipal(entity, asked.deps));
  const thing = once((entity) => findThing(entity, asked.deps));
  return { ...asked, isTrusted, principal, thing };
}

function once<Found>(find: (entity: AuthzenEntity) => Promise<Found>) {
  const found = new Map<string, Promise<Found>>();
  return (entity: AuthzenEntity): Promise<Found> => {
    const key = `${entity.type} ${entity.id}`;
    const one = found.get(key) ?? find(entity);
    found.set(key, one);
    return one;
  };
}

export type Decided = { readonly allowed: boolean; readonly reasons: readonly string[]; readonly flaw?: string };

const no = (reason: string): Decided => ({ allowed: false, reasons: [reason] });

/** What the subject of one evaluation may do. What lies beyond the caller's reach answers as what is not there. */
export async function decideOne(evaluation: AuthzenEvaluation, asking: Asking): Promise<Decided> {
  const { subject, action, resource } = evaluation;
  const { deps } = asking;
  if (deps.application !== undefined && !isOurs(resource)) return decideForApplication(evaluation, asking);
  const name = asAction(action.name);
  const told = await believed(evaluation, asking);
  if (typeof told === 'string') return { ...no('malformed'), flaw: told };
  const [principal, thing] = await Promise.all([asking.principal(subject), asking.thing(resource)]);
  const isReached = await asking.reach.covers(thing.place);
  if (name === undefined || !isDeclared(name, resource.type, deps)) return no('not-declared');
  return decideAs({ principal, told, action: name, resource: isReached ? thing.ref : undefined }, asking);
}

type Question = {
  readonly principal: Principal;
  readonly told: Told;
  readonly action: NonNullable<ReturnType<typeof asAction>>;
  readonly resource: Thing['ref'];
};

export async function decideAs(
  { principal, told, action, resource }: Question,
  { deps, requestId }: Asking,
): Promise<Decided> {
  const asked = [{ action, resource }];
  const decision = await deps.access.decide({ principal, ...told, interface: 'authzen', asked });
  if (decision.errors.length > 0 && resource !== undefined)
    deps.report(new Error(`policy: ${decision.errors.join('; ')}`), requestId);
  return { allowed: decision.allowed, reasons: decision.reasons };
}

/** Circumstances that were sent along, when whoever sent them is believed; or what is wrong with them. */
export async function believed(
  { context }: Pick<AuthzenEvaluation, 'context'>,
  asking: Asking,
): Promise<Told | string> {
  if (context === undefined || Object.keys(context).length === 0) return nothingTold;
  if (!(await asking.isTrusted())) return nothingTold;
  const told = readTold(context);
  return told.ok ? told.value : told.reason;
}

/** An application's things lie in no project: only who may ask about the whole organization may ask about them. */
async function decideForApplication(evaluation: AuthzenEvaluation, asking: Asking): Promise<Decided> {
  const { application } = asking.deps;
  if (application === undefined || !(await asking.reach.covers({ type: 'Organization' }))) return no('out-of-reach');
  const { subject, action, resource, context = {} } = await withoutUnbelieved(evaluation, asking);
  const answer = application.decide({ subject, action: action.name, resource, context });
  return { allowed: answer.allowed, reasons: answer.reasons.length > 0 ? answer.reasons : ['no-permit'] };
}

async function withoutUnbelieved(evaluation: AuthzenEvaluation, asking: Asking): Promise<AuthzenEvaluation> {
  const { subject, action, resource, context } = evaluation;
  const isAnything = [subject.properties, resource.properties, context].some((one) => one !== undefined);
  if (!isAnything || (await asking.isTrusted())) {
    const told = action.properties === undefined ? context : { ...context, action: action.properties };
    return { ...evaluation, context: told };
  }
  return {
    subject: { type: subject.type, id: subject.id },
    action: { name: action.name },
    resource: { type: resource.type, id: resource.id },
  };
}

/** What the caller learns: why, only when they may read the policies. */
export function answerOf(
  { allowed, reasons, flaw }: Decided,
  explained: { bundle: string } | undefined,
): AuthzenDecision {
  if (flaw !== undefined) return { decision: false, context: { error: { status: 400, message: flaw } } };
  return explained === undefined
    ? { decision: allowed }
    : { decision: allowed, context: { reasons, bundle: explained.bundle } };
}
