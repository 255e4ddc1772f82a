import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeConfig } from './describe-config.ts';
import { loadConfig } from './load-config.ts';
import { settingsSchema } from './schema.ts';
import { type Setting, settings, variableOf } from './settings.ts';

function rowsOf(text: string, env: Record<string, string> = {}) {
  const loaded = loadConfig({ env, readFile: () => new TextEncoder().encode(text) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.reason));
  return describeConfig(loaded.value);
}

describe('config show', () => {
  it('gives every setting with its value and where that came from', () => {
    const rows = rowsOf('control: { port: 8081 }', { MODELWARD_TRUSTED_PROXIES: '10.0.0.1,10.0.0.2' });
    expect(rows.map(({ path }) => path)).toEqual(settings.map(({ path }) => path));
    expect(rows).toContainEqual({
      path: 'control.port',
      value: '8081',
      origin: 'file',
      variable: 'MODELWARD_CONTROL_PORT',
    });
    expect(rows).toContainEqual(
      expect.objectContaining({ path: 'trustedProxies', value: '10.0.0.1, 10.0.0.2', origin: 'environment' }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({ path: 'control.host', value: 'localhost', origin: 'default' }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ path: 'tls.keyFile', value: undefined }));
  });

  it.each([
    ['postgres://ward:hunter2@db/ward', 'postgres://ward:***@db/ward'],
    [
      'postgres://ward@db/ward?password=hunter2&sslmode=require',
      'postgres://ward@db/ward?password=***&sslmode=require',
    ],
    [
      'postgres:///ward?host=/run/postgresql&passfile=hunter2',
      'postgres:///ward?host=%2Frun%2Fpostgresql&passfile=***',
    ],
    ['postgres://db/ward', 'postgres://db/ward'],
  ])('masks the password in %s', (url, shown) => {
    const rows = rowsOf('storage: { kind: postgres }', { MODELWARD_STORAGE_URL: url });
    expect(rows.find(({ path }) => path === 'storage.url')?.value).toBe(shown);
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  });
});

describe('the table of settings', () => {
  it('has a row for each key that the schema knows, and no other', () => {
    const schema = z.toJSONSchema(settingsSchema, { io: 'input' }) as Branch;
    expect([...new Set(keysIn(schema))].toSorted()).toEqual(settings.map(({ path }) => path).toSorted());
  });

  it.each(settings)('gives an example of $path that the schema accepts', ({ path, form, example }) => {
    const { env } = surroundings.find((row) => path.startsWith(row.prefix)) ?? { env: {} };
    const loaded = loadConfig({
      env: { ...env, [variableOf(path)]: form === 'list' ? `${example},${example}` : example },
      readFile: () => new Uint8Array(),
    });
    const flaws = loaded.ok ? [] : loaded.reason;
    expect(flaws.filter((flaw) => /is not|is missing|no such/.test(flaw.reason))).toEqual([]);
  });

  it('stands in docs/configuration.md, row for row', () => {
    const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(settings.map(rowOf));
  });
});

/** What has to be set for a setting to have a meaning at all. */
const surroundings = [
  { prefix: 'storage.', env: { MODELWARD_STORAGE_KIND: 'postgres', MODELWARD_STORAGE_URL: 'postgres://h/d' } },
  {
    prefix: 'mlflow.upstream.',
    env: { MODELWARD_MLFLOW_UPSTREAM_KIND: 'mlflow', MODELWARD_MLFLOW_UPSTREAM_URL: 'https://h' },
  },
  { prefix: 'tls.', env: { MODELWARD_TLS_CERTIFICATE_FILE: 'c', MODELWARD_TLS_KEY_FILE: 'k' } },
];

function rowOf({ path, default: given, meaning }: Setting): string {
  const shown = given === undefined ? '' : `\`${Array.isArray(given) ? '[]' : given}\``;
  return `| \`${path}\` | ${shown} | \`${variableOf(path)}\` | ${meaning} |`;
}

type Branch = { properties?: Record<string, Branch>; anyOf?: Branch[]; oneOf?: Branch[] };

function keysIn(schema: Branch, prefix = ''): string[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (branches.length > 0) return branches.flatMap((branch) => keysIn(branch, prefix));
  if (schema.properties === undefined) return [prefix];
  return Object.entries(schema.properties).flatMap(([key, value]) =>
    keysIn(value, prefix === '' ? key : `${prefix}.${key}`),
  );
}
