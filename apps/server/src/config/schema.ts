import { isIP } from 'node:net';
import { z } from 'zod';
import { isAddressRange } from './addresses.ts';
import { parseWitness } from './witnesses.ts';

const longestPath = 4096;
const longestUrl = 2048;
const mostProxies = 256;
const mostWitnesses = 256;

const path = z
  .string()
  .min(1)
  .max(longestPath)
  .refine((text) => !text.includes('\0'));
const host = z.string().max(253).refine(isHost);
const port = z.int().min(1).max(65535);
const publicUrl = z
  .string()
  .max(longestUrl)
  .refine(isBareHttpUrl)
  .transform((text) => new URL(text).origin);

/** Every setting is known and of its type; what may not be combined is in dangers.ts. Defaults are in settings.ts. */
export const settingsSchema = z.strictObject({
  dataFolder: path,
  keyFolder: path,
  storage: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('sqlite') }),
    z.strictObject({ kind: z.literal('postgres'), url: z.string().max(longestUrl).refine(isPostgresUrl) }),
  ]),
  control: z.strictObject({ host, port, publicUrl: publicUrl.optional() }),
  mlflow: z.strictObject({
    host,
    port,
    publicUrl: publicUrl.optional(),
    upstream: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('built-in') }),
      z.strictObject({
        kind: z.literal('mlflow'),
        url: publicUrl.optional(),
        socket: path.optional(),
        acceptOpen: z.string().trim().min(1).max(500).optional(),
      }),
    ]),
  }),
  policy: z.strictObject({
    engine: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('built-in') }),
      z.strictObject({
        kind: z.literal('authzen'),
        url: publicUrl.optional(),
        timeoutMs: z.int().min(1).max(60_000).optional(),
      }),
    ]),
    application: path.optional(),
  }),
  record: z.strictObject({
    public: z.boolean(),
    witnesses: z
      .array(
        z
          .string()
          .max(longestUrl)
          .refine((text) => parseWitness(text) !== undefined),
      )
      .max(mostWitnesses),
  }),
  tls: z.strictObject({ certificateFile: path, keyFile: path }).optional(),
  trustedProxies: z.array(z.string().refine(isAddressRange)).max(mostProxies),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  const labels = text.split('.');
  const areLabels = labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
  // A last label that is a number makes resolvers and browsers read the whole as an address: `127.1`, `0x7f000001`.
  return areLabels && !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '');
}

/** No user, path, query or fragment: nothing that a listener could not answer for, and no place for a secret. */
function isBareHttpUrl(text: string): boolean {
  if (!URL.canParse(text) || !/^https?:\/\/[^\s\\/?#@]+\/?$/i.test(text)) return false;
  return !['0.0.0.0', '[::]'].includes(new URL(text).hostname);
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol);
}
