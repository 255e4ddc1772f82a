import type { AuditEntry } from '@modelward/contract';
import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';
import { entryLine } from './entry-text.ts';
import { plain, table } from './table.ts';

describe('an entry of the record', () => {
  const names = new Map([['acc_a', 'ada']]);
  const about = (entry: object) =>
    entryLine({ index: 7, entry: { v: 1, time: '2026-11-24T10:00:00.000Z', ...entry } as AuditEntry }, names);

  it.each([
    [
      {
        type: 'decision',
        decision: 'deny',
        actor: { kind: 'person', id: 'acc_a' },
        asked: [{ action: 'model.read', resource: { type: 'Model', id: 'res_1', ref: 'ref_1' } }],
        reasons: ['no-permit'],
        remedies: ['viewer'],
      },
      'DENY   ada  model.read model res_1  (no-permit; would help: viewer)',
    ],
    [
      { type: 'change', what: 'role.assigned', actor: { id: 'acc_a' }, subject: 'acc_b', detail: { role: 'viewer' } },
      'CHANGE ada  role.assigned acc_b  (role viewer)',
    ],
    [
      { type: 'refusal', source: 'src_1', interface: 'mlflow', reason: 'unknown-host' },
      'DENY   somebody unknown (src_1)  mlflow  (unknown-host)',
    ],
    [
      { type: 'refusal.summary', source: 'src_1', count: 12, reasons: { 'unknown-host': 12 } },
      'DENY   somebody unknown (src_1)  12 more  (unknown-host 12)',
    ],
    [{ type: 'outcome.unknown', of: 5 }, '#5 has no known end: the process stopped before it'],
  ])('is one line: %j', (entry, line) => {
    expect(about(entry)).toContain(line);
    expect(about(entry)).not.toContain('\n');
  });
});

describe('text from other people', () => {
  it.each([
    ['\u001b[31mred', '?[31mred'],
    ['two\nlines', 'two?lines'],
    ['\u202egnirts', '?gnirts'],
    ['plain é 漢', 'plain é 漢'],
  ])('moves no terminal: %j', (text, shown) => {
    expect(plain(text)).toBe(shown);
    expect(table(['NAME'], [[text]])[1]).toBe(shown);
  });
});

describe('a length of time', () => {
  it.each([
    ['30m', 1800],
    ['8h', 28_800],
    ['7d', 604_800],
    ['2w', 1_209_600],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
  it.each(['', '8', 'h', '0h', '-1h', '1.5h', '1y', '8 h', '1e3h'])('`%s` is none', (text) => {
    expect(() => parseDuration(text)).toThrow('is no length of time');
  });
});
