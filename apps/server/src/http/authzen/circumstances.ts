import type { AccessQuestion } from '@modelward/access';
import { ok, type Result, refused } from '@modelward/basics';
import { z } from 'zod';

/** What a trusted caller may say of the request that it asks about; the fields of the policies' own context. */
const told = z.object({
  auth: z
    .object({
      level: z.enum(['none', 'aal1', 'aal2', 'aal3']),
      credential: z.string().min(1).max(64).default('unknown'),
      ageSeconds: z.number().nonnegative().optional(),
      phishingResistant: z.boolean().optional(),
    })
    .optional(),
  token: z.object({ binding: z.enum(['none', 'session', 'dpop', 'mtls']) }).optional(),
  device: z.object({ tier: z.int().min(0).max(3), managed: z.boolean(), compliant: z.boolean() }).optional(),
  network: z.object({ zone: z.string().min(1).max(64), address: z.union([z.ipv4(), z.ipv6()]).optional() }).optional(),
  risk: z.enum(['low', 'medium', 'high']).optional(),
  task: z.string().max(256).optional(),
});

export type Told = Pick<AccessQuestion, 'authentication' | 'circumstances' | 'scopes'>;

/** What may be assumed of a request of which nothing is known: as little as there is. */
export const nothingTold: Told = {
  authentication: { level: 'none', credential: 'unknown' },
  scopes: undefined,
  circumstances: {},
};

/** Approvals and changes of rights are not among it: those Modelward knows itself, or they are not there. */
export function readTold(context: Readonly<Record<string, unknown>> | undefined): Result<Told, string> {
  if (context === undefined) return ok(nothingTold);
  const parsed = told.safeParse(context);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refused(`\`context.${issue?.path.join('.') ?? ''}\` is not as policies/schema.cedarschema describes it`);
  }
  const { auth = nothingTold.authentication, token, device, network, risk, task } = parsed.data;
  const authentication = token === undefined ? auth : { ...auth, binding: token.binding };
  return ok({ authentication, scopes: undefined, circumstances: { device, network, risk, task } });
}
