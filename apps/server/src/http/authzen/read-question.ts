import { ok, type Result, refused } from '@modelward/basics';
import {
  type AuthzenEvaluation,
  type AuthzenEvaluations,
  authzenEvaluation,
  authzenEvaluations,
  type evaluationsSemantics,
} from '@modelward/contract';
import type { z } from 'zod';
import { readJsonObject } from '../body.ts';
import { type ControlRefusal, malformed } from '../refusal.ts';
import { limits } from './limits.ts';

const next = 'send what AuthZEN Authorization API 1.0 describes; docs/authzen.md has examples';

/** The body as the question that the endpoint expects. An empty body, an array or a wrong type is a 400 (section 10.1.2). */
export function readQuestion<Question>(
  body: Uint8Array | undefined,
  shape: z.ZodType<Question>,
): Result<Question, ControlRefusal> {
  if (body === undefined || body.length === 0) return refused(malformed('the request has no body', next));
  const json = readJsonObject(body);
  if (!json.ok) return refused({ ...json.reason, next });
  const parsed = shape.safeParse(json.value);
  return parsed.success ? ok(parsed.data) : refused(malformed(flawOf(parsed.error), next));
}

/** Of a batch: each question, or what is wrong with it. */
export type Item = Result<AuthzenEvaluation, string>;
export type Batch = {
  readonly semantics: (typeof evaluationsSemantics)[number];
  readonly items: readonly Item[];
  /** Without a list the endpoint for many answers as the one for one does (section 7.1). */
  readonly isSingle: boolean;
};

export function readBatch(body: Uint8Array | undefined): Result<Batch, ControlRefusal> {
  const question = readQuestion(body, authzenEvaluations);
  if (!question.ok) return question;
  const { evaluations = [], options, ...defaults } = question.value;
  const semantics = options?.evaluations_semantic ?? 'execute_all';
  if (evaluations.length > limits.evaluations)
    return refused(malformed(`more than ${limits.evaluations} evaluations in one request`, 'send them in several'));
  if (evaluations.length > 0)
    return ok({ semantics, items: evaluations.map((one) => readItem(one, defaults)), isSingle: false });
  const single = readItem({}, defaults);
  return single.ok ? ok({ semantics, items: [single], isSingle: true }) : refused(malformed(single.reason, next));
}

/** A part that the item names takes the place of the whole part beside the list. */
function readItem(item: unknown, defaults: Omit<AuthzenEvaluations, 'evaluations' | 'options'>): Item {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return refused('an evaluation is an object');
  const parsed = authzenEvaluation.safeParse({ ...defaults, ...item });
  return parsed.success ? ok(parsed.data) : refused(flawOf(parsed.error));
}

/** Where and what was expected; never what was sent. */
function flawOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the body' : `\`${issue.path.join('.')}\``;
  return `${where}: ${(issue?.message ?? 'is not as it should be').replace(/^./, (first) => first.toLowerCase())}`;
}
