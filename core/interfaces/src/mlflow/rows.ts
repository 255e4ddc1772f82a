import type { JsonObject } from '@modelward/basics';
import type { KeyedType, RowsRule } from '../adapter.ts';
import { isObject } from './fields.ts';

/** The key of one row of a list, as the upstream names it; undefined drops the row. */
export function rowKey(rule: RowsRule, row: JsonObject): string | undefined {
  return keyOf(rule.type, row);
}

/** Where each creating answer carries its subject. */
const wrapperOf = {
  Experiment: undefined,
  Run: 'run',
  LoggedModel: 'model',
  Model: 'registered_model',
  ModelVersion: 'model_version',
} as const;

/** The key of what a creating answer says was created. */
export function createdKey(type: KeyedType, answer: JsonObject): string | undefined {
  const wrapper = wrapperOf[type];
  const subject = wrapper === undefined ? answer : answer[wrapper];
  return isObject(subject) ? keyOf(type, subject) : undefined;
}

function keyOf(type: KeyedType, subject: JsonObject): string | undefined {
  const info = isObject(subject.info) ? subject.info : {};
  switch (type) {
    case 'Experiment':
      return text(subject.experiment_id);
    case 'Run':
      return text(info.run_id);
    case 'LoggedModel':
      return text(info.model_id);
    case 'Model':
      return text(subject.name);
    case 'ModelVersion': {
      const [name, version] = [text(subject.name), text(subject.version)];
      return name === undefined || version === undefined ? undefined : `${name}/${version}`;
    }
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
