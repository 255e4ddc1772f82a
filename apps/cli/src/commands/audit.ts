import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { addHistory } from './audit-history.ts';
import { addReceipt, addVerifyReceipt } from './audit-receipt.ts';
import { addTail } from './audit-tail.ts';
import { addVerify } from './audit-verify.ts';

/** `audit`: reading the record, and checking that it is whole. */
export function addAudit(program: Command, cli: Cli): void {
  const audit = program.command('audit').description('the record: tail, verify, receipt, verify-receipt, history');
  addTail(audit, cli);
  addVerify(audit, cli);
  addReceipt(audit, cli);
  addVerifyReceipt(audit, cli);
  addHistory(audit, cli);
}
