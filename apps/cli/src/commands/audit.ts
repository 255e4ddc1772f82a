import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { addExport } from './audit-export.ts';
import { addHistory } from './audit-history.ts';
import { addPack } from './audit-pack.ts';
import { addQuery } from './audit-query.ts';
import { addReceipt, addVerifyReceipt } from './audit-receipt.ts';
import { addTail } from './audit-tail.ts';
import { addVerify } from './audit-verify.ts';

/** `audit`: reading the record, and checking that it is whole. */
export function addAudit(program: Command, cli: Cli): void {
  const audit = program.command('audit').description('the record: tail, query, history, verify, receipt, export, pack');
  addTail(audit, cli);
  addVerify(audit, cli);
  addReceipt(audit, cli);
  addVerifyReceipt(audit, cli);
  addHistory(audit, cli);
  addQuery(audit, cli);
  addExport(audit, cli);
  addPack(audit, cli);
}
