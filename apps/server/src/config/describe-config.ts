import type { Config, Origin } from './load-config.ts';
import { settings, variableOf } from './settings.ts';
import { valueAt } from './tree.ts';

/** One line of `modelward config show`. `value` is undefined when the setting is not set. */
export type ConfigRow = {
  readonly path: string;
  readonly value: string | undefined;
  readonly origin: Origin;
  readonly variable: string;
};

/** Every setting with its value and where that came from; secrets are masked. */
export function describeConfig(config: Config): ConfigRow[] {
  return settings.map(({ path, secret }) => {
    const value = valueAt(config, path);
    const text = value === undefined ? undefined : [value].flat().join(', ');
    return {
      path,
      value: secret && text !== undefined ? maskSecrets(text) : text,
      origin: config.origins.get(path) ?? 'default',
      variable: variableOf(path),
    };
  });
}

/** A database URL carries its password before the host, or as a parameter. */
function maskSecrets(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  for (const name of new Set(url.searchParams.keys())) {
    if (/pass/i.test(name)) url.searchParams.set(name, '***');
  }
  return url.href;
}
