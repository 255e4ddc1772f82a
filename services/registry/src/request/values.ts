import { posix } from 'node:path';
import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';
import type { Fields } from './fields.ts';

/* Names and values as MLflow takes them. */

export type Entry = { readonly key: string; readonly value: string };

/** What an error repeats of what was sent: enough to know it again. */
export function shown(text: string): string {
  return text.slice(0, 300);
}

export function runId(fields: Fields): string {
  const id = fields.text('run_id');
  const old = fields.text('run_uuid');
  if (id !== undefined && old !== undefined && id !== old) throw invalid('`run_id` and `run_uuid` name two runs');
  const found = id ?? old ?? fields.required('run_id');
  if (!/^[0-9a-f]{32}$/.test(found))
    throw invalid(`Invalid value ${JSON.stringify(shown(found))} for parameter 'run_id' supplied.`);
  return found;
}

export function loggedModelId(text: string): string {
  if (/^m-[0-9a-f]{32}$/.test(text)) return text;
  throw invalid(`Invalid value ${JSON.stringify(shown(text))} for parameter 'model_id' supplied.`);
}

export function experimentId(text: string): string {
  if (/^(?:0|[1-9][0-9]{0,18})$/.test(text)) return text;
  throw invalid(`Invalid experiment ID '${shown(text)}'. Experiment ID must be a valid integer.`);
}

export function experimentName(name: string): string {
  if (name.trim() === '') throw invalid(`Invalid experiment name: '${shown(name)}'`);
  return within('name', name, limits.experimentNameCharacters);
}

export function modelName(name: string): string {
  if (name.trim() === '') throw invalid("Missing value for required parameter 'name'.");
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${shown(name)}'. Names cannot contain '/' or ':'.`);
  return within('name', asOneFile(name, 'name'), limits.nameCharacters);
}

export function versionNumber(text: string): number {
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text);
  throw invalid(`Parameter 'version' must be an integer, got '${shown(text)}'.`);
}

export function aliasName(alias: string): string {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) {
    throw invalid(
      `Invalid alias name: '${shown(alias)}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  return within('Registered model alias name', alias, limits.aliasCharacters);
}

export function newAliasName(alias: string): string {
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^v[0-9]+$/i.test(alias)) throw invalid(`Version alias name '${shown(alias)}' is reserved.`);
  return aliasName(alias);
}

/** The name of a tag, parameter or metric; `field` is how an error calls it. */
export function entryKey(key: string, field = 'key'): string {
  if (!/^[/\p{L}\p{N}_.\- :]+$/u.test(key)) {
    throw invalidValue(
      key,
      field,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    );
  }
  return within('key', asOneFile(key, field), limits.keyCharacters);
}

/** MLflow's clients make files of some names: what would be another file than its name says is refused. */
function asOneFile(name: string, field: string): string {
  const resolved = posix.normalize(name).replace(/(?<=.)\/$/, '');
  if (resolved === name && !/^(?:\.$|\.\.|\/)/.test(resolved)) return name;
  throw invalidValue(
    name,
    field,
    'Names may be treated as files in certain cases, and must not resolve to other names when treated as such. ' +
      `This name would resolve to '${shown(resolved)}'`,
  );
}

function invalidValue(value: string, field: string, why: string) {
  return invalid(`Invalid value ${JSON.stringify(shown(value))} for parameter '${field}' supplied: ${why}`);
}

/** In a batch, an error says where in its list an entry stands. */
type ValueLimit = { readonly characters: number; readonly cut?: boolean; readonly isBatched?: boolean };
const modelTag: ValueLimit = { characters: limits.modelTagCharacters };

/** MLflow cuts long values of runs, and refuses long ones elsewhere. */
export const entryLimits = {
  runTag: { characters: limits.runTagCharacters, cut: true },
  batchedTag: { characters: limits.runTagCharacters, cut: true, isBatched: true },
  param: { characters: limits.paramValueCharacters, cut: true },
  batchedParam: { characters: limits.paramValueCharacters, cut: true, isBatched: true },
  experimentTag: { characters: limits.experimentTagCharacters },
  modelTag,
} satisfies Record<string, ValueLimit>;

export function entry(fields: Fields, { characters, cut = false }: ValueLimit, field = 'key'): Entry {
  const key = entryKey(fields.required('key'), field);
  const value = fields.text('value') ?? '';
  return { key, value: cut ? cutTo(value, characters) : within('value', value, characters) };
}

/** By whole characters: half of one cannot be stored. */
function cutTo(value: string, characters: number): string {
  return value.length <= characters ? value : Array.from(value).slice(0, characters).join('');
}

export function entries(fields: Fields, name: string, limit: ValueLimit): readonly Entry[] {
  const list = fields.objects(name);
  if (list.length > limits.entriesPerList) throw tooMany(name, limits.entriesPerList, list.length);
  return list.map((item, at) => entry(item, limit, limit.isBatched ? `${name}[${at}].key` : 'key'));
}

export function tooMany(name: string, most: number, got: number) {
  return invalid(
    `A batch logging request can contain at most ${most} ${name}. Got ${got} ${name}. Please split up ${name} across ` +
      'multiple requests and try again.',
  );
}

export function within(name: string, value: string, characters: number): string {
  if (value.length <= characters || Array.from(value).length <= characters) return value;
  throw invalid(`'${name}' exceeds the maximum length of ${characters} characters`);
}

export function oneOf<const Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw invalid(
      `Invalid value ${JSON.stringify(shown(value))} for parameter '${name}' supplied; use one of ${choices.join(', ')}`,
    );
  }
  return found;
}
