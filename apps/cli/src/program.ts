import { Command, CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { addPeople, addServices } from './commands/accounts.ts';
import { addAdmin } from './commands/admin.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addConfig } from './commands/config.ts';
import { addEnrol } from './commands/enrol.ts';
import { addGroups } from './commands/groups.ts';
import { addPolicy } from './commands/policy.ts';
import { addPrivacy } from './commands/privacy.ts';
import { addProjects } from './commands/projects.ts';
import { addRoles } from './commands/roles.ts';
import { addSignIn } from './commands/sign-in.ts';
import { addStepUp } from './commands/step-up.ts';
import { addTokens } from './commands/tokens.ts';
import { addWitness } from './commands/witness.ts';
import { describeProblem, Problem } from './problem.ts';

const commands = [
  addSignIn,
  addStepUp,
  addEnrol,
  addPeople,
  addServices,
  addGroups,
  addProjects,
  addRoles,
  addTokens,
  addAudit,
  addWitness,
  addPrivacy,
  addConfig,
  addPolicy,
  addBackup,
  addAdmin,
];

/** Runs one command. 0: done; 1: refused or failed; 2: used wrongly. */
export async function run(words: readonly string[], cli: Cli): Promise<0 | 1 | 2> {
  const program = new Command('modelward')
    .description('who may touch this model, and can you prove it')
    .option('--server <url>', 'the control API (or MODELWARD_SERVER); that of the configuration here when absent')
    .configureOutput({ writeOut: (text) => cli.print(text.trimEnd()), writeErr: (text) => cli.note(text.trimEnd()) })
    .showHelpAfterError('next: see the same command with --help')
    .exitOverride();
  for (const add of commands) add(program, cli);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return 0;
  } catch (fault) {
    return explain(fault, cli);
  }
}

function explain(fault: unknown, cli: Cli): 0 | 1 | 2 {
  // Commander has said what is wrong, or printed the help that was asked for.
  if (fault instanceof CommanderError) return fault.exitCode === 0 ? 0 : 2;
  if (!(fault instanceof Problem)) throw fault;
  for (const line of describeProblem(fault)) cli.note(line);
  return fault.exitCode;
}
