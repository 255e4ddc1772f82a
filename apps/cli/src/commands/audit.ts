import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { addTail } from './audit-tail.ts';
import { addVerify } from './audit-verify.ts';

/** `audit`: reading the record, and checking that it is whole. */
export function addAudit(program: Command, cli: Cli): void {
  const audit = program.command('audit').description('the record: tail, verify');
  addTail(audit, cli);
  addVerify(audit, cli);
}
