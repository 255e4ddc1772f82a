import type { JsonObject, JsonValue } from '@modelward/basics';
import { utf8 } from '@modelward/basics';
import type { UpstreamAnswer } from '@modelward/contract';
import type { Refusal } from './refusal.ts';

/** An object of an answer: what is undefined is left out, as MLflow leaves out what was never set. */
export function present(values: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, JsonValue] => pair[1] !== undefined),
  );
}

/** Lists that hold nothing are left out, too. */
export function some<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

export function jsonAnswer(value: JsonObject): UpstreamAnswer {
  return answerOf(200, JSON.stringify(value, undefined, 2));
}

export function refusalAnswer({ status, code, message }: Refusal): UpstreamAnswer {
  return answerOf(status, JSON.stringify({ error_code: code, message }));
}

function answerOf(status: number, text: string): UpstreamAnswer {
  const bytes = utf8(text);
  const headers = { 'content-type': 'application/json', 'content-length': String(bytes.length) };
  return { status, headers, body: once(bytes) };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}
