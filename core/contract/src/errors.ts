import { z } from 'zod';

/** Every error that the control API answers with, and its status. A code never changes its meaning. */
export const errorStatus = {
  malformed: 400,
  'two-credentials': 400,
  'credential-in-query': 400,
  'enrolment-refused': 400,
  'password-refused': 400,
  unauthenticated: 401,
  'step-up-needed': 401,
  'factor-refused': 400,
  denied: 403,
  'foreign-origin': 403,
  'not-found': 404,
  conflict: 409,
  waiting: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'unknown-host': 421,
  'too-many-attempts': 429,
  'headers-too-large': 431,
  fault: 500,
  'not-set-up': 503,
  'record-unavailable': 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export const errorCodes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]];

/** What would turn a refusal around, as far as the person may know it. */
const remedy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('role'), role: z.string(), scope: z.object({ type: z.string(), name: z.string() }) }),
  z.object({ kind: z.literal('token-scope'), scope: z.string() }),
  z.object({ kind: z.literal('sign-in') }),
  z.object({
    kind: z.literal('step-up'),
    level: z.enum(['none', 'aal1', 'aal2', 'aal3']),
    phishingResistant: z.boolean(),
  }),
  z.object({ kind: z.literal('device'), need: z.enum(['enrolled', 'managed']) }),
  z.object({ kind: z.literal('approval'), people: z.int() }),
  z.object({ kind: z.literal('time'), fromMs: z.int() }),
]);

export type ApiRemedy = z.infer<typeof remedy>;

/** The body of every error: what happened and why, and what to do next. */
export const apiError = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  next: z.string(),
  requestId: z.string(),
  /** All of these together. */
  remedies: z.array(remedy).optional(),
});

export type ApiError = z.infer<typeof apiError>;
