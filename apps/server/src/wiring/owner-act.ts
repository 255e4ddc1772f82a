import type { AuditRecord } from '@modelward/audit';
import type { Actor, ChangeEvent } from '@modelward/contract';
import { newId } from './ids.ts';

export type OwnersChange = Pick<ChangeEvent, 'what' | 'subject' | 'detail'>;

type OwnersAct<Value> = {
  readonly record: AuditRecord;
  /** Named like the command that does it. */
  readonly action: string;
  readonly act: () => Promise<{ readonly value: Value; readonly changes: readonly OwnersChange[] }>;
};

const owner: Actor = { kind: 'system', id: 'sys_owner' };

/**
 * What the owner of the files does past every door. The operating system has decided that they may; the record says so
 * before it happens, what changed, and how it ended.
 */
export async function recordOwnersAct<Value>({ record, action, act }: OwnersAct<Value>): Promise<Value> {
  const { index } = await record.append({
    type: 'decision',
    requestId: newId('req'),
    actor: owner,
    authentication: { level: 'none', credential: 'files-owner' },
    interface: 'cli',
    asked: [{ action, resource: { type: 'Organization' } }],
    decision: 'allow',
    reasons: ['files-owner'],
    bundle: 'none',
    source: 'src_local',
    risk: 'unknown',
  });
  const startedMs = Date.now();
  let end: 'complete' | 'refused' = 'refused';
  try {
    const { value, changes } = await act();
    for (const change of changes) await record.append({ type: 'change', ...change, actor: owner, of: index });
    end = 'complete';
    return value;
  } finally {
    const durationMs = Math.max(0, Date.now() - startedMs);
    await record.append({ type: 'outcome', of: index, status: 0, bytesIn: 0, bytesOut: 0, durationMs, end });
  }
}
