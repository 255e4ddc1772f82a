import { type Application, readApplication } from '@modelward/access';
import type { Config } from '../config/load-config.ts';

/** Another application's policies, when the configuration names their folder. Throws everything that is wrong with them. */
export async function loadApplication({ policy }: Config): Promise<Application | undefined> {
  if (policy.application === undefined) return undefined;
  const read = await readApplication(policy.application);
  if (read.ok) return read.value;
  const flaws = read.reason.map(({ file, message }) => `  ${file}: ${message}`);
  throw new Error(['the policies of `policy.application` are refused:', ...flaws].join('\n'));
}
