import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Enrolments = {
  readonly needsFirst: () => Promise<boolean>;
  readonly createFirst: () => Promise<{ readonly secret: string; readonly endsAtMs: number }>;
};

type Invitation = {
  readonly enrolments: Enrolments;
  readonly controlUrl: string;
  readonly dataFolder: string;
  /** Whether a person reads standard output: only then may a secret be shown there. */
  readonly isTerminal: boolean;
};

const secretFile = (dataFolder: string) => join(dataFolder, 'first-administrator.txt');

/** Once it is used up it opens nothing; it is put away all the same. */
export function forgetFirstSecret(dataFolder: string): void {
  rmSync(secretFile(dataFolder), { force: true });
}

/**
 * How the first administrator is made, in lines for the terminal, or nothing when there is one. Where nobody watches the
 * terminal (a service, a container), its output ends in logs: the secret then goes to a file that only the owner can read.
 */
export async function inviteFirstAdministrator(invitation: Invitation): Promise<readonly string[]> {
  const { enrolments, controlUrl, dataFolder, isTerminal } = invitation;
  forgetFirstSecret(dataFolder);
  if (!(await enrolments.needsFirst())) return [];
  const { secret, endsAtMs } = await enrolments.createFirst();
  // In the fragment the secret is never sent to a server, and so never logged by one.
  const link = `${controlUrl}/enrol#first=${secret}`;
  const until = new Date(endsAtMs).toISOString().slice(11, 16);
  if (!isTerminal) {
    const file = secretFile(dataFolder);
    writeFileSync(file, `${link}\n`, { mode: 0o600, flag: 'wx' });
    return [
      `The first administrator is made with the link in ${file} (good until ${until} UTC, once; until then all else answers 503).`,
    ];
  }
  return [
    `Make the first administrator with this link (good until ${until} UTC, once; until then all else answers 503):`,
    `  ${link}`,
    '  or without a browser: npx modelward enrol --first, which asks for the link',
  ];
}
