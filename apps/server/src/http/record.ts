import type { Personal } from '@modelward/audit';
import type {
  Action,
  Actor,
  AskedResource,
  AuthenticationContext,
  ChangeEvent,
  DecisionEvent,
  EndpointName,
  OutcomeEvent,
} from '@modelward/contract';
import type { ControlDeps, Exchange } from './deps.ts';

/** What was asked: an action of policy, or, where no policy decides because it is about oneself, the endpoint's own name. */
export type AskedAction = Action | EndpointName;

export type DecisionDraft = {
  readonly actor: Actor;
  readonly authentication: AuthenticationContext;
  readonly asked: readonly { readonly action: AskedAction; readonly resource: AskedResource }[];
  readonly allowed: boolean;
  readonly reasons: readonly string[];
  readonly bundle?: string;
  readonly remedies?: readonly string[];
  /** What the caller called it; kept sealed. */
  readonly named?: string | undefined;
  readonly evaluated?: DecisionEvent['evaluated'];
};

/** What a handler says that it changed; who did it and which decision allowed it is added here. */
export type ChangeDraft = Pick<ChangeEvent, 'what' | 'subject' | 'detail'> & {
  /** Names and addresses that became known with it; kept sealed, for the subject. */
  readonly personal?: Readonly<Record<string, string>>;
};

/** Durable before anything is done about it. A record that is full keeps a reserve for saying why it refused. */
export async function recordDecision(exchange: Exchange, deps: ControlDeps, draft: DecisionDraft): Promise<void> {
  const event = decisionEvent(exchange, draft);
  exchange.actor = draft.actor;
  exchange.wasAllowed = draft.allowed;
  try {
    exchange.receipt = await deps.record.append(event, personalOf(exchange, draft));
  } catch (fault) {
    if (deps.record.isUnavailable(fault) === 'full') await recordInReserve(deps, event);
    throw fault;
  }
}

/** Where from, and in the caller's own words on what: readable until the caller is erased, and then for nobody. */
function personalOf({ address }: Exchange, { actor, named }: DecisionDraft): Personal {
  return { subject: actor.id, values: named === undefined ? { address } : { address, named } };
}

async function recordInReserve(deps: ControlDeps, event: DecisionEvent): Promise<void> {
  try {
    await deps.record.appendRefusal({ ...event, decision: 'deny', reasons: ['record-full'], remedies: [] });
  } catch (fault) {
    // The reserve has an end as well. The refusal still leaves: it gives nobody anything, and nothing was done.
    if (deps.record.isUnavailable(fault) === undefined) throw fault;
  }
}

function decisionEvent(exchange: Exchange, draft: DecisionDraft): DecisionEvent {
  return {
    type: 'decision',
    requestId: exchange.requestId,
    actor: draft.actor,
    authentication: draft.authentication,
    interface: 'control',
    asked: draft.asked.map(({ action, resource }) => ({ action, resource })),
    decision: draft.allowed ? 'allow' : 'deny',
    reasons: [...draft.reasons],
    bundle: draft.bundle ?? 'none',
    source: exchange.source,
    risk: 'unknown',
    ...(draft.remedies === undefined || draft.remedies.length === 0 ? {} : { remedies: [...draft.remedies] }),
    ...(draft.evaluated === undefined ? {} : { evaluated: draft.evaluated }),
  };
}

export async function recordChanges(
  exchange: Exchange,
  deps: ControlDeps,
  changes: readonly ChangeDraft[],
): Promise<void> {
  const { actor, receipt } = exchange;
  if (changes.length === 0) return;
  if (actor === undefined || receipt === undefined) throw new Error('a change was made that no decision allowed');
  for (const { personal, ...change } of changes) {
    const { subject } = change;
    const own = subject === undefined || personal === undefined ? undefined : { subject, values: personal };
    await deps.record.append({ type: 'change', ...change, actor, of: receipt.index }, own);
  }
}

type Ending = Pick<OutcomeEvent, 'status' | 'end'>;

/** The second record of what was allowed, whichever way it ended. */
export async function recordOutcome(exchange: Exchange, deps: ControlDeps, ending: Ending): Promise<void> {
  const { receipt, bytesIn, bytesOut } = exchange;
  if (receipt === undefined || !exchange.wasAllowed) return;
  const durationMs = Math.max(0, deps.nowMs() - exchange.startedMs);
  try {
    await deps.record.append({ type: 'outcome', of: receipt.index, bytesIn, bytesOut, durationMs, ...ending });
  } catch (fault) {
    // The next start finds the decision without an outcome and writes `outcome.unknown`.
    deps.report(fault, exchange.requestId);
  }
}
