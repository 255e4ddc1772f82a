import { mkdtempSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromUtf8 } from '@modelward/basics';
import type { AuditEntry, AuditEvent, DecisionEvent } from '@modelward/contract';
import { describeLogFlaw, verifyLog } from '@modelward/merkle';
import { sha256, verifyEd25519 } from '../crypto.ts';
import { readPublishedFile } from '../published-files.ts';
import { type AuditRecord, openRecord, type RecordOptions } from '../record.ts';

export const origin = 'modelward/test';

/** Where one log lies in a test: its folder and its keys. */
export type Place = { readonly folder: string; readonly keyFolder: string };

export function newPlace(): Place {
  const root = mkdtempSync(join(tmpdir(), 'modelward-record-'));
  return { folder: join(root, 'record'), keyFolder: join(root, 'keys') };
}

/** The same bytes elsewhere: what a crash at this moment would leave. */
export async function copyPlace(place: Place): Promise<Place> {
  const copy = newPlace();
  // The spare is being made at its own time, and a start makes one where there is none.
  const filter = (source: string) => !/\.partial$|\/spare$/.test(source);
  await cp(place.folder, copy.folder, { recursive: true, filter });
  await cp(place.keyFolder, copy.keyFolder, { recursive: true });
  return copy;
}

/** Opens a log that publishes only when it is told to. A fault of the disk fails the test that did not ask for it. */
export function open(place: Place, options: Partial<RecordOptions> = {}): Promise<AuditRecord> {
  return openRecord({
    ...place,
    origin,
    nowMs: () => 1_800_000_000_000,
    onFault: (fault) => {
      throw fault;
    },
    segmentBytes: 128 * 1024,
    deadlineMs: 20_000,
    publishMs: 3_600_000,
    ...options,
  });
}

/** Verifies the published log as an auditor would, and returns all its entries. Throws what is wrong with it. */
export async function verifiedEntries(folder: string, verifierKey: string): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  const verified = await verifyLog({
    read: (path) => readPublishedFile(folder, path),
    verifierKey,
    sha256,
    verify: verifyEd25519,
    onEntry: (entry) => entries.push(JSON.parse(fromUtf8(entry) ?? '') as AuditEntry),
  });
  if (!verified.ok) throw new Error(describeLogFlaw(verified.reason));
  if (verified.value.size !== entries.length) throw new Error('the checkpoint has another size');
  return entries;
}

/** Opens the log again, closes it, and returns all that is in it, verified. */
export async function reopened(place: Place): Promise<readonly AuditEntry[]> {
  const record = await open(place);
  await record.close();
  return verifiedEntries(place.folder, record.verifierKey);
}

export function decision(requestId: string, more: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    type: 'decision',
    requestId: `req_${requestId}`,
    actor: { kind: 'person', id: 'acc_ada' },
    authentication: { level: 'none', credential: 'personal-token', credentialId: 'tok_one' },
    interface: 'mlflow',
    asked: [{ action: 'model.read', resource: { type: 'Model', id: 'res_one', project: 'prj_one', ref: 'ref_one' } }],
    decision: 'allow',
    reasons: ['viewer:lnk_one'],
    bundle: 'sha256:0',
    source: 'src_one',
    risk: 'unknown',
    ...more,
  };
}

export function outcome(of: number): AuditEvent {
  return { type: 'outcome', of, status: 200, bytesIn: 0, bytesOut: 2, durationMs: 1, end: 'complete' };
}

/** The ids of the requests whose decisions are in the log, in its order. */
export function requestsOf(entries: readonly AuditEntry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.type === 'decision' ? [entry.requestId.slice(4)] : []));
}

export function readText(...path: readonly string[]): Promise<string> {
  return readFile(join(...path), 'utf8');
}
