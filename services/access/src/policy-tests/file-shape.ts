import { z } from 'zod';

/* What a file of policy tests may hold. `world.yaml` holds what all the others share. */

export type PlainValue = string | number | boolean | readonly PlainValue[] | { readonly [name: string]: PlainValue };

const name = z.string().regex(/^[^\s"\\]{1,100}$/, 'a name has up to 100 characters and no spaces');
const value: z.ZodType<PlainValue> = z.lazy(() =>
  z.union([z.string(), z.int(), z.boolean(), z.array(value), z.record(z.string(), value)]),
);
const fields = z.record(z.string(), value);
const names = z.array(name).min(1).max(100);

const link = z.strictObject({ role: name, principal: name, scope: name });
const entity = z.strictObject({ type: name, in: z.array(name).optional(), has: fields.optional() });

const test = z.strictObject({
  name: z.string().min(1).max(300),
  principals: names,
  actions: names,
  resources: names,
  contexts: names.optional(),
  links: z.array(link).optional(),
  expect: z.enum(['allow', 'deny']),
  because: z.array(name).optional(),
});

export const testFile = z.strictObject({
  /** The moment at which all of it happens. */
  now: z.iso.datetime().optional(),
  /** What every context holds unless it says otherwise. */
  context: fields.optional(),
  contexts: z.record(name, fields).optional(),
  /** Attributes that every entity of a type has unless it says otherwise. */
  defaults: z.record(name, fields).optional(),
  entities: z.record(name, entity).optional(),
  links: z.array(link).optional(),
  tests: z.array(test).optional(),
});

export type TestFile = z.infer<typeof testFile>;
export type TestLink = z.infer<typeof link>;
export type WrittenTest = z.infer<typeof test>;
