import type { EndpointOutput } from '@modelward/contract';
import type { Cli } from './cli.ts';
import { type Client, createClient } from './client.ts';
import { Problem, Refused } from './problem.ts';

const askEveryMs = 3000;

type Session = EndpointOutput<'sessions.open'>['session'];

/** What follows the password: the second factor, or setting the first one up. A session without it is good for nothing else. */
export async function finishSession(
  cli: Cli,
  server: string,
  session: Session & { readonly withPasskey?: boolean },
): Promise<Session> {
  switch (session.missing) {
    case null:
      return session;
    case 'second-factor':
      if (session.withPasskey === true) return proveInBrowser(cli, createClient({ server, secret: session.secret }));
      return proveSecondFactor(cli, server, session);
    case 'factor-setup':
      return setUpApp(cli, server, session);
  }
}

async function proveSecondFactor(cli: Cli, server: string, session: Session): Promise<Session> {
  const typed = (await cli.ask.secret('Code of your authenticator app, or a recovery code')).trim();
  const proof = /^\d{6}$/.test(typed) ? { totp: typed } : { recoveryCode: typed };
  return (await createClient({ server, secret: session.secret }).call('step-ups.finish', proof)).session;
}

/** In a terminal there are no passkeys: an authenticator app, and a passkey later in a browser. */
async function setUpApp(cli: Cli, server: string, session: Session): Promise<Session> {
  const client = createClient({ server, secret: session.secret });
  const { secret, uri } = await client.call('totp.begin', {});
  cli.note('everybody here has a second factor. Put this into an authenticator app:');
  cli.note(`  ${uri}`);
  cli.note(`  or by hand: ${secret}`);
  cli.note(`(a passkey is stronger, and is made in a browser: ${server}/account)`);
  const code = (await cli.ask.secret('The code that the app shows now')).trim();
  const added = await client.call('totp.confirm', { code });
  cli.note('recovery codes, shown this once; each stands in for the app one time, so keep them where the app is not:');
  for (const one of added.recoveryCodes ?? []) cli.note(`  ${one}`);
  if (added.session === undefined) throw new Problem('the session has not become a whole one', 'sign in again');
  return added.session;
}

/** A passkey, used in a browser on whatever device it is on, for the session that asks here. */
export async function proveInBrowser(cli: Cli, client: Client): Promise<Session> {
  const { link, code, endsAtMs } = await client.call('step-up-links.begin', {});
  cli.note(`open this link in a browser, and go on there only if it shows the code ${code}:`);
  cli.note(`  ${link}`);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    try {
      return (await client.call('step-up-links.collect', {})).session;
    } catch (problem) {
      const isWaiting = problem instanceof Refused && problem.error.code === 'waiting';
      if (!isWaiting) throw problem;
      if (Date.now() > endsAtMs) throw new Problem('nobody said yes in time', 'start again');
    }
  }
}
