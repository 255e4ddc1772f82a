import { z } from 'zod';

/*
 * The questions of OpenID AuthZEN Authorization API 1.0. A field that is not known here is ignored, as the standard
 * wants it; one that is known has to be of its form.
 */

const typeName = z.string().min(1).max(128);
const entityId = z.string().min(1).max(1024);
const properties = z.record(z.string().max(256), z.unknown()).optional();

export const authzenEntity = z.object({ type: typeName, id: entityId, properties });
export const authzenAction = z.object({ name: z.string().min(1).max(128), properties });
const context = z.record(z.string().max(256), z.unknown()).optional();

export const authzenEvaluation = z.object({
  subject: authzenEntity,
  action: authzenAction,
  resource: authzenEntity,
  context,
});

/** `execute_all` when nothing is said. */
export const evaluationsSemantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;

/** One question in many: what an item leaves out is taken from beside the list, each part whole. */
export const authzenEvaluations = z.object({
  subject: authzenEntity.optional(),
  action: authzenAction.optional(),
  resource: authzenEntity.optional(),
  context,
  options: z.object({ evaluations_semantic: z.enum(evaluationsSemantics).optional() }).optional(),
  /** Each is read by itself: one that is malformed is an answer of its own. */
  evaluations: z.array(z.unknown()).optional(),
});

const page = z
  .object({
    /** Empty: from the beginning. */
    token: z.string().max(4096).optional(),
    limit: z.int().positive().optional(),
  })
  .optional();

/** Of what is searched for only the type is read: an id that comes with it is ignored (section 8). */
const searched = z.object({ type: typeName });

export const authzenSubjectSearch = z.object({
  subject: searched,
  action: authzenAction,
  resource: authzenEntity,
  context,
  page,
});
export const authzenResourceSearch = z.object({
  subject: authzenEntity,
  action: authzenAction,
  resource: searched,
  context,
  page,
});
export const authzenActionSearch = z.object({ subject: authzenEntity, resource: authzenEntity, context, page });

export type AuthzenEntity = z.infer<typeof authzenEntity>;
export type AuthzenEvaluation = z.infer<typeof authzenEvaluation>;
export type AuthzenEvaluations = z.infer<typeof authzenEvaluations>;
export type AuthzenSubjectSearch = z.infer<typeof authzenSubjectSearch>;
export type AuthzenResourceSearch = z.infer<typeof authzenResourceSearch>;
export type AuthzenActionSearch = z.infer<typeof authzenActionSearch>;
