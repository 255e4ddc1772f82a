import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeEvents } from './describe-events.ts';
import { changeKinds, eventKinds } from './event-catalogue.ts';
import { auditEvent } from './events.ts';

const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'events.md');

describe('docs/events.md', () => {
  it('is what the schema and the catalogue say; -u writes it anew', async () => {
    await expect(describeEvents()).toMatchFileSnapshot(page);
  });

  it('has a section for every kind of entry that the schema knows, and a row for every change', () => {
    const names = auditEvent.options.map(({ shape }) => shape.type.value);
    expect(Object.keys(eventKinds).toSorted()).toEqual([...names].toSorted());
    for (const name of [...names, ...Object.keys(changeKinds)])
      expect(describeEvents()).toMatch(new RegExp(`^(## |\\| \`)${name}`, 'm'));
  });

  it('names every field', () => {
    for (const { shape } of auditEvent.options)
      for (const field of Object.keys(shape).filter((name) => name !== 'type'))
        expect(describeEvents()).toMatch(new RegExp(`^\\| \`${field}[\`.[]`, 'm'));
    expect(z.toJSONSchema(auditEvent)).toBeTypeOf('object');
  });
});
