import { fromUtf8, type JsonObject, ok, parseStrictJson, type Result, refused } from '@modelward/basics';
import { type ControlRefusal, malformed } from './refusal.ts';

/** A JSON object in exactly one reading: UTF-8, no key twice, not too deep. */
export function readJsonObject(bytes: Uint8Array): Result<JsonObject, ControlRefusal> {
  const text = fromUtf8(bytes);
  if (text === undefined) return refused(malformed('the body is not UTF-8'));
  const parsed = parseStrictJson(text);
  if (parsed.ok) {
    const value = parsed.value;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? ok(value as JsonObject) : refused(malformed('the body is not a JSON object'));
  }
  switch (parsed.reason) {
    case 'not-json':
      return refused(malformed('the body is not JSON'));
    case 'duplicate-key':
      return refused(malformed('the body names something twice'));
    case 'too-deep':
      return refused(malformed('the body is nested deeper than anything that is asked for here'));
  }
}
