import { z } from 'zod';
import { catalogueVersion, changeKinds, type EventKind, eventKinds } from './event-catalogue.ts';
import { auditEvent } from './events.ts';

type Schema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
};

/** The catalogue as a page for people: every kind of entry with its fields, made from the schema that entries are checked by. */
export function describeEvents(): string {
  const schemas = (z.toJSONSchema(auditEvent) as Schema).oneOf ?? (z.toJSONSchema(auditEvent) as Schema).anyOf ?? [];
  const sections = Object.entries(eventKinds).flatMap(([name, kind]) => {
    const schema = schemas.find(({ properties }) => properties?.type?.const === name);
    return ['', `## ${name}`, ...about(kind), '', ...fieldTable(schema ?? {})];
  });
  return [
    '# Events of the record',
    '',
    `Catalogue version ${catalogueVersion}; entries are written in form \`"v": 1\`. This page is made from the schema that entries are checked by`,
    '(`core/contract/src/events.ts`) and the catalogue beside it; `vitest run core/contract -u` writes it anew, and a test holds it current.',
    '',
    'Every entry also has `v` and `time`. Ids are random or keyed pseudonyms: `acc_` accounts, `res_` things, `prj_` projects, `src_` the network of',
    'an address, `ref_` what something was called. Nothing a client typed is in an entry as it was typed. The controls are what an entry is',
    'evidence for, not a statement of compliance.',
    ...sections,
    '',
    '## What a change can be',
    '| `what` | meaning | severity | evidence for |',
    '| --- | --- | --- | --- |',
    ...Object.entries(changeKinds).map(
      ([name, { meaning, severity, controls }]) =>
        `| \`${name}\` | ${meaning} | ${severity} | ${controls.join(', ')} |`,
    ),
    '',
  ].join('\n');
}

function about({ meaning, severity, reader, controls }: EventKind): readonly string[] {
  return [
    `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`,
    '',
    `Severity ${severity} · read with \`${reader}\` · evidence for ${controls.join(', ')}`,
  ];
}

function fieldTable(schema: Schema): readonly string[] {
  const rows = fieldsOf(schema, '').map(
    ({ path, text, isRequired }) => `| \`${path}\` | ${text} | ${isRequired ? 'yes' : 'no'} |`,
  );
  return rows.length === 0 ? [] : ['| field | what it holds | always |', '| --- | --- | --- |', ...rows];
}

type Field = { readonly path: string; readonly text: string; readonly isRequired: boolean };

function fieldsOf({ properties = {}, required = [] }: Schema, before: string): readonly Field[] {
  return Object.entries(properties)
    .filter(([name]) => !(before === '' && name === 'type'))
    .flatMap(([name, schema]) => {
      const inner = schema.items?.properties === undefined ? schema : schema.items;
      const path = `${before}${name}${inner === schema ? '' : '[]'}`;
      const isRequired = required.includes(name);
      if (inner.properties !== undefined)
        return fieldsOf(inner, `${path}.`).map((field) => ({ ...field, isRequired: field.isRequired && isRequired }));
      return [{ path, text: textOf(schema), isRequired }];
    });
}

function textOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined)
    return schema.enum.length > 8 ? 'see below' : schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.items !== undefined) return `list: ${textOf(schema.items)}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map(textOf).join(' or ');
  if (typeof schema.additionalProperties === 'object') return `by name: ${textOf(schema.additionalProperties)}`;
  return schema.type === 'string' ? 'text' : schema.type === 'integer' ? 'whole number' : String(schema.type ?? 'any');
}
