import { ok, type Result } from '@modelward/basics';
import { type AuthzenDecision, type AuthzenEvaluation, authzenEvaluation } from '@modelward/contract';
import type { ControlRefusal } from '../refusal.ts';
import { type Asking, answerOf, type Decided, decideOne } from './decided.ts';
import { mayEverywhere } from './reach.ts';
import { type Batch, type Item, readBatch, readQuestion } from './read-question.ts';

/** What leaves, and what of it goes into the record: the questions with their answers, in order. */
export type Answered = {
  readonly body: unknown;
  readonly told: readonly { readonly asked: unknown; readonly allowed: boolean }[];
};

export type Answering = { readonly body: Uint8Array | undefined; readonly asking: Asking; readonly isMinimal: boolean };

/** `/access/v1/evaluation`. */
export async function answerEvaluation(answering: Answering): Promise<Result<Answered, ControlRefusal>> {
  const question = readQuestion(answering.body, authzenEvaluation);
  if (!question.ok) return question;
  return ok(await answerSingle(question.value, answering));
}

/** `/access/v1/evaluations`. */
export async function answerEvaluations(answering: Answering): Promise<Result<Answered, ControlRefusal>> {
  const batch = readBatch(answering.body);
  if (!batch.ok) return batch;
  const [first] = batch.value.items;
  if (batch.value.isSingle && first?.ok) return ok(await answerSingle(first.value, answering));
  const decided = await decideInOrder(batch.value, answering.asking);
  const explained = await explanation(answering);
  return ok({
    body: { evaluations: decided.map((one): AuthzenDecision => answerOf(one, explained)) },
    told: decided.map(({ allowed }, at) => ({ asked: idsOf(batch.value.items[at]), allowed })),
  });
}

async function answerSingle(evaluation: AuthzenEvaluation, answering: Answering): Promise<Answered> {
  const decided = await decideOne(evaluation, answering.asking);
  const explained = await explanation(answering);
  return { body: answerOf(decided, explained), told: [{ asked: idsOf(ok(evaluation)), allowed: decided.allowed }] };
}

/** One after the other: what comes after the answer that ends it is not decided at all. */
async function decideInOrder({ items, semantics }: Batch, asking: Asking): Promise<readonly Decided[]> {
  const decided: Decided[] = [];
  for (const item of items) {
    const one = item.ok ? await decideOne(item.value, asking) : { allowed: false, reasons: [], flaw: item.reason };
    decided.push(one);
    if (semantics === (one.allowed ? 'permit_on_first_permit' : 'deny_on_first_deny')) break;
  }
  return decided;
}

/** Undefined when the caller wants the decision alone, or may not read why. */
async function explanation({ asking, isMinimal }: Answering): Promise<{ bundle: string } | undefined> {
  const { caller, deps } = asking;
  if (isMinimal || !(await mayEverywhere(caller, deps, 'policy.read'))) return undefined;
  return { bundle: deps.bundle.digest };
}

function idsOf(item: Item | undefined): unknown {
  if (!item?.ok) return 'malformed';
  const { subject, action, resource } = item.value;
  return [subject.type, subject.id, action.name, resource.type, resource.id];
}
